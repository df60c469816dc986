"""The ledger is killed under load: what it acknowledged is there exactly once."""

from __future__ import annotations

import asyncio

from ledger.client import HttpLedger
from pos.domain.errors import LedgerError, LedgerUnreachable
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.ports import PaymentFate
from tests.ledger.conftest import DEVICE, KEY, Process
from tests.ledger.journal import Journal
from tests.ledger.test_payments_over_http import request

TERMINALS = 8
ROUNDS = 3
ANSWERS_BEFORE_KILL = 3 * TERMINALS


async def test_every_acknowledged_payment_survives_kill_9_exactly_once(process: Process) -> None:
    acknowledged: dict[TransactionId, Approval] = {}
    asked: list[int] = []
    numbers = iter(range(1, 100_000))
    enough = asyncio.Event()

    async def hammer(client: HttpLedger) -> None:
        while True:
            number = next(numbers)
            asked.append(number)
            wanted = request(number, amount=10)
            try:
                answer = await client.authorize(wanted, deadline_ms=2_000)
            except LedgerError:
                return
            if isinstance(answer, Approval):
                acknowledged[wanted.payment_id] = answer
                if len(acknowledged) >= wanted_by_now:
                    enough.set()

    wanted_by_now = 0
    for _ in range(ROUNDS):
        clients = [HttpLedger(process.url, DEVICE, KEY) for _ in range(TERMINALS)]
        load = asyncio.gather(*(hammer(each) for each in clients))
        wanted_by_now = len(acknowledged) + ANSWERS_BEFORE_KILL
        enough.clear()
        await asyncio.wait_for(enough.wait(), 60)  # By count: a machine may be slow to begin.
        process.kill()
        await load
        for each in clients:
            await each.aclose()
        process.start()

    assert len(acknowledged) >= ROUNDS * ANSWERS_BEFORE_KILL
    book = process.ask("/demo/entries")
    assert book["wrong"] == []
    posted = [each["reference"] for each in book["postings"] if each["kind"] == "payment"]
    assert len(posted) == len(set(posted))
    assert {each.hex for each in acknowledged} <= set(posted)
    client = HttpLedger(process.url, DEVICE, KEY)
    for payment_id, approval in list(acknowledged.items())[-20:]:
        assert await client.outcome(payment_id, deadline_ms=2_000) == approval
    await client.aclose()
    # What was asked and not acknowledged may stand or not, but never twice and never in halves.
    assert len(posted) <= len(asked)


async def test_a_batch_that_was_cut_off_is_forwarded_again_to_the_same_end(
    process: Process,
) -> None:
    journal = Journal()
    for number in range(1, 201):
        journal.offline(number, 10)
    client = HttpLedger(process.url, DEVICE, KEY)
    await client.outcome(TransactionId(DEVICE, 7, 1), deadline_ms=2_000)  # Loads the client.

    async def send() -> tuple[ForwardOutcome, ...]:
        while True:
            try:
                return await client.forward(journal.records, deadline_ms=5_000)
            except LedgerUnreachable:
                await asyncio.sleep(0.1)
            except LedgerError:
                continue

    sending = asyncio.create_task(send())
    await asyncio.sleep(0.03)
    process.kill()
    process.start()
    outcomes = await sending
    await client.aclose()

    assert all(each.status is ForwardStatus.ACCEPTED for each in outcomes)
    book = process.ask("/demo/entries")
    assert book["wrong"] == []
    assert [each["kind"] for each in book["postings"]].count("payment") == 200


async def test_a_restart_remembers_tombstones_and_opens_no_card_twice(process: Process) -> None:
    client = HttpLedger(process.url, DEVICE, KEY)
    journal = Journal()
    journal.reversal(1, 12_500)
    await client.forward(journal.records, deadline_ms=2_000)
    before = process.ask("/demo/cards")
    await client.aclose()

    process.kill()
    process.start()

    client = HttpLedger(process.url, DEVICE, KEY)
    assert await client.outcome(request(1).payment_id, deadline_ms=2_000) is PaymentFate.REVERSED
    assert process.ask("/demo/cards") == before
    await client.aclose()
