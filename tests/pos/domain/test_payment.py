"""The payment's states: what may follow what, and what never may."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.codec import CodecError, decode, encode
from pos.domain.events import KINDS, from_record, read_event, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment import (
    STANDING,
    TRANSITIONS,
    ImpossibleTransition,
    Payment,
    PaymentState,
    begin,
    fold,
    step,
)
from pos.domain.payment_answers import (
    Approval,
    Decline,
    DeclineReason,
    GivenBack,
    ReceivableEnd,
)
from pos.domain.payment_events import (
    Abandoned,
    AdviceAccepted,
    AdviceDeclined,
    Approved,
    Declined,
    Intended,
    NoAnswer,
    OfflineApproved,
    PaymentEvent,
    ReceivableClosed,
    RefundAcknowledged,
    RefundAsked,
    RefundDeclined,
    RefundSettled,
    ReversalAcknowledged,
    ReversalAsked,
    ReversalDeclined,
    Sent,
)
from pos.domain.record import FIRST_PREVIOUS, ChainBroken, Record, chain, verify
from pos.domain.sale import Sale
from pos.domain.tender import ApprovalMode, Purse, PurseDraw
from pos.domain.won import Won
from tests.fakes import NOON, PRODUCTS, good_card

ID = TransactionId(1, 2, 3)
SALE = Sale(TransactionId(1, 2, 4), NOON).add(PRODUCTS[3])
APPROVAL = Approval(
    Won(5_000),
    "00001234",
    "R00000001234",
    NOON,
    (PurseDraw(Purse.CHARGED, Won(5_000)),),
    Won(500),
    Won(95_500),
)
DECLINE = Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(3_000))
REFUND = TransactionId(1, 2, 5)
BACK = GivenBack((PurseDraw(Purse.CHARGED, Won(2_000)),), Won(200), Won(97_300))
EVENTS: dict[type, PaymentEvent] = {
    Intended: Intended(ID, SALE, Won(5_000), NOON),
    Sent: Sent(ID, SALE.id, good_card(), NOON),
    Approved: Approved(ID, SALE.id, APPROVAL, NOON),
    Declined: Declined(ID, SALE.id, DECLINE, NOON),
    NoAnswer: NoAnswer(ID, SALE.id, NOON),
    ReversalAsked: ReversalAsked(ID, SALE.id, Won(5_000), "no answer", NOON),
    ReversalAcknowledged: ReversalAcknowledged(ID, SALE.id, NOON),
    OfflineApproved: OfflineApproved(
        ID,
        SALE.id,
        Won(5_000),
        good_card(),
        ApprovalMode.OFFLINE_GUARANTEED,
        "F0000001",
        Won(500),
        NOON,
    ),
    AdviceAccepted: AdviceAccepted(ID, SALE.id, APPROVAL, NOON),
    AdviceDeclined: AdviceDeclined(ID, SALE.id, Won(5_000), DECLINE, NOON),
    Abandoned: Abandoned(ID, SALE.id, "C01", NOON),
    ReversalDeclined: ReversalDeclined(ID, SALE.id, NOON),
    RefundAsked: RefundAsked(REFUND, ID, SALE.id, Won(2_000), False, NOON),
    RefundAcknowledged: RefundAcknowledged(REFUND, ID, SALE.id, Won(2_000), BACK, NOON),
    RefundDeclined: RefundDeclined(REFUND, ID, SALE.id, Won(2_000), DECLINE, NOON),
    RefundSettled: RefundSettled(
        REFUND, ID, SALE.id, Won(2_000), ReceivableEnd.PAID, "현금으로", "김이음", NOON
    ),
    ReceivableClosed: ReceivableClosed(
        ID, SALE.id, Won(5_000), ReceivableEnd.WRITTEN_OFF, "", "김이음", NOON
    ),
}


@pytest.mark.parametrize(("state", "event"), product(PaymentState, EVENTS.values()))
def test_only_the_table_moves_a_payment(state: PaymentState, event: PaymentEvent) -> None:
    payment = Payment(ID, SALE.id, Won(5_000), state)
    targets = TRANSITIONS.get((state, type(event)))
    if targets is None:
        with pytest.raises(ImpossibleTransition):
            step(payment, event)
    else:
        assert step(payment, event).state in targets


def test_no_answer_can_never_become_a_decline_by_the_terminal_itself() -> None:
    """From unknown, only the ledger's word or a reversal leads on."""
    onward = {event for state, event in TRANSITIONS if state is PaymentState.UNKNOWN}
    assert {Approved, Declined, ReversalAsked} == onward


def test_every_state_can_be_reached_and_only_ends_have_no_way_on() -> None:
    reached = {target for targets in TRANSITIONS.values() for target in targets}
    assert set(PaymentState) == {PaymentState.INTENT, *reached}
    left = {state for (state, _), targets in TRANSITIONS.items() if set(targets) != {state}}
    assert {
        PaymentState.DECLINED,
        PaymentState.REVERSED,
        PaymentState.ABANDONED,
        PaymentState.VOIDED,
        PaymentState.FULLY_REFUNDED,
        PaymentState.RECEIVABLE_CLOSED,
    } == set(PaymentState) - left


def test_a_payment_pays_only_while_it_stands() -> None:
    for path in (
        (Sent, Approved),
        (OfflineApproved,),
        (OfflineApproved, AdviceAccepted),
        (OfflineApproved, AdviceDeclined),
    ):
        payment = _walk(*path)
        assert payment.state in STANDING
        assert payment.tender is not None
        assert Won(5_000) == payment.tender.amount
    for path in (
        (),
        (Sent,),
        (Sent, NoAnswer),
        (Sent, Declined),
        (Abandoned,),
        (Sent, Approved, ReversalAsked),
        (Sent, NoAnswer, ReversalAsked, ReversalAcknowledged),
    ):
        assert None is _walk(*path).tender


