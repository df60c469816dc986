"""The one writer: groups, isolates, and says so when nothing could be made durable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from ledger.server import books
from ledger.server.database import FULL, Tx, open_reader
from ledger.server.rules import Entry, Posting
from ledger.server.writer import LedgerUnavailable, Writer
from pos.domain.won import Won

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    made = Writer(tmp_path / "ledger.db")
    made.start()
    yield made
    await asyncio.to_thread(made.close)


def move(name: str, won: int, source: str = "funding") -> Posting:
    return Posting(
        "test", f"{source}-{name}-{won}", (Entry(source, Won(-won)), Entry(name, Won(won)))
    )


async def test_what_was_answered_is_there_for_other_readers(writer: Writer, tmp_path: Path) -> None:
    await writer.run(lambda tx: books.post(tx, move("purse:a:charged", 100), NOW))

    reader = Tx(open_reader(tmp_path / "ledger.db"))

    assert books.balance(reader, "purse:a:charged") == Won(100)
    assert books.check(reader) == []


async def test_a_job_that_fails_takes_nothing_of_its_neighbours_along(
    writer: Writer, tmp_path: Path
) -> None:
    def fail(tx: Tx) -> None:
        books.post(tx, move("purse:b:charged", 7), NOW)
        raise RuntimeError("no")

    results = await asyncio.gather(
        writer.run(lambda tx: books.post(tx, move("purse:a:charged", 1), NOW)),
        writer.run(fail),
        writer.run(lambda tx: books.post(tx, move("purse:a:charged", 2), NOW)),
        return_exceptions=True,
    )

    assert isinstance(results[1], RuntimeError)
    reader = Tx(open_reader(tmp_path / "ledger.db"))
    assert books.balance(reader, "purse:a:charged") == Won(3)
    assert books.balance(reader, "purse:b:charged") == Won(0)


async def test_the_database_itself_keeps_a_purse_from_going_below_zero(writer: Writer) -> None:
    await writer.run(lambda tx: books.post(tx, move("purse:a:charged", 5), NOW))

    with pytest.raises(apsw.ConstraintError):
        await writer.run(lambda tx: books.post(tx, move("x", 6, source="purse:a:charged"), NOW))


async def test_the_database_itself_keeps_a_posting_from_being_made_twice(writer: Writer) -> None:
    await writer.run(lambda tx: books.post(tx, move("x", 5), NOW))

    with pytest.raises(apsw.ConstraintError):
        await writer.run(lambda tx: books.post(tx, move("x", 5), NOW))


async def test_a_full_disk_fails_the_group_and_leaves_nothing(
    writer: Writer, tmp_path: Path
) -> None:
    pages = await writer.run(lambda tx: tx.row("PRAGMA page_count"))
    assert pages is not None
    await writer.run(lambda tx: tx.row(f"PRAGMA max_page_count = {pages[0] + 2}"))

    def fill(tx: Tx) -> None:
        for number in range(2_000):
            books.post(tx, move(f"account {number}", 1), NOW)

    with pytest.raises((LedgerUnavailable, apsw.FullError)):
        await writer.run(fill)

    reader = Tx(open_reader(tmp_path / "ledger.db"))
    assert reader.row("SELECT count(*) FROM entries") == (0,)
    await writer.run(lambda tx: tx.row("PRAGMA max_page_count = 100000"))
    await writer.run(lambda tx: books.post(tx, move("x", 1), NOW))


async def test_after_a_failed_write_nothing_more_is_taken(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = Tx.execute

    def failing(tx: Tx, sql: str, parameters: tuple[object, ...] = ()) -> object:
        if sql == "COMMIT":
            raise apsw.IOError("fsync")
        return execute(tx, sql, parameters)

    monkeypatch.setattr(Tx, "execute", failing)
    with pytest.raises(LedgerUnavailable):
        await writer.run(lambda tx: books.post(tx, move("x", 1), NOW))
    monkeypatch.undo()

    with pytest.raises(LedgerUnavailable):
        await writer.run(lambda tx: books.post(tx, move("x", 1), NOW))


async def test_readers_are_woken_after_a_commit_that_grew_the_feed(writer: Writer) -> None:
    woken: list[str] = []
    writer.on_feed = lambda: woken.append("yes")

    def grow(tx: Tx) -> None:
        tx.feed_grew = True

    await writer.run(lambda _: None)
    assert woken == []
    await writer.run(grow)
    assert woken == ["yes"]


async def test_the_file_is_fully_synchronous(writer: Writer) -> None:
    assert await writer.run(lambda tx: tx.connection.pragma("synchronous")) == FULL
    assert await writer.run(lambda tx: tx.connection.pragma("journal_mode")) == "wal"
