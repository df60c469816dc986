"""Channels' secrets lie sealed in the database, on both engines, also those of a ledger from before."""

from __future__ import annotations

from pathlib import Path

import apsw
import psycopg
import pytest

from ledger.server.channels.courier import open_keys
from ledger.server.channels.door import add_key
from ledger.server.channels.signing import find_key
from ledger.server.channels.vault import Vault, VaultLocked, seal_all
from ledger.server.database import Database, Tx, is_postgres, open_engine
from tests.ledger.conftest import open_shops

VAULT, OTHER = Vault(b"v" * 32), Vault(b"w" * 32)
OLD = ("old1", "webhook", 1, "secret-of-before-43-letters-long-as-they-were", "https://c.test/")
INSERT = "INSERT INTO channel_keys VALUES ('{}', '{}', {}, '{}', '{}', NULL)".format(*OLD)


def stored(tx: Tx) -> list[str]:
    return [row[0] for row in tx.execute("SELECT sealed FROM channel_keys ORDER BY id")]


def make_old(database: Database, *, with_table: bool) -> None:
    """Take a database back to version 7, whose channels' secrets stood in clear."""
    steps = ["ALTER TABLE channel_keys RENAME COLUMN sealed TO secret", INSERT]
    if not with_table:
        steps = ["DROP TABLE channel_keys"]
    if is_postgres(database):
        with psycopg.connect(str(database), autocommit=True) as connection:
            for each in (*steps, "UPDATE ledger_version SET version = 7"):
                connection.execute(each)
        return
    file = apsw.Connection(str(database))
    for each in steps:
        file.execute(each)
    file.pragma("user_version", 7)
    file.close()


def test_a_secret_comes_back_for_its_own_key_and_this_ledger_alone() -> None:
    sealed = VAULT.seal("k1", "a secret")
    assert "a secret" not in sealed
    assert VAULT.seal("k1", "a secret") != sealed
    assert VAULT.open("k1", sealed) == "a secret"
    for vault, key, text in (
        (OTHER, "k1", sealed),
        (VAULT, "k2", sealed),
        (VAULT, "k1", sealed[:-4]),
        (VAULT, "k1", "v1."),
        (VAULT, "k1", "a secret"),
        (VAULT, "k1", "v1.가나다"),
    ):
        with pytest.raises(VaultLocked) as caught:
            vault.open(key, text)
        assert "a secret" not in str(caught.value)


def test_a_new_key_is_sealed_where_it_lies_and_opens_for_its_ledger(database: Database) -> None:
    open_shops(database)
    engine = open_engine(database)
    made = engine.run_now(lambda tx: add_key(tx, VAULT, "webhook", 1, "https://c.test/"))
    [held] = engine.run_now(stored)
    assert made.secret not in held
    assert made.secret not in repr(made)
    assert engine.run_now(lambda tx: find_key(tx, VAULT, made.id)) == made
    assert engine.run_now(lambda tx: open_keys(tx, VAULT)) == [made]
    assert engine.run_now(lambda tx: open_keys(tx, OTHER)) == []
    with pytest.raises(VaultLocked):
        engine.run_now(lambda tx: find_key(tx, OTHER, made.id))
    engine.close()


def test_a_ledger_of_version_7_is_brought_up_and_its_secrets_are_sealed_at_the_start(
    database: Database,
) -> None:
    open_shops(database)
    make_old(database, with_table=True)
    engine = open_engine(database)
    assert engine.run_now(lambda tx: seal_all(tx, VAULT)) == 1
    assert engine.run_now(lambda tx: seal_all(tx, VAULT)) == 0
    [held] = engine.run_now(stored)
    assert OLD[3] not in held
    found = engine.run_now(lambda tx: find_key(tx, VAULT, OLD[0]))
    assert found is not None
    assert (found.secret, found.callback) == (OLD[3], OLD[4])
    engine.close()
    open_engine(database).close()  # A second time there is nothing to do.


def test_a_ledger_of_version_7_that_had_no_channels_gets_their_table(database: Database) -> None:
    open_shops(database)
    make_old(database, with_table=False)
    engine = open_engine(database)
    assert engine.run_now(lambda tx: seal_all(tx, VAULT)) == 0
    assert engine.run_now(lambda tx: add_key(tx, VAULT, "webhook", 1)).channel == "webhook"
    engine.close()


def test_what_stood_in_clear_is_in_no_byte_of_the_file_once_its_log_is_emptied(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    open_shops(path)
    make_old(path, with_table=True)
    assert OLD[3].encode() in path.read_bytes() + _log(path)
    engine = open_engine(path)
    engine.run_now(lambda tx: seal_all(tx, VAULT))
    engine.close()
    assert OLD[3].encode() not in path.read_bytes() + _log(path)


def _log(path: Path) -> bytes:
    log = path.with_name(f"{path.name}-wal")
    return log.read_bytes() if log.exists() else b""