@pytest.mark.parametrize("mode", [ApprovalMode.OFFLINE_GUARANTEED, ApprovalMode.OFFLINE_AT_RISK])
def test_an_offline_approval_says_who_bears_the_risk(mode: ApprovalMode) -> None:
    event = EVENTS[OfflineApproved]
    assert isinstance(event, OfflineApproved)
    assert step(_walk(), replace(event, mode=mode)).state.value == mode.value


def _back(payment: Payment, amount: int, *, void: bool = False) -> Payment:
    return step(payment, RefundAsked(REFUND, ID, SALE.id, Won(amount), void, NOON))


def test_a_payment_is_voided_whole_or_refunded_in_parts_up_to_all_of_it() -> None:
    paid = _walk(Sent, Approved)
    assert PaymentState.VOIDED is _back(paid, 5_000, void=True).state
    assert PaymentState.FULLY_REFUNDED is _back(paid, 5_000).state
    part = _back(paid, 2_000)
    assert PaymentState.PARTLY_REFUNDED is part.state
    assert Won(3_000) == part.left
    assert PaymentState.FULLY_REFUNDED is _back(part, 3_000).state
    for back in (0, -1, 3_001):
        with pytest.raises(ImpossibleTransition):
            _back(part, back)
    with pytest.raises(ImpossibleTransition):
        _back(paid, 4_999, void=True)
    with pytest.raises(ImpossibleTransition):
        _back(part, 3_000, void=True)
    with pytest.raises(ImpossibleTransition):
        _back(_back(paid, 5_000), 1)


def test_what_the_ledger_declines_later_is_owed_less_what_came_back() -> None:
    part = _back(_walk(OfflineApproved), 2_000)
    owed = step(part, EVENTS[AdviceDeclined])
    assert PaymentState.FORWARD_DECLINED is owed.state
    assert Won(3_000) == owed.left
    assert PaymentState.FORWARD_DECLINED is _back(owed, 1_000).state
    assert PaymentState.FULLY_REFUNDED is _back(owed, 3_000).state
    voided = _back(_walk(OfflineApproved), 5_000, void=True)
    assert PaymentState.VOIDED is step(voided, EVENTS[AdviceDeclined]).state
    assert PaymentState.RECEIVABLE_CLOSED is step(owed, EVENTS[ReceivableClosed]).state


def test_a_reversal_that_the_ledger_declines_leaves_the_payment_as_it_stood() -> None:
    online = _walk(Sent, Approved, ReversalAsked, ReversalDeclined)
    assert PaymentState.APPROVED is online.state
    offline = _walk(OfflineApproved, ReversalAsked, AdviceAccepted, ReversalDeclined)
    assert PaymentState.FORWARDED is offline.state


def test_another_payments_event_moves_nothing() -> None:
    with pytest.raises(ImpossibleTransition):
        step(_walk(), Sent(TransactionId(1, 2, 99), SALE.id, good_card(), NOON))
    with pytest.raises(ImpossibleTransition):
        fold([EVENTS[Sent]])


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda e: type(e).__name__)
def test_events_read_back_from_the_journal_as_they_were(event: PaymentEvent) -> None:
    record = chain(1, 2, 1, FIRST_PREVIOUS, to_record(event))
    assert event == from_record(record)


def test_every_kind_has_one_event_and_unknown_ones_are_refused() -> None:
    assert len(set(KINDS.values())) == len(KINDS)
    with pytest.raises(CodecError):
        read_event("payment.made_up", {})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("amount"),
        lambda body: body.update(amount=5000.0),
        lambda body: body.update(amount="5000"),
        lambda body: body.update(amount=True),
        lambda body: body.update(more=1),
        lambda body: body.update(at="2026-11-24T12:00:00"),
        lambda body: body.update(payment_id="xyz"),
        lambda body: body.update(type="Approved"),
    ],
)
def test_a_body_of_another_shape_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    body = encode(EVENTS[ReversalAsked])
    assert isinstance(body, dict)
    spoil(body)
    with pytest.raises(CodecError):
        decode(ReversalAsked, body)


def test_a_float_never_enters_the_journal() -> None:
    with pytest.raises(CodecError):
        encode(1.5)


def _records(count: int) -> list[Record]:
    records: list[Record] = []
    for number in range(1, count + 1):
        previous = records[-1].hash if records else FIRST_PREVIOUS
        event = NoAnswer(TransactionId(1, 2, number), SALE.id, NOON)
        records.append(chain(1, 2, number, previous, to_record(event)))
    return records


@given(st.data())
def test_the_chain_shows_a_change_a_gap_and_a_swap(data: st.DataObject) -> None:
    records = _records(6)
    assert records[-1].hash == verify(records)
    at = data.draw(st.integers(0, 4))
    tampered = list(records)
    match data.draw(st.sampled_from(["kind", "body", "time", "gone", "swapped", "hash"])):
        case "kind":
            tampered[at] = replace(records[at], kind="payment.sent")
        case "body":
            tampered[at] = replace(records[at], body={**records[at].body, "why": "x"})
        case "time":
            tampered[at] = replace(records[at], at=NOON.replace(year=2027))
        case "gone":
            del tampered[at]
        case "swapped":
            tampered[at], tampered[at + 1] = tampered[at + 1], tampered[at]
        case _:
            tampered[at] = replace(records[at], hash="0" * 64)
    with pytest.raises(ChainBroken):
        verify(tampered)


def _walk(*path: type) -> Payment:
    intended = EVENTS[Intended]
    assert isinstance(intended, Intended)
    payment = begin(intended)
    for event in path:
        payment = step(payment, EVENTS[event])
    return payment
