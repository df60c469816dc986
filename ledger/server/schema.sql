-- The ledger's tables. Money lives in postings and entries only; the rest says who and why.
-- Whatever changes here needs a new version and a way from the old one: sqlite.py, and the same in postgres/schema.sql.
-- Only what has a floor; every other balance is the sum of its entries.
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY,
    card TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0)
) WITHOUT ROWID;

-- `day` is the settlement day; `shard` is the card holder's, or the shop's where no card takes part.
CREATE TABLE IF NOT EXISTS postings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    at TEXT NOT NULL,
    shard INTEGER NOT NULL,
    UNIQUE (kind, reference)
);

CREATE TABLE IF NOT EXISTS entries (
    posting INTEGER NOT NULL REFERENCES postings (id),
    day TEXT NOT NULL,
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    amount INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    PRIMARY KEY (posting, line)
) WITHOUT ROWID;

-- For shops' statements and pay-outs; no other account is looked up this way.
CREATE INDEX IF NOT EXISTS entries_of_shops ON entries (account, posting)
WHERE (substr(account, 1, 9) = 'merchant:' OR substr(account, 1, 16) = 'fee_support_due:');

-- What is posted once for ever though no payment or order is behind it, and where it stands.
CREATE TABLE IF NOT EXISTS posted_once (
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    posting INTEGER NOT NULL REFERENCES postings (id),
    day TEXT NOT NULL,
    PRIMARY KEY (kind, reference)
) WITHOUT ROWID;

-- What the entries of a day that is over come to, by account.
CREATE TABLE IF NOT EXISTS rollups (
    account TEXT NOT NULL,
    day TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account, day)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rolled_days (
    day TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS merchants (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    eligible INTEGER NOT NULL,
    earns_cashback INTEGER NOT NULL
);

-- Keys that a terminal signs with, in the order they were enrolled. The active one speaks for it.
CREATE TABLE IF NOT EXISTS device_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    first_seen TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'active',  -- Or `retired` (a newer one came), or `revoked`.
    ended_at TEXT,
    UNIQUE (device, public_key)
);

CREATE TABLE IF NOT EXISTS cards (
    id TEXT PRIMARY KEY,
    pan_key BLOB NOT NULL UNIQUE,  -- A keyed hash; the number itself is nowhere.
    masked_pan TEXT NOT NULL,
    label TEXT NOT NULL,
    expires_on TEXT NOT NULL,
    status TEXT NOT NULL,
    member TEXT NOT NULL,
    hot_ref TEXT  -- What terminals know a stopped card by; NULL until the card's file is seen again.
) WITHOUT ROWID;

