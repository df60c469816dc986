-- Tables about orders that a database of this version may lack: it holds nothing then that they would say.
-- In the words of both engines.

-- By which rates an order was charged, and what went back of it since.
CREATE TABLE IF NOT EXISTS order_life (
    merchant BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    charged_on TEXT NOT NULL,  -- The day whose rates hold.
    known_on TEXT NOT NULL,    -- As they were known then.
    refunded BIGINT NOT NULL DEFAULT 0,
    commission_back BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (merchant, order_key)
);

-- Which till takes an order's door money, once for ever: the first that asked, or brought its receipt.
CREATE TABLE IF NOT EXISTS order_door (
    merchant BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    device BIGINT NOT NULL,
    receipt TEXT NOT NULL,  -- Empty until its sale is here.
    at TEXT NOT NULL,
    PRIMARY KEY (merchant, order_key)
);

-- Every refund of an order, once for ever by its reference.
CREATE TABLE IF NOT EXISTS order_refunds (
    reference TEXT PRIMARY KEY,
    merchant BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    amount BIGINT NOT NULL,
    commission_back BIGINT NOT NULL,
    at TEXT NOT NULL
);

-- How a shop takes orders now; the newest word of its tills.
CREATE TABLE IF NOT EXISTS shop_availability (
    merchant BIGINT PRIMARY KEY,
    body TEXT NOT NULL
);

-- Keys that channels sign with, for one shop each. A revoked one is kept, so that it can be named.
CREATE TABLE IF NOT EXISTS channel_keys (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    merchant BIGINT NOT NULL,
    sealed TEXT NOT NULL,  -- Its secret, by the ledger's own key: channels/vault.py.
    callback TEXT NOT NULL,
    revoked_at TEXT
);

-- Calls of the last minutes, so that none is taken twice; the oldest are forgotten.
CREATE TABLE IF NOT EXISTS channel_nonces (
    key_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (key_id, nonce)
);

-- Orders that were cancelled before they came: they are never placed.
CREATE TABLE IF NOT EXISTS cancelled_before (
    merchant BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    PRIMARY KEY (merchant, order_key)
);

-- How far each channel has been told of the feed.
CREATE TABLE IF NOT EXISTS channel_cursors (
    key_id TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- What a shop sells in the platform's mall, and how many are left; orders that come count it down.
CREATE TABLE IF NOT EXISTS mall_products (
    merchant BIGINT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    price BIGINT NOT NULL,
    stock BIGINT NOT NULL CHECK (stock >= 0),
    PRIMARY KEY (merchant, code)
);

-- What an order took of the stock, to go back if it is not taken or is cancelled.
CREATE TABLE IF NOT EXISTS mall_taken (
    merchant BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    code TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (merchant, order_key, code)
);

-- Orders whose customers' words are erased.
CREATE TABLE IF NOT EXISTS erased_orders (
    merchant BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    PRIMARY KEY (merchant, order_key)
);
