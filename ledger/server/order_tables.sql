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
