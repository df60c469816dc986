-- From version 2 to 3: shops' accounts and all others without a floor are sums of entries, every posting
-- has its settlement day and its shard. `card_of` and `shard_of` are functions of the ledger's own.
CREATE TABLE accounts_3 (
    name TEXT PRIMARY KEY,
    card TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0)
) WITHOUT ROWID;
INSERT INTO accounts_3 SELECT name, card_of(name), balance FROM accounts WHERE NOT may_go_negative;

ALTER TABLE payments ADD COLUMN member TEXT;
ALTER TABLE payments ADD COLUMN day TEXT;
ALTER TABLE payments ADD COLUMN shard INTEGER NOT NULL DEFAULT 0;
UPDATE payments SET member = (SELECT member FROM cards WHERE cards.id = payments.card),
    day = (SELECT date(at, '+9 hours') FROM postings WHERE postings.id = payments.posting);
UPDATE payments SET shard = shard_of(coalesce(member, id));

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
