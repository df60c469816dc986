-- From version 6 to version 7.
CREATE TABLE customer_codes (
    id text COLLATE "C" PRIMARY KEY,
    card text COLLATE "C" NOT NULL,
    expires_at text COLLATE "C" NOT NULL,
    used_by text COLLATE "C"
);

CREATE INDEX customer_codes_by_age ON customer_codes (expires_at);
