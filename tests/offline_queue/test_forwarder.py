"""Forwarding: in order, idempotent, around poison, through silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from offline_queue.forwarder import BATCH, HEAD_QUIET_MS, Forwarder
from offline_queue.store import SqliteStore
from pos.domain.errors import LedgerError, LedgerRefused, LedgerSilent, TerminalNotAccepted
from pos.domain.events import from_record, to_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.order_events import OrderAccepted, OrderPosted
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import (
    AdviceAccepted,
    AdviceDeclined,
    OfflineApproved,
    RefundAcknowledged,
    RefundAsked,
    RefundDeclined,
    ReversalAcknowledged,
    ReversalAsked,
    ReversalDeclined,
)
from pos.domain.record import Record
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import Change
from pos.services.resend import Resend
from tests.fakes import DEVICE, NOON, FixedClock, ScriptedLedger, good_card

SALE = TransactionId(DEVICE, 42, 1)


def an_id(sequence: int) -> TransactionId:
    return TransactionId(DEVICE, 42, sequence)


def advice(sequence: int) -> OfflineApproved:
    mode = ApprovalMode.OFFLINE_GUARANTEED
    return OfflineApproved(an_id(sequence), SALE, Won(1_000), good_card(), mode, "F", Won(0), NOON)


def approval() -> Approval:
    return Approval(Won(1_000), "00000001", "R1", NOON, (), Won(100), Won(5_000))


class Answering(ScriptedLedger):
    """Answers each record by what the test says; remembers every batch."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[int]] = []
        self.faults: list[LedgerError] = []
        self.poison: set[int] = set()
        self.unreadable: set[int] = set()
        self.declined: set[int] = set()
        self.unanswered: set[int] = set()

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        self.batches.append([record.sequence for record in records])
        if self.faults:
            raise self.faults.pop(0)
        if any(record.sequence in self.unreadable for record in records):
            raise LedgerRefused(reason="422")
        self.forwarded.extend(records)
        answered = [r for r in records if r.sequence not in self.unanswered]
        return tuple(self._answer(record) for record in answered)

    def _answer(self, record: Record) -> ForwardOutcome:
        if record.sequence in self.poison:
            return ForwardOutcome(record.sequence, ForwardStatus.POISON, problem="other body")
        if record.sequence in self.declined:
            decline = Decline(DeclineReason.CARD_BLOCKED)
            return ForwardOutcome(record.sequence, ForwardStatus.DECLINED, decline=decline)
        return ForwardOutcome(
            record.sequence,
            ForwardStatus.ACCEPTED,
            approval=approval(),
            commission=Won(150),
            given_back=GivenBack((), Won(40), Won(5_000)),
        )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "t.db", device=DEVICE, new_incarnation=lambda: 42)
    yield opened
    await opened.close()


class Desk:
    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.ledger = Answering()
        self.line: list[bool] = []
        self.clock = FixedClock()
        self.forwarder = Forwarder(
            store=store,
            ledger=self.ledger,
            clock=self.clock,
            answered=lambda: self.line.append(True),
            failed=lambda: self.line.append(False),
            jitter=lambda: 0.0,
        )

    async def put(self, *events: object) -> None:
        await self.store.commit(Change(records=tuple(to_record(e) for e in events)))  # type: ignore[arg-type]

    async def drain(self) -> list[object]:
        await self.forwarder.drain()
        return [from_record(record) for record in await self.store.records()]


@pytest.fixture
def desk(store: SqliteStore) -> Desk:
    return Desk(store)


async def test_each_kind_gets_its_follow_up_in_order(desk: Desk) -> None:
    reversal = ReversalAsked(an_id(3), SALE, Won(2_000), "no answer", NOON)
    accepted = OrderAccepted(an_id(4), "baedal-eum:1", Won(15_000), 20, NOON)
    await desk.put(advice(2), reversal, accepted)
    events = await desk.drain()
    assert [type(event) for event in events[3:]] == [
        AdviceAccepted,
        ReversalAcknowledged,
        OrderPosted,
    ]
    assert desk.ledger.batches == [[1, 2, 3]]
    assert (await desk.store.backlog()).count == 0


async def test_a_declined_advice_becomes_a_receivable(desk: Desk) -> None:
    await desk.put(advice(2))
    desk.ledger.declined.add(1)
    assert isinstance((await desk.drain())[-1], AdviceDeclined)


