-- From version 4 to 5: what was set aside for each card, and what the card itself said of it last.
-- So far only the opening of a card has set anything aside. The same words serve both engines.
ALTER TABLE card_counters ADD COLUMN offline_limit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE card_counters ADD COLUMN seen_limit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE card_counters ADD COLUMN seen_spent BIGINT NOT NULL DEFAULT 0;
UPDATE card_counters SET offline_limit = coalesce((
    SELECT sum(amount) FROM entries JOIN postings ON postings.id = entries.posting
    WHERE postings.kind = 'set_aside' AND entries.account = 'offline_reserve:' || card_counters.card
), 0);
