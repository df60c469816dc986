-- From version 3 to 4: what was set aside for each card, and what the card itself said of it last.
-- So far only the opening of a card has set anything aside. The same words serve both engines.
ALTER TABLE cards ADD COLUMN offline_limit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN seen_limit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN seen_spent BIGINT NOT NULL DEFAULT 0;
UPDATE cards SET offline_limit = coalesce((
    SELECT sum(amount) FROM entries JOIN postings ON postings.id = entries.posting
    WHERE postings.kind = 'set_aside' AND entries.account = 'offline_reserve:' || cards.id
), 0);
