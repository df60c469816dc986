-- From version 2 to 3: shops' accounts and all others without a floor are sums of entries, every posting
-- has its settlement day and its shard, and what districts and shops pay of cashback is told apart.
-- `card_of` and `shard_of` are functions of the ledger's own.
CREATE TABLE accounts_3 (
    name TEXT PRIMARY KEY,
    card TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0)
) WITHOUT ROWID;
INSERT INTO accounts_3 SELECT name, card_of(name), balance FROM accounts WHERE NOT may_go_negative;

ALTER TABLE payments ADD COLUMN member TEXT;
ALTER TABLE payments ADD COLUMN day TEXT;
ALTER TABLE payments ADD COLUMN shard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN earned_on TEXT;
UPDATE payments SET member = (SELECT member FROM cards WHERE cards.id = payments.card),
    day = (SELECT date(at, '+9 hours') FROM postings WHERE postings.id = payments.posting);
UPDATE payments SET shard = shard_of(coalesce(member, id));

-- In a file of version 1 this is new already, and empty.
CREATE TABLE card_refunds_3 (
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
INSERT INTO card_refunds_3 (id, payment, sale, amount, body_hash, answer, posting, cashback,
    cashback_base, fee, fee_support, refund, day)
SELECT id, payment, sale, amount, body_hash, answer, posting, cashback, cashback_base, fee, fee_support,
    refund, (SELECT date(at, '+9 hours') FROM postings WHERE postings.id = card_refunds.posting)
FROM card_refunds;
DROP TABLE card_refunds;
ALTER TABLE card_refunds_3 RENAME TO card_refunds;
CREATE INDEX card_refunds_by_payment ON card_refunds (payment);

CREATE TABLE postings_3 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    at TEXT NOT NULL,
    shard INTEGER NOT NULL,
    UNIQUE (kind, reference)
);
-- A posting touches one member's purses, or none: then it is an order's, of the shop's shard.
INSERT INTO postings_3 SELECT id, date(at, '+9 hours'), kind, reference, at, coalesce(
    (SELECT shard_of(member) FROM entries JOIN accounts_3 ON name = account JOIN cards
        ON cards.id = accounts_3.card WHERE posting = postings.id LIMIT 1),
    (SELECT shard_of(substr(account, 10, 12)) FROM entries
        WHERE posting = postings.id AND account LIKE 'merchant:%' LIMIT 1),
    0) FROM postings;

CREATE TABLE entries_3 (
    posting INTEGER NOT NULL REFERENCES postings (id),
    day TEXT NOT NULL,
    line INTEGER NOT NULL,
    account TEXT NOT NULL,
    amount INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    PRIMARY KEY (posting, line)
) WITHOUT ROWID;
INSERT INTO entries_3 SELECT posting, day, line, account, amount, shard FROM entries
    JOIN postings_3 ON postings_3.id = posting;

DROP TABLE entries;
DROP TABLE postings;
DROP TABLE accounts;
ALTER TABLE accounts_3 RENAME TO accounts;
ALTER TABLE postings_3 RENAME TO postings;
ALTER TABLE entries_3 RENAME TO entries;
CREATE INDEX entries_of_shops ON entries (account, posting)
WHERE (substr(account, 1, 9) = 'merchant:' OR substr(account, 1, 16) = 'fee_support_due:');

-- As version 3 had it; what schema.sql has just made is newer, and empty.
DROP TABLE devices;
CREATE TABLE devices (
    device INTEGER PRIMARY KEY,
    merchant INTEGER NOT NULL REFERENCES merchants (id),
    enrolled_at TEXT NOT NULL,
    revoked_at TEXT,
    last_contact_at TEXT
);
CREATE INDEX devices_by_merchant ON devices (merchant);

-- Terminals are enrolled by a code, and the token is gone. Whoever was known by one stays
-- known by the newest key that it has signed with.
INSERT INTO devices (device, merchant, enrolled_at)
SELECT device, id, coalesce(
    (SELECT min(first_seen) FROM device_keys WHERE device_keys.device = merchants.device),
    '1970-01-01T00:00:00+00:00'
) FROM merchants WHERE device IS NOT NULL;

CREATE TABLE device_keys_3 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    first_seen TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'active',
    ended_at TEXT,
    UNIQUE (device, public_key)
);
INSERT INTO device_keys_3 (id, device, public_key, first_seen)
SELECT id, device, public_key, first_seen FROM device_keys;
DROP TABLE device_keys;
ALTER TABLE device_keys_3 RENAME TO device_keys;
UPDATE device_keys SET state = 'retired', ended_at = (
    SELECT min(later.first_seen) FROM device_keys AS later
    WHERE later.device = device_keys.device AND later.id > device_keys.id
) WHERE id NOT IN (SELECT max(id) FROM device_keys GROUP BY device);

CREATE TABLE merchants_3 (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    eligible INTEGER NOT NULL,
    earns_cashback INTEGER NOT NULL
);
INSERT INTO merchants_3 SELECT id, 'shop ' || id, eligible, earns_cashback FROM merchants;
DROP TABLE merchants;
ALTER TABLE merchants_3 RENAME TO merchants;
