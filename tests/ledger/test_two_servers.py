"""Two ledgers' processes on one PostgreSQL serve the same shops: payments, outcomes, news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from ledger.client import HttpLedger
from pos.domain.payment_answers import Approval
from tests.ledger.cluster import Cluster
from tests.ledger.conftest import DEVICE, TOKEN, Process
from tests.ledger.test_payments_over_http import request

DEADLINE_MS = 5_000


@pytest.fixture
def pair(cluster: Cluster) -> Iterator[tuple[Process, Process]]:
    database = cluster.fresh()
    made = Process(database), Process(database)
    for each in made:
        each.start()
    yield made
    for each in made:
        each.stop()


@pytest.fixture
async def clients(pair: tuple[Process, Process]) -> AsyncIterator[list[HttpLedger]]:
    made = [HttpLedger(each.url, TOKEN, DEVICE) for each in pair]
    yield made
    for each in made:
        await each.aclose()


async def test_a_payment_asked_at_both_at_once_is_posted_once(
    pair: tuple[Process, Process], clients: list[HttpLedger]
) -> None:
    for number in range(1, 11):
        wanted = request(number, amount=100)
        one, other = await asyncio.gather(
            *(each.authorize(wanted, deadline_ms=DEADLINE_MS) for each in clients)
        )
        assert isinstance(one, Approval)
        assert one == other
        assert await clients[1].outcome(wanted.payment_id, deadline_ms=DEADLINE_MS) == one

    book = await asyncio.to_thread(pair[0].ask, "/demo/entries")
    assert book["wrong"] == []
    assert [each["kind"] for each in book["postings"]].count("payment") == 10


async def test_an_order_placed_at_one_wakes_who_waits_at_the_other(
    pair: tuple[Process, Process], clients: list[HttpLedger]
) -> None:
    before = (await clients[1].feed("", wait_ms=0)).cursor
    loop = asyncio.get_running_loop()
    waiting = asyncio.create_task(clients[1].feed(before, wait_ms=25_000))
    await asyncio.sleep(0.3)
    assert not waiting.done()

    placed_at = loop.time()
    made = await asyncio.to_thread(pair[0].ask, "/demo/orders", {})
    page = await waiting

    assert page.items[0].order is not None
    assert page.items[0].order.key == made["key"]
    assert loop.time() - placed_at < 15  # Far from the end of its wait, on a busy machine, too.
