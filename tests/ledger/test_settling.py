"""Settling by itself: what is due and nothing else, once, and past what can't be settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.policy.calendar import Calendar
from ledger.server import accounts, books, settlement
from ledger.server.database import Database, Tx, open_reader
from ledger.server.settling import settle, settle_for_ever
from tests.ledger.test_settlement import DAY, POLICY, START, City


@pytest.fixture
async def city(database: Database) -> AsyncIterator[City]:
    made = City(database)
    made.pay(50_000)
    made.pay(10_000, START + timedelta(days=1))
    made.writer.start()
    yield made
    await asyncio.to_thread(made.writer.close)


@pytest.fixture
def reader(city: City, database: Database) -> Tx:
    return open_reader(database)


def paid(reader: Tx) -> int:
    assert books.check(reader) == []
    return books.balance(reader, accounts.PAID_OUT).amount


async def test_each_day_is_paid_when_it_is_due_and_not_again(city: City, reader: Tx) -> None:
    nets = [
        settlement.statement(reader, "cafe", DAY + timedelta(days=n), POLICY).net.amount
        for n in (0, 1)
    ]
    sums: list[int] = []
    for days in (0, 1, 2, 2, 3, 30):
        at = START + timedelta(days=days)
        assert await settle(city.writer, reader, POLICY, at) == []
        sums.append(paid(reader))

    assert sums == [0, 0, nets[0], nets[0], sum(nets), sum(nets)]


async def test_fee_support_follows_after_the_half_year(city: City, reader: Tx) -> None:
    after = START + timedelta(days=62)  # Monday, 25 January.

    assert await settle(city.writer, reader, POLICY, START + timedelta(days=3)) == []
    before = paid(reader)
    for _ in range(2):
        assert await settle(city.writer, reader, POLICY, after) == []

    assert paid(reader) == before + 175 + 35


async def test_a_year_without_holidays_is_said_and_not_guessed(city: City, reader: Tx) -> None:
    nothing = replace(POLICY, calendar=Calendar(()))

    said = await settle(city.writer, reader, nothing, START + timedelta(days=5))

    assert len(said) == 1
    assert "no holidays of 2026" in said[0]
    assert paid(reader) == 0


async def test_shops_that_are_owed_nothing_cost_payments_no_turn(
    city: City, reader: Tx, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[object] = []
    run = city.writer.run

    async def counted(job: Callable[[Tx], object], **more: Any) -> object:
        jobs.append(job)
        return await run(job, **more)

    monkeypatch.setattr(city.writer, "run", counted)
    at = START + timedelta(days=2)
    assert await settle(city.writer, reader, POLICY, at) == []
    first = len(jobs)
    assert await settle(city.writer, reader, POLICY, at) == []

    assert first == 2  # One day's pay-out; what has ended of programmes is looked at once.
    assert len(jobs) == first + 1


async def test_the_servers_task_settles_by_itself(
    city: City, reader: Tx, database: Database
) -> None:
    task = asyncio.create_task(
        settle_for_ever(database, city.writer, lambda: POLICY, lambda: START + timedelta(days=2))
    )
    async with asyncio.timeout(5):
        while not paid(reader):
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
