-- From version 3 to 4: all that grows carries its shard and names it in its keys, ids get a directory, and
-- what changes with each payment or request leaves the tables of cards and terminals.
-- `owner_shards` is a table for the time being: upgrade.py fills it with what tables.shard_of says.
CREATE TABLE shard_places (
    shard bigint PRIMARY KEY,
    place bigint NOT NULL
);

CREATE TABLE directory (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    home bigint NOT NULL,
    card text COLLATE "C",
    shard bigint NOT NULL
);

CREATE TABLE card_counters (
    card text COLLATE "C" NOT NULL,
    last_online_atc bigint NOT NULL,
    shard bigint NOT NULL,
    PRIMARY KEY (card, shard)
) WITH (fillfactor = 80);
INSERT INTO card_counters
SELECT id, last_online_atc, owner_shards.shard FROM cards JOIN owner_shards ON owner = member;
ALTER TABLE cards DROP COLUMN last_online_atc;
ALTER TABLE cards RESET (fillfactor);

CREATE TABLE device_contacts (
    device bigint NOT NULL,
    at text NOT NULL,
    shard bigint NOT NULL,
    PRIMARY KEY (device, shard)
) WITH (fillfactor = 80);
INSERT INTO device_contacts
SELECT device, last_contact_at, shard FROM devices
JOIN owner_shards ON owner = lpad(to_hex(device), 12, '0') WHERE last_contact_at IS NOT NULL;
ALTER TABLE devices DROP COLUMN last_contact_at;
ALTER TABLE devices RESET (fillfactor);

ALTER TABLE accounts ADD COLUMN shard bigint;
UPDATE accounts SET shard = coalesce(
    (SELECT shard FROM card_counters WHERE card_counters.card = accounts.card),
    (SELECT shard FROM owner_shards WHERE owner = accounts.card));
ALTER TABLE accounts ALTER COLUMN shard SET NOT NULL;
ALTER TABLE accounts DROP CONSTRAINT accounts_pkey;
ALTER TABLE accounts ADD PRIMARY KEY (name, shard);

ALTER TABLE card_atcs ADD COLUMN shard bigint;
UPDATE card_atcs SET shard = coalesce(
    (SELECT shard FROM card_counters WHERE card_counters.card = card_atcs.card),
    (SELECT shard FROM owner_shards WHERE owner = card_atcs.card));
ALTER TABLE card_atcs ALTER COLUMN shard SET NOT NULL;
ALTER TABLE card_atcs DROP CONSTRAINT card_atcs_pkey;
ALTER TABLE card_atcs ADD PRIMARY KEY (card, atc, shard);

ALTER TABLE cashback_months ADD COLUMN shard bigint;
UPDATE cashback_months SET shard = owner_shards.shard FROM owner_shards WHERE owner = member;
ALTER TABLE cashback_months ALTER COLUMN shard SET NOT NULL;
ALTER TABLE cashback_months DROP CONSTRAINT cashback_months_pkey;
ALTER TABLE cashback_months ADD PRIMARY KEY (member, month, shard);

ALTER TABLE coupons ADD COLUMN shard bigint;
UPDATE coupons SET shard = coalesce(
    (SELECT shard FROM card_counters WHERE card_counters.card = coupons.card),
    (SELECT shard FROM owner_shards WHERE owner = coupons.card));
ALTER TABLE coupons ALTER COLUMN shard SET NOT NULL;
ALTER TABLE coupons DROP CONSTRAINT coupons_pkey;
ALTER TABLE coupons ADD PRIMARY KEY (id, shard);
DROP INDEX coupons_of_card;
DROP INDEX coupons_by_payment;
CREATE INDEX coupons_of_card ON coupons (card);

ALTER TABLE grants ADD COLUMN shard bigint;
UPDATE grants SET shard = coalesce(
    (SELECT shard FROM card_counters WHERE card_counters.card = grants.card),
    (SELECT shard FROM owner_shards WHERE owner = grants.card));
ALTER TABLE grants ALTER COLUMN shard SET NOT NULL;
ALTER TABLE grants DROP CONSTRAINT grants_pkey;
ALTER TABLE grants ADD PRIMARY KEY (programme, card, shard);

ALTER TABLE counter_conflicts ADD COLUMN shard bigint;
UPDATE counter_conflicts SET shard = coalesce(
    (SELECT shard FROM card_counters WHERE card_counters.card = counter_conflicts.card),
    (SELECT shard FROM owner_shards WHERE owner = counter_conflicts.card));
ALTER TABLE counter_conflicts ALTER COLUMN shard SET NOT NULL;
ALTER TABLE counter_conflicts DROP CONSTRAINT counter_conflicts_pkey;
ALTER TABLE counter_conflicts ADD PRIMARY KEY (payment, shard);

