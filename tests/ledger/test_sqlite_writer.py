"""The writer on a file: a full disk and a failed fsync are said, and nothing is sold on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import pytest

from ledger.server.database import LedgerUnavailable, Tx, open_reader
from ledger.server.sqlite import FULL, SqliteTx
from ledger.server.writer import Writer
from tests.ledger.test_writer import move, post


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    made = Writer(tmp_path / "ledger.db")
    made.start()
    yield made
    await asyncio.to_thread(made.close)


async def test_a_full_disk_fails_the_group_and_leaves_nothing(
    writer: Writer, tmp_path: Path
) -> None:
    pages = await writer.run(lambda tx: tx.row("PRAGMA page_count"))
    assert pages is not None
    await writer.run(lambda tx: tx.row(f"PRAGMA max_page_count = {pages[0] + 2}"))

    def fill(tx: Tx) -> None:
        for number in range(2_000):
            post(tx, move(f"account {number}", 1))

    with pytest.raises((LedgerUnavailable, apsw.FullError)):
        await writer.run(fill)

    reader = open_reader(tmp_path / "ledger.db")
    assert reader.row("SELECT count(*) FROM entries") == (0,)
    await writer.run(lambda tx: tx.row("PRAGMA max_page_count = 100000"))
    await writer.run(lambda tx: post(tx, move("x", 1)))


async def test_after_a_failed_write_nothing_more_is_taken(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = SqliteTx.execute

    def failing(tx: SqliteTx, sql: str, parameters: tuple[object, ...] = ()) -> object:
        if sql == "COMMIT":
            raise apsw.IOError("fsync")
        return execute(tx, sql, parameters)

    monkeypatch.setattr(SqliteTx, "execute", failing)
    with pytest.raises(LedgerUnavailable):
        await writer.run(lambda tx: post(tx, move("x", 1)))
    monkeypatch.undo()

    with pytest.raises(LedgerUnavailable):
        await writer.run(lambda tx: post(tx, move("x", 1)))


async def test_the_file_is_fully_synchronous(writer: Writer) -> None:
    assert await writer.run(lambda tx: tx.row("PRAGMA " + "synchronous")) == (FULL,)
    assert await writer.run(lambda tx: tx.row("PRAGMA " + "journal_mode")) == ("wal",)