async def test_a_poison_record_is_parked_and_does_not_hold_the_others_up(desk: Desk) -> None:
    await desk.put(advice(2), advice(3), advice(4))
    desk.ledger.poison.add(2)
    events = await desk.drain()
    assert [e.payment_id.sequence for e in events if isinstance(e, AdviceAccepted)] == [2, 4]
    assert (await desk.store.backlog()).parked == 1


async def test_a_batch_refused_whole_is_halved_until_the_one_record_is_found(desk: Desk) -> None:
    await desk.put(*(advice(n) for n in range(2, 9)))
    desk.ledger.unreadable.add(5)
    events = await desk.drain()
    accepted = [e.payment_id.sequence for e in events if isinstance(e, AdviceAccepted)]
    assert accepted == [2, 3, 4, 5, 7, 8]
    assert (await desk.store.backlog()).parked == 1
    assert all(batch == sorted(batch) for batch in desk.ledger.batches)


async def test_a_record_without_an_outcome_is_parked_not_asked_for_ever(desk: Desk) -> None:
    await desk.put(advice(2), advice(3))
    desk.ledger.unanswered.add(1)
    await desk.drain()
    backlog = await desk.store.backlog()
    assert (backlog.count, backlog.parked) == (0, 1)


async def test_silence_is_tried_again_with_the_same_records(desk: Desk) -> None:
    await desk.put(advice(2))
    desk.ledger.faults = [LedgerSilent(), LedgerSilent()]
    task = asyncio.create_task(desk.forwarder.run())
    for _ in range(200):
        await asyncio.sleep(0.005)
        if (await desk.store.backlog()).count == 0 and not desk.forwarder.failures:
            break
    task.cancel()
    assert desk.ledger.batches == [[1], [1], [1]]
    assert desk.line == [False, False, True]
    assert desk.forwarder.failures == 0


async def test_it_counts_the_attempts_that_had_no_answer_and_goes_on(desk: Desk) -> None:
    await desk.put(advice(2))
    desk.ledger.faults = [LedgerSilent() for _ in range(8)]
    seen: list[int] = []
    sleep_ms = desk.clock.sleep_ms

    async def noting(duration_ms: int) -> None:
        if duration_ms != HEAD_QUIET_MS:
            seen.append(desk.forwarder.failures)
        await sleep_ms(duration_ms)

    desk.clock.sleep_ms = noting  # type: ignore[method-assign]
    task = asyncio.create_task(desk.forwarder.run())
    for _ in range(400):
        await asyncio.sleep(0.005)
        if (await desk.store.backlog()).count == 0:
            break
    task.cancel()
    assert seen == list(range(1, 9))
    assert len(desk.ledger.batches) == 9


async def test_waking_starts_a_drain_at_once(desk: Desk) -> None:
    task = asyncio.create_task(desk.forwarder.run())
    await asyncio.sleep(0.02)
    await desk.put(advice(2))
    assert desk.ledger.batches == []
    desk.forwarder.wake()
    for _ in range(200):
        await asyncio.sleep(0.005)
        if desk.ledger.batches:
            break
    task.cancel()
    assert desk.ledger.batches == [[1]]


async def test_a_refused_terminal_keeps_its_records_and_parks_none(desk: Desk) -> None:
    await desk.put(advice(2), advice(3))
    desk.ledger.faults = [TerminalNotAccepted(reason="unauthorized")]
    with pytest.raises(TerminalNotAccepted):
        await desk.forwarder.drain()
    backlog = await desk.store.backlog()
    assert (backlog.count, backlog.parked) == (2, 0)
    await desk.drain()
    assert (await desk.store.backlog()).count == 0


async def test_a_long_queue_goes_in_batches_each_once_and_in_order(desk: Desk) -> None:
    count = 2 * BATCH + 17
    await desk.put(*(advice(n) for n in range(2, 2 + count)))
    events = await desk.drain()
    told = [sequence for batch in desk.ledger.batches for sequence in batch]
    assert told == list(range(1, count + 1))
    assert max(len(batch) for batch in desk.ledger.batches) == BATCH
    assert sum(isinstance(event, AdviceAccepted) for event in events) == count
    assert await desk.store.verify() == 2 * count


