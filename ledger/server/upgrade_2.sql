-- From a file of version 1, which had no number, to version 2. The tables of schema.sql are there by now,
-- as far as they are new.
ALTER TABLE cards ADD COLUMN hot_ref TEXT;
ALTER TABLE sales ADD COLUMN source TEXT NOT NULL DEFAULT 'journal';

CREATE TABLE feed_2 (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    merchant INTEGER REFERENCES merchants (id),
    item TEXT NOT NULL
);
INSERT INTO feed_2 SELECT cursor, merchant, item FROM feed;
DROP TABLE feed;
ALTER TABLE feed_2 RENAME TO feed;
CREATE INDEX feed_by_merchant ON feed (merchant, cursor);

-- The hash is that of the row with the highest sequence: SQLite, bare columns beside max().
INSERT INTO heads (device, incarnation, sequence, hash, count)
SELECT device, incarnation, newest, hash, held FROM (
    SELECT device, incarnation, max(sequence) AS newest, hash, count(*) AS held, at FROM records
    GROUP BY device, incarnation
) ORDER BY at;

INSERT OR IGNORE INTO tendered
SELECT tender.value ->> 'payment_id', body -> 'sale' ->> 'id', tender.value ->> 'mode'
FROM records, json_each(body, '$.sale.tenders') AS tender
WHERE kind = 'sale.completed' AND tender.value ->> 'type' = 'VoucherTender'
AND NOT (body -> 'sale' ->> 'training');
