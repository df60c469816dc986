"""Two ledgers' processes on one PostgreSQL serve the same shops: payments, outcomes, news, enrolment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from ledger.client import HttpLedger
from ledger.enrolling import NotEnrolled, enrol
from ledger.server import device_keys, devices
from ledger.server.database import Tx
from ledger.server.devices import NewCode
from pos.domain.payment_answers import Approval
from tests.ledger.cluster import Cluster
from tests.ledger.conftest import DEVICE, KEY, Key, Process
from tests.ledger.test_payments_over_http import request
from tests.ledger.test_signed_requests_over_http import Wire

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
    made = [HttpLedger(each.url, DEVICE, KEY) for each in pair]
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


async def test_a_request_sent_to_both_at_once_is_taken_once(pair: tuple[Process, Process]) -> None:
    """Whoever overhears one must not have it done again next door."""
    wires = [Wire(each) for each in pair]
    for number in range(10):
        fields = wires[0].fields(nonce=f"{number:032x}")
        said = await asyncio.gather(*(asyncio.to_thread(each.send, fields) for each in wires))
        assert sorted(status for status, _ in said) == [200, 409]


async def test_a_code_used_at_both_at_once_enrols_one_key(pair: tuple[Process, Process]) -> None:
    for number in range(5):
        made = await asyncio.to_thread(pair[0].act, _code)
        keys = Key(150 + 2 * number), Key(151 + 2 * number)
        said = await asyncio.gather(
            *(enrol(at.url, made.text, key, None) for at, key in zip(pair, keys, strict=True)),
            return_exceptions=True,
        )
        refused = [each for each in said if isinstance(each, NotEnrolled)]
        assert len(refused) == 1, said
        active = pair[0].act(lambda tx, d=made.device: device_keys.known(tx, d))  # type: ignore[misc]
        assert len(active) == 1


async def test_numbers_given_out_at_once_are_different(pair: tuple[Process, Process]) -> None:
    made = await asyncio.gather(*(asyncio.to_thread(pair[0].act, _code) for _ in range(8)))

    assert len({each.device for each in made}) == len(made)


def _code(tx: Tx) -> NewCode:
    return devices.new_code(tx, 1, datetime.now(UTC))
