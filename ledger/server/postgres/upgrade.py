"""Makes the tables, or brings those of an older ledger up to this one's. All of it or nothing."""

from __future__ import annotations

from pathlib import Path

from ledger.server.database import VERSION, DatabaseUnfit
from ledger.server.postgres.connection import Connection
from ledger.server.tables import shard_of

OLDEST = 3  # The first version on PostgreSQL.
SPREAD = 4  # The first whose rows all carry their shard.
SCHEMA = Path(__file__).with_name("schema.sql")
LATER_TABLES = SCHEMA.parents[1] / "order_tables.sql"
FOURTH = SCHEMA.with_name("upgrade_4.sql")

# Whoever's shard some row is of: members, terminals, references, and cards that are nobody's.
_OWNERS = """\
SELECT member FROM cards UNION SELECT member FROM cashback_months
UNION SELECT lpad(to_hex(device), 12, '0') FROM devices
UNION SELECT lpad(to_hex(device), 12, '0') FROM records
UNION SELECT lpad(to_hex(device), 12, '0') FROM heads
UNION SELECT lpad(to_hex(device), 12, '0') FROM request_nonces
UNION SELECT left(id, 12) FROM payments UNION SELECT left(id, 12) FROM card_refunds
UNION SELECT left(id, 12) FROM sales UNION SELECT left(id, 12) FROM refunds
UNION SELECT left(payment, 12) FROM tendered UNION SELECT reference FROM posted_once
UNION SELECT card FROM accounts UNION SELECT card FROM card_atcs UNION SELECT card FROM coupons
UNION SELECT card FROM grants UNION SELECT card FROM counter_conflicts
"""


def make_tables(connection: Connection) -> None:
    """Make or upgrade the tables, all of it or nothing.

    Raises:
        DatabaseUnfit: another version of the ledger has made them.
    """
    with connection.transaction():
        # Two servers may start at once.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('ieum.tables'))")
        found = connection.execute("SELECT to_regclass('ledger_version')").fetchone()
        if found is None or found[0] is None:
            connection.execute(SCHEMA.read_bytes())
            connection.execute("INSERT INTO ledger_version VALUES (%s)", (VERSION,))
        row = connection.execute("SELECT version FROM ledger_version FOR UPDATE").fetchone()
        if row is not None and OLDEST <= row[0] < VERSION:
            if row[0] < SPREAD:
                _spread(connection)
            for number in range(max(row[0], SPREAD) + 1, VERSION + 1):
                connection.execute(_way_to(number).read_bytes())
            row = connection.execute(
                "UPDATE ledger_version SET version = %s RETURNING version", (VERSION,)
            ).fetchone()
        if row is not None and row[0] == VERSION:
            connection.execute(LATER_TABLES.read_bytes())
    if row is None or row[0] != VERSION:
        version = None if row is None else row[0]
        raise DatabaseUnfit(f"the tables are of version {version}, this ledger is of {VERSION}")


def _way_to(number: int) -> Path:
    """Return what brings the tables up to a version; most serve both engines."""
    own = SCHEMA.with_name(f"upgrade_{number}.sql")
    return own if own.exists() else SCHEMA.parents[1] / own.name


def _spread(connection: Connection) -> None:
    """Bring the tables up from version 3, inside a transaction; nobody else gets at them meanwhile."""
    connection.execute(
        'CREATE TEMPORARY TABLE owner_shards (owner text COLLATE "C" PRIMARY KEY, shard bigint NOT NULL)'
        " ON COMMIT DROP"
    )
    owners = connection.execute(_OWNERS).fetchall()
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY owner_shards (owner, shard) FROM STDIN") as rows,
    ):
        for (owner,) in owners:
            rows.write_row((owner, shard_of(owner)))
    connection.execute("ANALYZE owner_shards")
    connection.execute(FOURTH.read_bytes())