-- What changes with each online payment; cards themselves hardly do.
CREATE TABLE IF NOT EXISTS card_counters (
    card TEXT PRIMARY KEY,
    last_online_atc INTEGER NOT NULL,
    offline_limit BIGINT NOT NULL DEFAULT 0,  -- All that was ever set aside for it.
    seen_limit BIGINT NOT NULL DEFAULT 0,  -- What it said of that last, and of what it had spent.
    seen_spent BIGINT NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS card_atcs (
    card TEXT NOT NULL REFERENCES cards (id),
    atc INTEGER NOT NULL,
    PRIMARY KEY (card, atc)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS cashback_months (
    member TEXT NOT NULL,
    month TEXT NOT NULL,
    spend INTEGER NOT NULL CHECK (spend >= 0),
    PRIMARY KEY (member, month)
) WITHOUT ROWID;

-- One row for every payment id ever named, a tombstone having neither body nor answer.
CREATE TABLE IF NOT EXISTS payments (
    id TEXT PRIMARY KEY,
    body_hash BLOB,
    answer TEXT,
    reversed INTEGER NOT NULL DEFAULT 0,
    card TEXT,
    posting INTEGER REFERENCES postings (id),
    month TEXT,
    cashback_base INTEGER NOT NULL DEFAULT 0,
    member TEXT,
    day TEXT,
    shard INTEGER NOT NULL DEFAULT 0,
    earned_on TEXT  -- The day whose rates it was posted by; NULL: the day it was posted on.
) WITHOUT ROWID;

-- What was given back of a payment, or why not; once for ever by id. What stands of a payment is what
-- was posted less the sums of its rows here.
CREATE TABLE IF NOT EXISTS card_refunds (
    id TEXT PRIMARY KEY,
    payment TEXT NOT NULL,
    sale TEXT NOT NULL,
    amount INTEGER NOT NULL,
    body_hash BLOB NOT NULL,
    answer TEXT NOT NULL,
    posting INTEGER REFERENCES postings (id),  -- NULL where nothing was moved.
    cashback INTEGER NOT NULL DEFAULT 0,
    cashback_base INTEGER NOT NULL DEFAULT 0,
    fee INTEGER NOT NULL DEFAULT 0,
    fee_support INTEGER NOT NULL DEFAULT 0,
    refund TEXT,  -- The whole that it is a part of, once that is known.
    district_cashback INTEGER NOT NULL DEFAULT 0,
    merchant_funded INTEGER NOT NULL DEFAULT 0,
    day TEXT  -- The posting's.
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS card_refunds_by_payment ON card_refunds (payment);

-- Codes that customers' apps show, of the last minutes; each is good for one payment.
CREATE TABLE IF NOT EXISTS customer_codes (
    id TEXT PRIMARY KEY,
    card TEXT NOT NULL REFERENCES cards (id),
    expires_at TEXT NOT NULL,
    used_by TEXT  -- The payment.
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS customer_codes_by_age ON customer_codes (expires_at);

CREATE TABLE IF NOT EXISTS records (
    device INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    previous TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (device, incarnation, sequence)
) WITHOUT ROWID;

-- The newest record held of each incarnation; the last one to appear is where the journal stands.
CREATE TABLE IF NOT EXISTS heads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    count INTEGER NOT NULL,
    UNIQUE (device, incarnation)
);

CREATE TABLE IF NOT EXISTS sales (
    id TEXT PRIMARY KEY,
    device INTEGER NOT NULL,
    day TEXT NOT NULL,
    receipt_number TEXT NOT NULL,
    total INTEGER NOT NULL,
    vat INTEGER NOT NULL,
    tenders TEXT NOT NULL,
    training INTEGER NOT NULL,
    body_hash BLOB NOT NULL,  -- Empty for a paper's.
    source TEXT NOT NULL DEFAULT 'journal'  -- Or `receipt`: a lost terminal's paper.
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS sales_by_day ON sales (device, day);

-- Payments that a finished sale rests on: never reversed, and of one sale only.
CREATE TABLE IF NOT EXISTS tendered (
    payment TEXT PRIMARY KEY,
    sale TEXT NOT NULL,
    mode TEXT NOT NULL
) WITHOUT ROWID;

-- Voids and refunds as the terminal counts them, by tender, like the sales.
CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY,
    sale TEXT NOT NULL REFERENCES sales (id),
    device INTEGER NOT NULL,
    day TEXT NOT NULL,
    receipt_number TEXT NOT NULL,
    kind TEXT NOT NULL,
    total INTEGER NOT NULL,
    vat INTEGER NOT NULL,
    returns TEXT NOT NULL,
    body_hash BLOB NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS refunds_by_day ON refunds (device, day);
CREATE INDEX IF NOT EXISTS refunds_by_sale ON refunds (sale);

CREATE TABLE IF NOT EXISTS orders (
    merchant INTEGER NOT NULL REFERENCES merchants (id),
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    accept_by TEXT NOT NULL,
    body TEXT NOT NULL,
    decision TEXT,
    commission INTEGER,
    PRIMARY KEY (merchant, key)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS orders_to_answer ON orders (accept_by) WHERE state = 'new';

CREATE TABLE IF NOT EXISTS feed (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    merchant INTEGER REFERENCES merchants (id),  -- NULL: for all, those yet to come included.
    item TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS feed_by_merchant ON feed (merchant, cursor);

-- What was ever said of a shop, by the day it holds from and the day it was known on. Never changed.
CREATE TABLE IF NOT EXISTS shop_facts (
    shop TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    known_from TEXT NOT NULL,
    valid_until TEXT,
    annual_sales INTEGER NOT NULL,
    district TEXT NOT NULL,
    category TEXT NOT NULL,
    win_win_bp INTEGER NOT NULL,
    fee_bp INTEGER,
    pay_days INTEGER,
    PRIMARY KEY (shop, valid_from, known_from)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS shop_devices (
    device INTEGER PRIMARY KEY,
    shop TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS shop_devices_by_shop ON shop_devices (shop);

-- Which cards were given money of which programme; how much they hold, their accounts say.
CREATE TABLE IF NOT EXISTS grants (
    programme TEXT NOT NULL,
    card TEXT NOT NULL,
    PRIMARY KEY (programme, card)
) WITHOUT ROWID;

-- A coupon is used by one payment, until that is given back.
CREATE TABLE IF NOT EXISTS coupons (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    card TEXT NOT NULL,
    payment TEXT
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS coupons_of_card ON coupons (card) WHERE payment IS NULL;
CREATE INDEX IF NOT EXISTS coupons_by_payment ON coupons (payment) WHERE payment IS NOT NULL;
CREATE TABLE IF NOT EXISTS devices (
    device INTEGER PRIMARY KEY,
    merchant INTEGER NOT NULL REFERENCES merchants (id),
    enrolled_at TEXT NOT NULL,
    revoked_at TEXT  -- NULL: it may speak.
);

-- When each terminal was last heard of, to the minute.
CREATE TABLE IF NOT EXISTS device_contacts (
    device INTEGER PRIMARY KEY,
    at TEXT NOT NULL
);

CREATE INDEX IF NOT EXISTS devices_by_merchant ON devices (merchant);

-- One-use codes, by their hash alone. Whose key used one may ask again and is told the same.
CREATE TABLE IF NOT EXISTS enrolment_codes (
    code_hash BLOB PRIMARY KEY,
    merchant INTEGER NOT NULL REFERENCES merchants (id),
    device INTEGER NOT NULL,
    expires_at TEXT NOT NULL,
    used_by BLOB
) WITHOUT ROWID;

-- Requests of the last minutes, so that none is taken twice; the oldest are forgotten.
CREATE TABLE IF NOT EXISTS request_nonces (
    created INTEGER NOT NULL,
    device INTEGER NOT NULL,
    nonce TEXT NOT NULL,
    PRIMARY KEY (created, device, nonce)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    merchant INTEGER REFERENCES merchants (id),  -- NULL: for all.
    ko TEXT NOT NULL,
    en TEXT NOT NULL,
    at TEXT NOT NULL,
    until TEXT  -- NULL: until it is taken back.
);

-- The ledger's signing keys that terminals were told of before they were used.
CREATE TABLE IF NOT EXISTS announced_keys (
    public_key TEXT PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;
-- A genuine card's counter that went wrong, until the fraud sweep has taken it; nothing was posted of it.
CREATE TABLE IF NOT EXISTS counter_conflicts (
    payment TEXT PRIMARY KEY,
    card TEXT NOT NULL,
    reused INTEGER NOT NULL,  -- Else it was below one seen before.
    amount INTEGER NOT NULL,
    at TEXT NOT NULL
) WITHOUT ROWID;

-- The fraud sweep's own, all of it: how far it has read, what it goes by, what it found.
CREATE TABLE IF NOT EXISTS fraud_cursors (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS fraud_facts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    card TEXT NOT NULL,
    shop TEXT NOT NULL,
    at TEXT NOT NULL,
    amount INTEGER NOT NULL,
    held INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS fraud_facts_by_card ON fraud_facts (card, at);
CREATE INDEX IF NOT EXISTS fraud_facts_by_shop ON fraud_facts (shop, at);
CREATE INDEX IF NOT EXISTS fraud_facts_by_age ON fraud_facts (at);

CREATE TABLE IF NOT EXISTS fraud_flags (
    id TEXT PRIMARY KEY,  -- Rule, subject, day.
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    day TEXT NOT NULL,
    severity TEXT NOT NULL,
    raised_at TEXT NOT NULL,
    seen TEXT NOT NULL,
    state TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT,
    reason TEXT
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS fraud_flags_open ON fraud_flags (id) WHERE state = 'open';

-- Whose number a terminal's is, once for ever: two codes made at once can't give it to two.
CREATE TABLE IF NOT EXISTS device_numbers (
    device INTEGER PRIMARY KEY,
    merchant INTEGER NOT NULL REFERENCES merchants (id)
);

-- What operators did and what came of it. Only ever added to; holds no code, key or card number.
CREATE TABLE IF NOT EXISTS operator_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    outcome TEXT NOT NULL
);

CREATE TRIGGER IF NOT EXISTS operator_log_is_not_changed BEFORE UPDATE ON operator_log
BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
CREATE TRIGGER IF NOT EXISTS operator_log_is_not_cut BEFORE DELETE ON operator_log
BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;

-- The city's rules as they were read, and when each reading began to hold; all servers go by the newest.
CREATE TABLE IF NOT EXISTS rule_versions (
    version INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    in_force_at TEXT NOT NULL,
    digest TEXT NOT NULL,
    files TEXT NOT NULL
);

-- Where rules and shops were last read from.
CREATE TABLE IF NOT EXISTS rule_sources (
    kind TEXT PRIMARY KEY,
    path TEXT NOT NULL
) WITHOUT ROWID;
