"""The one writer: groups, isolates, and says so when nothing could be made durable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from ledger.server import books
from ledger.server.database import (
    ConstraintBroken,
    Database,
    Tx,
    open_reader,
)
from ledger.server.rules import Entry, Posting
from ledger.server.writer import Writer
from pos.domain.won import Won

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[Writer]:
    made = Writer(database)
    made.start()
    yield made
    await asyncio.to_thread(made.close)


def move(name: str, won: int, source: str = "funding") -> Posting:
    return Posting(
        "test", f"{source}-{name}-{won}", (Entry(source, Won(-won)), Entry(name, Won(won)))
    )


def post(tx: Tx, posting: Posting) -> int:
    return books.post(tx, posting, NOW, shard=7)


async def test_what_was_answered_is_there_for_other_readers(
    writer: Writer, database: Database
) -> None:
    await writer.run(lambda tx: post(tx, move("purse:a:charged", 100)))

    reader = open_reader(database)

    assert books.balance(reader, "purse:a:charged") == Won(100)
    assert books.check(reader) == []


async def test_a_job_that_fails_takes_nothing_of_its_neighbours_along(
    writer: Writer, database: Database
) -> None:
    def fail(tx: Tx) -> None:
        post(tx, move("purse:b:charged", 7))
        raise RuntimeError("no")

    results = await asyncio.gather(
        writer.run(lambda tx: post(tx, move("purse:a:charged", 1))),
        writer.run(fail),
        writer.run(lambda tx: post(tx, move("purse:a:charged", 2))),
        return_exceptions=True,
    )

    assert isinstance(results[1], RuntimeError)
    reader = open_reader(database)
    assert books.balance(reader, "purse:a:charged") == Won(3)
    assert books.balance(reader, "purse:b:charged") == Won(0)


async def test_the_database_itself_keeps_a_purse_from_going_below_zero(writer: Writer) -> None:
    await writer.run(lambda tx: post(tx, move("purse:a:charged", 5)))

    with pytest.raises(ConstraintBroken):
        await writer.run(lambda tx: post(tx, move("x", 6, source="purse:a:charged")))


async def test_the_database_itself_keeps_a_posting_from_being_made_twice(writer: Writer) -> None:
    await writer.run(lambda tx: post(tx, move("x", 5)))

    with pytest.raises(ConstraintBroken):
        await writer.run(lambda tx: post(tx, move("x", 5)))


async def test_readers_are_woken_after_a_commit_that_grew_the_feed(writer: Writer) -> None:
    woken: list[str] = []
    writer.on_feed = lambda: woken.append("yes")

    def grow(tx: Tx) -> None:
        tx.feed_grew = True

    await writer.run(lambda _: None)
    assert woken == []
    await writer.run(grow)
    assert woken == ["yes"]
