"""Turns the domain's words into the wire's and back. The only place that knows both, with `feed_mapping`; never calls anyone."""

from __future__ import annotations

from datetime import UTC
from typing import Any, cast, get_args

from ledger.contract import models as wire
from ledger.contract import note_models
from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.card_slip import FeeNote
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.record import LedgerHead, Record
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import Won
from pos.ports import PaymentFate

LEDGER_REASONS = frozenset(DeclineReason(each) for each in get_args(wire.DeclineCode))
"""The declines that a ledger can give; the others are the terminal's or the card's own."""

# Answers to a payment -------------------------------------------------------------------------


def approval_to_wire(approval: Approval) -> wire.ApprovalAnswer:
    """Return an approval as it travels."""
    return wire.ApprovalAnswer(
        amount=approval.amount.amount,
        approval_code=approval.approval_code,
        rrn=approval.rrn,
        approved_at=approval.approved_at,
        purses=_purses_to_wire(approval.purses),
        cashback=approval.cashback.amount,
        balance=approval.balance.amount,
        for_card=approval.for_card or None,
        masked_pan=approval.masked_pan,
        benefits=tuple(
            note_models.BenefitTold(
                kind=each.kind.value, name=each.name[:200], amount=each.amount.amount
            )
            for each in approval.benefits
        ),
        fee=None if approval.fee is None else _fee_to_wire(approval.fee),
    )


def approval_from_wire(answer: wire.ApprovalAnswer) -> Approval:
    """Read an approval.

    Raises:
        ValueError: the purses do not sum to the amount.
    """
    purses = _purses(answer.purses)
    if Won.total(each.amount for each in purses) != Won(answer.amount):
        raise ValueError("the purses do not sum to the amount")
    return Approval(
        amount=Won(answer.amount),
        approval_code=answer.approval_code,
        rrn=answer.rrn,
        approved_at=answer.approved_at.astimezone(UTC),
        purses=purses,
        cashback=Won(answer.cashback),
        balance=Won(answer.balance),
        for_card=answer.for_card or "",
        masked_pan=answer.masked_pan,
        benefits=tuple(
            Benefit(BenefitKind(each.kind), each.name, Won(each.amount)) for each in answer.benefits
        ),
        fee=None if answer.fee is None else FeeNote(Won(answer.fee.fee), Won(answer.fee.support)),
    )


def _fee_to_wire(note: FeeNote) -> note_models.FeeTold:
    return note_models.FeeTold(fee=note.fee.amount, support=note.support.amount)


def decline_to_wire(decline: Decline) -> wire.DeclineAnswer:
    """Return a decline as it travels."""
    balance = None if decline.balance is None else decline.balance.amount
    reason = cast("wire.DeclineCode", decline.reason.value)
    return wire.DeclineAnswer(reason=reason, balance=balance)


def decline_from_wire(answer: wire.DeclineAnswer) -> Decline:
    """Read a decline."""
    balance = None if answer.balance is None else Won(answer.balance)
    return Decline(DeclineReason(answer.reason), balance)


def answer_to_wire(answer: Approval | Decline) -> wire.AuthorizeAnswer:
    """Return the answer to a payment as it travels."""
    if isinstance(answer, Approval):
        return wire.AuthorizeAnswer(approval_to_wire(answer))
    return wire.AuthorizeAnswer(decline_to_wire(answer))


def answer_from_wire(answer: wire.AuthorizeAnswer) -> Approval | Decline:
    """Read the answer to a payment.

    Raises:
        ValueError: as `approval_from_wire`.
    """
    if isinstance(answer.root, wire.ApprovalAnswer):
        return approval_from_wire(answer.root)
    return decline_from_wire(answer.root)


def outcome_to_wire(outcome: Approval | Decline | PaymentFate) -> wire.OutcomeAnswer:
    """Return what became of a payment as it travels."""
    match outcome:
        case Approval():
            return wire.OutcomeAnswer(approval_to_wire(outcome))
        case Decline():
            return wire.OutcomeAnswer(decline_to_wire(outcome))
        case PaymentFate():
            return wire.OutcomeAnswer(wire.FateAnswer(status=outcome.value))