async def test_silence_in_the_middle_of_a_long_queue_loses_no_answer(desk: Desk) -> None:
    count = 3 * BATCH
    await desk.put(*(advice(n) for n in range(2, 2 + count)))
    answer = desk.ledger.forward

    async def fall_silent(records: Sequence[Record], *, deadline_ms: int) -> object:
        if len(desk.ledger.batches) == 1:
            desk.ledger.batches.append([])
            raise LedgerSilent()
        return await answer(records, deadline_ms=deadline_ms)

    desk.ledger.forward = fall_silent  # type: ignore[method-assign, assignment]
    with pytest.raises(LedgerSilent):
        await desk.forwarder.drain()
    assert (await desk.store.backlog()).count == 2 * BATCH
    await desk.drain()
    assert (await desk.store.backlog()).count == 0


async def test_a_record_written_while_the_queue_drains_goes_too(desk: Desk) -> None:
    await desk.put(advice(2))
    answer = desk.ledger.forward

    async def meanwhile(records: Sequence[Record], *, deadline_ms: int) -> object:
        if len(desk.ledger.batches) == 0:
            await desk.put(advice(3))
        return await answer(records, deadline_ms=deadline_ms)

    desk.ledger.forward = meanwhile  # type: ignore[method-assign, assignment]
    await desk.drain()
    assert desk.ledger.batches == [[1], [2]]


async def test_a_parked_record_is_sent_again_when_a_person_asks(desk: Desk) -> None:
    await desk.put(advice(2), advice(3))
    desk.ledger.poison.add(1)
    await desk.drain()
    assert (await desk.store.backlog()).parked == 1
    desk.ledger.poison.clear()  # What was wrong at the ledger was put right.
    assert await Resend(store=desk.store, sync=desk.forwarder).resend() == 1
    events = await desk.drain()
    assert sum(isinstance(event, AdviceAccepted) for event in events) == 2
    backlog = await desk.store.backlog()
    assert (backlog.count, backlog.parked) == (0, 0)
    assert await Resend(store=desk.store, sync=desk.forwarder).resend() == 0


async def test_once_it_is_quiet_the_ledgers_signed_head_is_asked_for_and_kept(desk: Desk) -> None:
    made = await desk.store.commit(Change(records=(to_record(advice(2)),)))
    task = asyncio.create_task(desk.forwarder.run())
    for _ in range(1_000):
        await asyncio.sleep(0.005)
        if await desk.store.ledger_head() is not None:
            break
    task.cancel()
    head = await desk.store.ledger_head()
    assert head is not None
    assert (head.sequence, head.hash, head.count) == (made[0].sequence, made[0].hash, 1)


async def test_a_long_drain_says_how_far_it_is_and_a_short_one_does_not(desk: Desk) -> None:
    seen: list[tuple[int, int]] = []
    forward = desk.ledger.forward

    async def noting(records: Sequence[Record], *, deadline_ms: int) -> tuple[ForwardOutcome, ...]:
        seen.append(desk.forwarder.progress)
        return await forward(records, deadline_ms=deadline_ms)

    desk.ledger.forward = noting  # type: ignore[method-assign]
    await desk.put(advice(2))
    await desk.forwarder.drain()
    assert seen == [(0, 0)]

    seen.clear()
    await desk.put(*(advice(number) for number in range(3, 3 + 2 * BATCH + 10)))
    await desk.forwarder.drain()
    assert seen == [(0, 2 * BATCH + 10), (BATCH, 2 * BATCH + 10), (2 * BATCH, 2 * BATCH + 10)]
    assert desk.forwarder.progress == (0, 0)


async def test_a_refund_the_ledger_declines_stands_in_the_journal(desk: Desk) -> None:
    asked = RefundAsked(an_id(9), an_id(2), SALE, Won(400), False, NOON)
    await desk.put(asked)
    desk.ledger.declined = {1}
    events = await desk.drain()
    assert events[1:] == [
        RefundDeclined(
            an_id(9), an_id(2), SALE, Won(400), Decline(DeclineReason.CARD_BLOCKED), NOON
        )
    ]


async def test_a_reversal_the_ledger_declines_stands_in_the_journal(desk: Desk) -> None:
    await desk.put(ReversalAsked(an_id(2), SALE, Won(400), "copy put back", NOON))
    desk.ledger.declined = {1}
    assert (await desk.drain())[1:] == [ReversalDeclined(an_id(2), SALE, NOON)]


async def test_a_refund_is_acknowledged_with_what_went_back(desk: Desk) -> None:
    await desk.put(RefundAsked(an_id(9), an_id(2), SALE, Won(400), False, NOON))
    events = await desk.drain()
    back = GivenBack((), Won(40), Won(5_000))
    assert events[1:] == [RefundAcknowledged(an_id(9), an_id(2), SALE, Won(400), back, NOON)]
