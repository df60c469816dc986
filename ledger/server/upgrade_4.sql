-- From version 3 to 4: what changes with each payment or request leaves the tables of cards and terminals.
INSERT INTO card_counters (card, last_online_atc) SELECT id, last_online_atc FROM cards;
ALTER TABLE cards DROP COLUMN last_online_atc;
INSERT INTO device_contacts (device, at)
SELECT device, last_contact_at FROM devices WHERE last_contact_at IS NOT NULL;
ALTER TABLE devices DROP COLUMN last_contact_at;