ALTER TABLE posted_once ADD COLUMN shard bigint;
UPDATE posted_once SET shard = owner_shards.shard FROM owner_shards WHERE owner = reference;
ALTER TABLE posted_once ALTER COLUMN shard SET NOT NULL;
ALTER TABLE posted_once DROP CONSTRAINT posted_once_pkey;
ALTER TABLE posted_once ADD PRIMARY KEY (kind, reference, shard);

ALTER TABLE card_refunds ADD COLUMN shard bigint;
UPDATE card_refunds SET shard = coalesce(
    (SELECT shard FROM payments WHERE payments.id = card_refunds.payment),
    (SELECT shard FROM owner_shards WHERE owner = left(card_refunds.id, 12)));
ALTER TABLE card_refunds ALTER COLUMN shard SET NOT NULL;
ALTER TABLE card_refunds DROP CONSTRAINT card_refunds_pkey;
ALTER TABLE card_refunds ADD PRIMARY KEY (id, shard);

ALTER TABLE records ADD COLUMN shard bigint;
UPDATE records SET shard = owner_shards.shard FROM owner_shards WHERE owner = lpad(to_hex(device), 12, '0');
ALTER TABLE records ALTER COLUMN shard SET NOT NULL;
ALTER TABLE records DROP CONSTRAINT records_pkey;
ALTER TABLE records ADD PRIMARY KEY (device, incarnation, sequence, shard);

ALTER TABLE sales ADD COLUMN shard bigint;
UPDATE sales SET shard = owner_shards.shard FROM owner_shards WHERE owner = left(id, 12);
ALTER TABLE sales ALTER COLUMN shard SET NOT NULL;
ALTER TABLE sales DROP CONSTRAINT sales_pkey;
ALTER TABLE sales ADD PRIMARY KEY (id, shard);

ALTER TABLE refunds ADD COLUMN shard bigint;
UPDATE refunds SET shard = owner_shards.shard FROM owner_shards WHERE owner = left(id, 12);
ALTER TABLE refunds ALTER COLUMN shard SET NOT NULL;
ALTER TABLE refunds DROP CONSTRAINT refunds_pkey;
ALTER TABLE refunds ADD PRIMARY KEY (id, shard);

ALTER TABLE tendered ADD COLUMN shard bigint;
UPDATE tendered SET shard = owner_shards.shard FROM owner_shards WHERE owner = left(payment, 12);
ALTER TABLE tendered ALTER COLUMN shard SET NOT NULL;
ALTER TABLE tendered DROP CONSTRAINT tendered_pkey;
ALTER TABLE tendered ADD PRIMARY KEY (payment, shard);

ALTER TABLE request_nonces ADD COLUMN shard bigint;
UPDATE request_nonces SET shard = owner_shards.shard FROM owner_shards WHERE owner = lpad(to_hex(device), 12, '0');
ALTER TABLE request_nonces ALTER COLUMN shard SET NOT NULL;
ALTER TABLE request_nonces DROP CONSTRAINT request_nonces_pkey;
ALTER TABLE request_nonces ADD PRIMARY KEY (created, device, nonce, shard);

ALTER TABLE heads ADD COLUMN shard bigint;
UPDATE heads SET shard = owner_shards.shard FROM owner_shards WHERE owner = lpad(to_hex(device), 12, '0');
ALTER TABLE heads ALTER COLUMN shard SET NOT NULL;
ALTER TABLE heads DROP CONSTRAINT heads_pkey;
ALTER TABLE heads ADD PRIMARY KEY (id, shard);
ALTER TABLE heads DROP CONSTRAINT heads_device_incarnation_key;
ALTER TABLE heads ADD UNIQUE (device, incarnation, shard);

ALTER TABLE payments DROP CONSTRAINT payments_pkey;
ALTER TABLE payments ADD PRIMARY KEY (id, shard);
INSERT INTO directory
SELECT 'payments', id, payments.shard, card, owner_shards.shard FROM payments
JOIN owner_shards ON owner = left(id, 12) UNION ALL
SELECT 'card_refunds', r.id, r.shard, (SELECT card FROM payments WHERE payments.id = r.payment),
    owner_shards.shard FROM card_refunds r JOIN owner_shards ON owner = left(r.id, 12);
ALTER TABLE directory ADD PRIMARY KEY (id, kind, shard);

ALTER TABLE postings DROP CONSTRAINT postings_pkey;
ALTER TABLE postings ADD PRIMARY KEY (day, id, shard);
ALTER TABLE postings DROP CONSTRAINT postings_day_kind_reference_key;
ALTER TABLE postings ADD UNIQUE (day, kind, reference, shard);
ALTER TABLE entries DROP CONSTRAINT entries_pkey;
ALTER TABLE entries ADD PRIMARY KEY (day, posting, line, shard);
