-- From version 2 to version 3: terminals are enrolled by a code, and the token is gone. Whoever was known
-- by one stays known by the newest key that it has signed with.
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
