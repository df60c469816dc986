"""Judges forwarded journal records, one outcome each, the same for ever. Never lets one block the next."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledger.policy.policy import Policy
from ledger.server import (
    heads,
    mall,
    order_door,
    order_life,
    orders,
    payments,
    receipts,
    refunds,
    sales,
)
from ledger.server.cards import CardFacts, CardOpener, SealBroken
from ledger.server.database import ConstraintBroken, Tx
from ledger.server.judging import Merchant, credible
from ledger.server.payments import IdReused, advice
from ledger.server.receipts import OpenedReceipt
from ledger.server.rules import month_of
from ledger.server.sales import Contradicted
from ledger.server.tables import RECORDS, Needs
from pos.domain.availability import AvailabilitySet
from pos.domain.business_day import business_day
from pos.domain.codec import CodecError, decode, encode
from pos.domain.events import Event, ReceiptReingested, SaleCompleted, SaleRefunded, from_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.mall import MallPublished
from pos.domain.order_events import (
    OrderAccepted,
    OrderDoorAsked,
    OrderMoved,
    OrderRefundAsked,
    OrderRejected,
)
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import OfflineApproved, RefundAsked, ReversalAsked
from pos.domain.record import ChainBroken, Record, canonical, verify
from pos.domain.refund import CardReturn
from pos.domain.tender import ApprovalMode, VoucherTender
from pos.domain.won import ZERO

_DECLINED = ForwardStatus.DECLINED


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record that was checked and opened before the writer's turn.

    Attributes:
        intact: its hash fits, so that its number and content belong together.
        problem: why it is poison, or empty.
    """

    record: Record
    intact: bool
    event: Event | None = None
    facts: CardFacts | None = None
    receipt: OpenedReceipt | None = None
    problem: str = ""


def prepare(record: Record, merchant: Merchant, opener: CardOpener) -> Prepared:
    """Check a record's hash, shape and owner and open its card; costs no turn of the writer's."""
    if record.device != merchant.device:
        return Prepared(record, intact=False, problem="a record of another device")
    try:
        verify([record], after=record.previous, sequence=record.sequence - 1)
    except (ChainBroken, CodecError, ValueError):
        return Prepared(record, intact=False, problem="its hash does not fit its content")
    try:
        event = from_record(record)
    except ValueError as error:  # CodecError, or a value no domain type takes.
        return Prepared(record, intact=True, problem=f"not understood: {error}")
    if any(each.device != merchant.device for each in _ids(event)):
        return Prepared(record, intact=True, problem="an id of another device")
    if isinstance(event, ReceiptReingested):
        return _prepare_receipt(record, event, opener)
    if not isinstance(event, OfflineApproved):
        return Prepared(record, intact=True, event=event)
    if event.mode is ApprovalMode.ONLINE or event.amount <= ZERO:
        return Prepared(record, intact=True, problem="not an offline payment of 1 won or more")
    try:
        facts = opener.open(event.card.sealed, event.payment_id.hex)
    except SealBroken:
        return Prepared(record, intact=True, problem="the sealed card can't be opened")
    return Prepared(record, intact=True, event=event, facts=facts)


def _prepare_receipt(record: Record, event: ReceiptReingested, opener: CardOpener) -> Prepared:
    try:
        receipt = receipts.open_receipt(event, opener)
    except Contradicted as error:
        return Prepared(record, intact=True, problem=str(error))
    return Prepared(record, intact=True, event=event, receipt=receipt)


def needs(batch: Sequence[Prepared], at: datetime) -> Needs:
    """Return the rows that `take` will ask for, for all records of a batch."""
    found: dict[str, set[Any]] = defaultdict(set)
    for each in batch:
        record = each.record
        found["records"].add((record.device, record.incarnation, record.sequence))
        match each.event:
            case OfflineApproved() as event if each.facts is not None:
                key, month = each.facts.pan_key, month_of(business_day(credible(event.at, at)))
                found["payments"].add(event.payment_id.hex)
                found["cards"].add(key)
                found["counters"].add((key, each.facts.atc))
                found["months"].add((key, month))
            case ReversalAsked(payment_id=payment_id) | RefundAsked(payment_id=payment_id):
                found["payments"].add(payment_id.hex)
                found["tendered"].add(payment_id.hex)
                if isinstance(each.event, RefundAsked):
                    found["refunds"].add(each.event.refund_id.hex)
            case SaleCompleted(sale=sale):
                found["sales"].add(sale.id.hex)
                cards = (each for each in sale.tenders if isinstance(each, VoucherTender))
                found["tendered"].update(each.payment_id.hex for each in cards)
            case _:
                pass  # Fetched when they are asked for.
    return Needs(**{name: tuple(sorted(keys)) for name, keys in found.items()})


def take(
    tx: Tx, prepared: Prepared, merchant: Merchant, policy: Policy, at: datetime
) -> ForwardOutcome:
    """Give the word on one record: the one it got before, if it was here before."""
    record = prepared.record
    poison = ForwardOutcome(record.sequence, ForwardStatus.POISON, problem=prepared.problem)
    if not prepared.intact:
        return poison  # Not kept: nobody knows whose number this is.
    known = tx.get(RECORDS, record.device, record.incarnation, record.sequence)
    if known is not None and known[3] == record.hash:
        return decode(ForwardOutcome, json.loads(known[8]))
    if known is not None:
        return replace(poison, problem="another record has this number")
    outcome = poison if prepared.event is None else _judge_alone(tx, prepared, merchant, policy, at)
    if outcome.status is not ForwardStatus.POISON:
        # A fault may be this ledger's own (a wrong key, no terms): asked again, it looks again.
        _keep(tx, record, outcome)
    return outcome