def outcome_from_wire(answer: wire.OutcomeAnswer) -> Approval | Decline | PaymentFate:
    """Read what became of a payment.

    Raises:
        ValueError: as `approval_from_wire`.
    """
    match answer.root:
        case wire.ApprovalAnswer():
            return approval_from_wire(answer.root)
        case wire.DeclineAnswer():
            return decline_from_wire(answer.root)
        case wire.FateAnswer(status=status):
            return PaymentFate(status)


# Forwarded records ----------------------------------------------------------------------------


def record_to_wire(record: Record) -> wire.ForwardedRecord:
    """Return a journal record as it travels; its hash still fits."""
    return wire.ForwardedRecord(
        device=record.device,
        incarnation=record.incarnation,
        sequence=record.sequence,
        at=record.at,
        kind=record.kind,
        body=cast("dict[str, Any]", dict(record.body)),
        previous=record.previous,
        hash=record.hash,
    )


def record_from_wire(record: wire.ForwardedRecord) -> Record:
    """Read a journal record; whether its hash fits is for the ledger's rules to say."""
    return Record(
        device=record.device,
        incarnation=record.incarnation,
        sequence=record.sequence,
        at=record.at.astimezone(UTC),
        kind=record.kind,
        body=cast("dict[str, Any]", record.body),
        previous=record.previous,
        hash=record.hash,
    )


def forwarded_to_wire(outcome: ForwardOutcome) -> wire.RecordOutcome:
    """Return the word on one record as it travels."""
    return wire.RecordOutcome(
        sequence=outcome.sequence,
        status=outcome.status.value,
        approval=None if outcome.approval is None else approval_to_wire(outcome.approval),
        decline=None if outcome.decline is None else decline_to_wire(outcome.decline),
        commission=None if outcome.commission is None else outcome.commission.amount,
        problem=outcome.problem[:1_000],
        given_back=None if outcome.given_back is None else _given_back_to_wire(outcome.given_back),
        not_posted=outcome.not_posted.amount,
    )


def forwarded_from_wire(outcome: wire.RecordOutcome) -> ForwardOutcome:
    """Read the word on one record.

    Raises:
        ValueError: as `approval_from_wire`.
    """
    return ForwardOutcome(
        sequence=outcome.sequence,
        status=ForwardStatus(outcome.status),
        approval=None if outcome.approval is None else approval_from_wire(outcome.approval),
        decline=None if outcome.decline is None else decline_from_wire(outcome.decline),
        commission=None if outcome.commission is None else Won(outcome.commission),
        problem=outcome.problem,
        given_back=None if outcome.given_back is None else _given_back(outcome.given_back),
        not_posted=Won(outcome.not_posted),
    )


def _given_back_to_wire(given: GivenBack) -> wire.GivenBackAnswer:
    return wire.GivenBackAnswer(
        purses=_purses_to_wire(given.purses),
        cashback_taken=given.cashback_taken.amount,
        balance=None if given.balance is None else given.balance.amount,
    )


def _given_back(answer: wire.GivenBackAnswer) -> GivenBack:
    balance = None if answer.balance is None else Won(answer.balance)
    return GivenBack(_purses(answer.purses), Won(answer.cashback_taken), balance)


def _purses_to_wire(draws: tuple[PurseDraw, ...]) -> tuple[wire.PurseDrawn, ...]:
    return tuple(wire.PurseDrawn(purse=d.purse.value, amount=d.amount.amount) for d in draws)


def _purses(drawn: tuple[wire.PurseDrawn, ...]) -> tuple[PurseDraw, ...]:
    return tuple(PurseDraw(Purse(each.purse), Won(each.amount)) for each in drawn)


def head_to_wire(head: LedgerHead) -> wire.SignedHead:
    """Return a signed head as it travels."""
    return wire.SignedHead(
        device=head.device,
        incarnation=head.incarnation,
        sequence=head.sequence,
        hash=head.hash,
        count=head.count,
        at=head.at,
        signature=head.signature,
    )


def head_from_wire(head: wire.SignedHead) -> LedgerHead:
    """Read a signed head; whether the signature is right is for the asker to check."""
    return LedgerHead(
        device=head.device,
        incarnation=head.incarnation,
        sequence=head.sequence,
        hash=head.hash,
        count=head.count,
        at=head.at.astimezone(UTC),
        signature=head.signature,
    )
