"""A ledger from before customers' codes gets their table, on both engines, and loses nothing."""

from __future__ import annotations

import apsw
import psycopg

from ledger.server.database import Database, Tx, is_postgres, open_engine
from ledger.server.seed import seed
from tests.ledger.plain_cards import CARDS, PlainOpener
from tests.ledger.test_policy_on_postgresql import NOW

SECRETS_IN_CLEAR = "ALTER TABLE channel_keys RENAME COLUMN sealed TO secret"


def make_old(database: Database) -> None:
    """Take a database back to version 6."""
    if is_postgres(database):
        with psycopg.connect(str(database), autocommit=True) as connection:
            connection.execute("DROP TABLE customer_codes")
            connection.execute(SECRETS_IN_CLEAR)
            connection.execute("UPDATE ledger_version SET version = 6")
        return
    file = apsw.Connection(str(database))
    file.execute("DROP TABLE customer_codes")
    file.execute(SECRETS_IN_CLEAR)
    file.pragma("user_version", 6)
    file.close()


def test_a_ledger_of_version_6_is_upgraded_and_keeps_its_cards(database: Database) -> None:
    engine = open_engine(database)
    engine.run_now(lambda tx: seed(tx, CARDS, PlainOpener(), NOW))
    engine.close()
    make_old(database)

    engine = open_engine(database)

    def look(tx: Tx) -> tuple[int, int]:
        tx.execute("INSERT INTO customer_codes VALUES ('c', 'rich', '2026', NULL)")
        cards = tx.row("SELECT count(*) FROM cards")
        codes = tx.row("SELECT count(*) FROM customer_codes")
        assert cards is not None
        assert codes is not None
        return int(cards[0]), int(codes[0])

    assert engine.run_now(look) == (len(CARDS), 1)
    engine.close()
    open_engine(database).close()  # A second time there is nothing to do.
