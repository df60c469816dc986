"""The offline check: no byte, row or tail of a journal changes without its saying so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from offline_queue.audit import Head, audit
from offline_queue.device_key import PUBLIC_NAME, SECRET_NAME, PublicKeys, device_key, public_keys
from offline_queue.store import SqliteStore
from pos.domain.audit_errors import (
    AuditError,
    HeadMalformed,
    HeadNotFound,
    JournalUnreadable,
    KeyUnusable,
    LedgerHeadForged,
    RecordNotGenuine,
)
from pos.domain.errors import StoreUnavailable
from pos.domain.events import DrawerOpened, SaleDropped, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import Intended
from pos.domain.record import LedgerHead
from pos.domain.sale import Sale
from pos.domain.won import Won
from pos.ports import Change
from tests.fakes import DEVICE, NOON, PRODUCTS

COLUMNS = (
    "sequence",
    "incarnation",
    "at_us",
    "kind",
    "sale",
    "body",
    "previous",
    "hash",
    "signature",
)


def open_store(path: Path) -> SqliteStore:
    return SqliteStore(path, device=DEVICE, new_incarnation=lambda: 42)


@pytest.fixture
async def journal(tmp_path: Path) -> Path:
    path = tmp_path / "terminal.db"
    store = open_store(path)
    sale = Sale(TransactionId(DEVICE, 42, 1), NOON).add(PRODUCTS[0])
    for event in (
        DrawerOpened("거스름돈", NOON),
        Intended(TransactionId(DEVICE, 42, 2), sale, Won(1_500), NOON),
        SaleDropped(sale.id, NOON),
        DrawerOpened("close", NOON),
    ):
        await store.commit(Change(records=(to_record(event),)))
    await store.close()
    return path


def keys_of(journal: Path) -> PublicKeys:
    return public_keys(journal.parent / PUBLIC_NAME)


def unlocked(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    for trigger in ("journal_keeps_its_rows", "journal_keeps_its_words"):
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    return connection


def flips(value: object) -> Iterator[object]:
    """Every value with one byte of it flipped, each bit at least once over the bytes."""
    if isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(63))
        return
    raw = value.encode() if isinstance(value, str) else value
    assert isinstance(raw, bytes)
    for at in range(len(raw)):
        for mask in (1 << at % 8, 0x20, 0xFF):
            changed = bytearray(raw)
            changed[at] ^= mask
            yield bytes(changed)


def test_a_journal_left_alone_passes_and_nothing_is_laid_beside_it(journal: Path) -> None:
    before = sorted(journal.parent.iterdir())
    found = audit(journal, keys_of(journal))
    assert (found.count, found.last_at, found.device) == (4, NOON, DEVICE)
    assert audit(journal, keys_of(journal), Head.parse(found.head)) == found
    assert sorted(journal.parent.iterdir()) == before


@pytest.mark.parametrize("column", COLUMNS)
def test_every_flipped_byte_of_every_record_is_found(journal: Path, column: str) -> None:
    keys = keys_of(journal)
    connection = unlocked(journal)
    connection.execute("PRAGMA synchronous = OFF")
    text = column in ("kind", "sale", "body", "previous", "hash")
    mark = "CAST(? AS TEXT)" if text else "?"
    tried = 0
    for row, value in connection.execute(f"SELECT rowid, {column} FROM journal").fetchall():
        for changed in flips(value):
            key = changed if column == "sequence" else row
            sql = f"UPDATE journal SET {column} = {mark} WHERE sequence = ?"
            try:
                connection.execute(sql, (changed, row))
            except apsw.ConstraintError:
                continue  # Another record has this number: SQLite itself refuses.
            with pytest.raises(AuditError) as caught:
                audit(journal, keys)
            if column != "sequence":
                assert caught.value.facts["sequence"] == row
            connection.execute(sql, (value, key))
            tried += 1
    connection.close()
    assert tried >= 64
    assert audit(journal, keys).count == 4


@pytest.mark.parametrize(
    ("what", "first_bad"),
    [
        ("DELETE FROM journal WHERE sequence = 2", 2),
        ("DELETE FROM journal WHERE sequence = 1", 1),
        ("INSERT INTO journal SELECT 5, incarnation, at_us, kind, sale, body, previous, hash, "
         "signature FROM journal WHERE sequence = 4", 5),
        ("UPDATE journal SET sequence = 7 - sequence + 100 WHERE sequence IN (3, 4);"
         "UPDATE journal SET sequence = sequence - 100 WHERE sequence > 100", 3),
        ("DELETE FROM journal WHERE sequence = 2;"
         "UPDATE journal SET sequence = sequence - 1 WHERE sequence > 2", 2),
        ("UPDATE journal SET signature = (SELECT signature FROM journal WHERE sequence = 1) "
         "WHERE sequence = 4", 4),
        ("UPDATE journal SET body = CAST(body AS BLOB) WHERE sequence = 3", 3),
    ],
    ids=["deleted", "first deleted", "inserted", "swapped", "closed up", "another's signature",
         "another type"],
)  # fmt: skip
def test_a_row_deleted_inserted_or_moved_is_named(journal: Path, what: str, first_bad: int) -> None:
    connection = unlocked(journal)
    connection.execute(what)
    connection.close()
    with pytest.raises(RecordNotGenuine) as caught:
        audit(journal, keys_of(journal))
    assert caught.value.facts["sequence"] == first_bad


def test_a_tail_cut_off_shows_only_against_a_head_noted_elsewhere(journal: Path) -> None:
    keys = keys_of(journal)
    head = Head.parse(audit(journal, keys).head)
    connection = unlocked(journal)
    connection.execute("DELETE FROM journal WHERE sequence = 4")
    connection.close()
    assert audit(journal, keys).count == 3
    with pytest.raises(HeadNotFound, match="only 3 records"):
        audit(journal, keys, head)


def test_a_journal_written_anew_by_another_key_is_refused_at_its_first_record(
    journal: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    device_key(tmp_path / "other")
    with pytest.raises(RecordNotGenuine, match=r"Record 1 .*not signed"):
        audit(journal, public_keys(tmp_path / "other" / PUBLIC_NAME))


async def test_a_lost_key_is_followed_by_a_new_one_and_both_verify(journal: Path) -> None:
    (journal.parent / SECRET_NAME).unlink()
    store = open_store(journal)
    await store.commit(Change(records=(to_record(DrawerOpened("new", NOON)),)))
    await store.close()
    keys = keys_of(journal)
    assert len(keys.raw) == 2
    assert audit(journal, keys).count == 5
    with pytest.raises(RecordNotGenuine):
        audit(journal, PublicKeys(keys.raw[::-1]))


async def test_it_checks_beside_a_running_terminal(journal: Path) -> None:
    store = open_store(journal)
    await store.commit(Change(records=(to_record(DrawerOpened("now", NOON)),)))
    assert audit(journal, keys_of(journal)).count == 5
    await store.commit(Change(records=(to_record(DrawerOpened("and on", NOON)),)))
    await store.close()


def test_the_secret_key_is_its_owners_alone_and_is_refused_otherwise(journal: Path) -> None:
    secret = journal.parent / SECRET_NAME
    assert secret.stat().st_mode & 0o777 == 0o600
    secret.chmod(0o644)
    with pytest.raises(KeyUnusable, match="others can read it"):
        open_store(journal)


@pytest.mark.parametrize(
    "text", ["", "5", "5:", "5:xyz", "0:0123456789ab", "-1:0123456789ab", "5:01"]
)
def test_what_is_no_head_is_refused_in_words(text: str) -> None:
    with pytest.raises(HeadMalformed):
        Head.parse(text)


def test_a_file_that_is_no_journal_is_named(tmp_path: Path, journal: Path) -> None:
    keys = keys_of(journal)
    with pytest.raises(JournalUnreadable, match="no such file"):
        audit(tmp_path / "none.db", keys)
    (tmp_path / "text.db").write_bytes(b"no database at all" * 300)
    with pytest.raises(JournalUnreadable):
        audit(tmp_path / "text.db", keys)
    apsw.Connection(str(tmp_path / "empty.db")).execute("CREATE TABLE x (y)")
    with pytest.raises(JournalUnreadable, match="not a terminal's journal"):
        audit(tmp_path / "empty.db", keys)


def test_another_versions_database_is_refused_and_left_as_it_was(journal: Path) -> None:
    connection = apsw.Connection(str(journal))
    connection.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    connection.execute("DROP TABLE open_payment_sale")
    connection.close()
    with pytest.raises(StoreUnavailable, match="Another version of the program"):
        open_store(journal)
    with pytest.raises(JournalUnreadable, match="another version"):
        audit(journal, keys_of(journal))
    connection = apsw.Connection(str(journal))
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    assert "open_payment_sale" not in tables


def test_no_flipped_byte_of_the_file_passes_with_other_records(
    journal: Path, tmp_path: Path
) -> None:
    """Page headers and free space too: what still passes tells the same story."""
    keys = keys_of(journal)
    good = audit(journal, keys)
    raw = journal.read_bytes()
    copy = tmp_path / "flipped.db"
    shutil.copy(journal, copy)
    for at in range(0, len(raw), 13):
        copy.write_bytes(raw[:at] + bytes([raw[at] ^ 0x41]) + raw[at + 1 :])
        try:
            assert audit(copy, keys) == good
        except AuditError:
            continue


LEDGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


async def sign_head(journal: Path, key: Ed25519PrivateKey = LEDGER) -> LedgerHead:
    """Let the ledger say that it knows the whole journal."""
    store = open_store(journal)
    last = (await store.records())[-1]
    bare = LedgerHead(DEVICE, last.incarnation, last.sequence, last.hash, 4, NOON)
    head = replace(bare, signature=key.sign(bare.message).hex())
    await store.commit(Change(ledger_head=head))
    await store.close()
    return head


async def test_a_tail_cut_off_shows_against_the_head_that_the_ledger_signed(journal: Path) -> None:
    head = await sign_head(journal)
    public = LEDGER.public_key().public_bytes_raw()
    keys = keys_of(journal)
    assert audit(journal, keys, ledger_public=public).ledger_head == head
    connection = unlocked(journal)
    connection.execute("DELETE FROM journal WHERE sequence = 4")
    connection.close()
    with pytest.raises(HeadNotFound):
        audit(journal, keys, ledger_public=public)
    with pytest.raises(HeadNotFound):
        audit(journal, keys)


async def test_a_head_that_the_ledger_did_not_sign_proves_nothing(journal: Path) -> None:
    await sign_head(journal, Ed25519PrivateKey.generate())
    with pytest.raises(LedgerHeadForged):
        audit(journal, keys_of(journal), ledger_public=LEDGER.public_key().public_bytes_raw())


@pytest.mark.parametrize(
    "spoil", [("count", 5), ("sequence", 3), ("at", "2026-11-24T03:00:01.000000+00:00")]
)
async def test_no_word_of_a_signed_head_can_be_changed(
    journal: Path, spoil: tuple[str, object]
) -> None:
    await sign_head(journal)
    connection = unlocked(journal)
    (text,) = connection.execute("SELECT value FROM meta WHERE key = 'ledger_head'").fetchall()[0]
    changed = json.dumps(json.loads(str(text)) | dict([spoil]))
    connection.execute("UPDATE meta SET value = ? WHERE key = 'ledger_head'", (changed,))
    connection.close()
    with pytest.raises(LedgerHeadForged):
        audit(journal, keys_of(journal), ledger_public=LEDGER.public_key().public_bytes_raw())