def _judge_alone(
    tx: Tx, prepared: Prepared, merchant: Merchant, policy: Policy, at: datetime
) -> ForwardOutcome:
    """Judge in a savepoint: what turns out to be poison leaves nothing behind."""
    number = prepared.record.sequence
    with tx.savepoint() as undo:
        try:
            outcome = _judge(tx, prepared, merchant, policy, at)
        except Contradicted as error:
            outcome = ForwardOutcome(number, ForwardStatus.POISON, problem=str(error))
        except IdReused:
            problem = "its id is known with another body"
            outcome = ForwardOutcome(number, ForwardStatus.POISON, problem=problem)
        except (ConstraintBroken, ValueError, LookupError) as error:
            # A fault of the program's or of the record's: a person looks at it, the queue goes on.
            problem = f"can't be posted: {type(error).__name__}"
            outcome = ForwardOutcome(number, ForwardStatus.POISON, problem=problem)
        if outcome.status is ForwardStatus.POISON:
            undo()
    return outcome


def _judge(
    tx: Tx, prepared: Prepared, merchant: Merchant, policy: Policy, at: datetime
) -> ForwardOutcome:
    number = prepared.record.sequence
    match prepared.event:
        case OfflineApproved() as event:
            assert prepared.facts is not None
            ask = advice(event, prepared.facts, merchant, at)
            answer = payments.authorize(tx, ask, policy)
            if isinstance(answer, Approval):
                return ForwardOutcome(number, ForwardStatus.ACCEPTED, approval=answer)
            return ForwardOutcome(number, _DECLINED, decline=answer)
        case ReversalAsked(payment_id=payment_id):
            status = ForwardStatus.ACCEPTED if _reverse(tx, payment_id, at) else _DECLINED
            return ForwardOutcome(number, status)
        case RefundAsked() as event:
            given = refunds.give_back(tx, event, policy, at)
            if isinstance(given, GivenBack):
                return ForwardOutcome(number, ForwardStatus.ACCEPTED, given_back=given)
            return ForwardOutcome(number, _DECLINED, decline=given)
        case OrderAccepted() as event:
            status, commission, problem = orders.accept(tx, merchant, event, policy, at)
            return ForwardOutcome(number, status, commission=commission, problem=problem)
        case OrderRejected() as event:
            status, problem = orders.reject(tx, merchant, event)
            return ForwardOutcome(number, status, problem=problem)
        case OrderMoved() as event:
            status, problem = order_life.move(tx, merchant, event)
            return ForwardOutcome(number, status, problem=problem)
        case OrderRefundAsked() as event:
            status, commission, problem = order_life.refund(tx, merchant, event, policy, at)
            return ForwardOutcome(number, status, commission=commission, problem=problem)
        case OrderDoorAsked() as event:
            status, problem = order_door.ask(tx, merchant, event, at)
            return ForwardOutcome(number, status, problem=problem)
        case AvailabilitySet() as event:
            order_life.set_availability(tx, merchant, event)
            return ForwardOutcome(number, ForwardStatus.ACCEPTED)
        case MallPublished() as event:
            mall.publish(tx, merchant, event)
            return ForwardOutcome(number, ForwardStatus.ACCEPTED)
        case SaleCompleted() as event:
            sales.take(tx, event)
            order_door.taken(tx, merchant, event.sale, at)
            gone = sales.reversed_in(tx, event.sale)
            why = Decline(DeclineReason.REVERSED_BEFORE) if gone else None
            return ForwardOutcome(number, ForwardStatus.ACCEPTED, decline=why, not_posted=gone)
        case SaleRefunded() as event:
            sales.take_refund(tx, event)
            return ForwardOutcome(number, ForwardStatus.ACCEPTED)
        case ReceiptReingested():
            assert prepared.receipt is not None
            not_posted, why = receipts.take(tx, prepared.receipt, policy, at)
            return ForwardOutcome(
                number, ForwardStatus.ACCEPTED, decline=why, not_posted=not_posted
            )
        case _:
            kind = prepared.record.kind
            return ForwardOutcome(
                number, ForwardStatus.POISON, problem=f"{kind} is not for the ledger"
            )


def _reverse(tx: Tx, payment_id: TransactionId, at: datetime) -> bool:
    """Undo a payment; False, and nothing changes, where a finished sale rests on it.

    Only a copy of a journal that was put back can ask for that: it does not know how the sale went on.
    """
    if not payments.is_reversed(tx, payment_id):
        kept = sales.rests_on(tx, payment_id) is not None or refunds.any_of(tx, payment_id)
        if kept and payments.is_posted(
            tx, payment_id
        ):  # Of a declined one there is nothing to keep.
            return False
        payments.reverse(tx, payment_id, at)
    return True


def _keep(tx: Tx, record: Record, outcome: ForwardOutcome) -> None:
    heads.note(tx, record)
    tx.put(
        RECORDS,
        (
            record.device,
            record.incarnation,
            record.sequence,
            record.hash,
            record.kind,
            encode(record.at),
            canonical(record.body).decode(),
            record.previous,
            json.dumps(encode(outcome), ensure_ascii=False),
        ),
    )


def _ids(event: Event) -> list[TransactionId]:
    """Return the ids that must be the terminal's own."""
    match event:
        case ReceiptReingested():
            return []  # Of another terminal's sale, and that one's signature is in the code.
        case SaleCompleted(sale=sale):
            return [sale.id]
        case SaleRefunded(refund=refund):
            cards = [each for each in refund.returns if isinstance(each, CardReturn)]
            parts = [each for card in cards for each in (card.refund_id, card.payment_id)]
            return [refund.id, refund.sale_id, *parts]
    names = ("payment_id", "sale_id", "decision_id", "refund_id")
    named = [getattr(event, name, None) for name in names]
    return [each for each in named if isinstance(each, TransactionId)]
