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
    token_hash BLOB NOT NULL UNIQUE,
    device INTEGER UNIQUE,  -- NULL until the first terminal uses the token.
    eligible INTEGER NOT NULL,
    earns_cashback INTEGER NOT NULL
);

-- Keys that a terminal signs its batches with, in the order they were first seen.
CREATE TABLE IF NOT EXISTS device_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    first_seen TEXT NOT NULL,
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
    last_online_atc INTEGER NOT NULL DEFAULT -1,
    hot_ref TEXT  -- What terminals know a stopped card by; NULL until the card's file is seen again.
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
    shard INTEGER NOT NULL DEFAULT 0
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
    refund TEXT  -- The whole that it is a part of, once that is known.
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS card_refunds_by_payment ON card_refunds (payment);

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
