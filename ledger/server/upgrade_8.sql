-- From version 7 to 8: channels' secrets are sealed. The same words serve both engines. What stands here in
-- clear the server seals when it starts, for only it has the key. A database of version 7 may lack the table.
CREATE TABLE IF NOT EXISTS channel_keys (
    id TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    merchant BIGINT NOT NULL,
    secret TEXT NOT NULL,
    callback TEXT NOT NULL,
    revoked_at TEXT
);
ALTER TABLE channel_keys RENAME COLUMN secret TO sealed;
