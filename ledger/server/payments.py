"""Judges payments and reversals and posts them, once for ever by id. Never answers without posting.

Runs inside the writer's transaction; what it returns may be told only after the commit.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, cast

from ledger.policy.policy import Policy
from ledger.policy.terms import Terms
from ledger.server import accounts, books, coupons, funds, rules
from ledger.server.cards import CardFacts
from ledger.server.database import Tx
from ledger.server.judging import Ask, Merchant, Yes, credible, judge
from pos.domain.business_day import business_day
from pos.domain.codec import Json, decode, encode
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.payment_events import OfflineApproved
from pos.domain.record import canonical
from pos.domain.won import Won
from pos.ports import PaymentFate


class IdReused(Exception):
    """A known id came with another body: a fault of the terminal's. Nothing was posted."""


def hash_body(*parts: Json) -> bytes:
    """Return what tells two bodies under one id apart."""
    return hashlib.sha256(canonical({"parts": list(parts)})).digest()


def authorize(tx: Tx, ask: Ask, policy: Policy) -> Approval | Decline:
    """Judge a payment and post it if it stands; the same id and body get the same answer for ever.

    Raises:
        IdReused: the id is known with another body.
    """
    known = tx.row(
        "SELECT body_hash, answer, reversed FROM payments WHERE id = ?", (ask.payment_id.hex,)
    )
    if known is not None:
        body_hash, answer, undone = known
        if body_hash is not None and body_hash != ask.body_hash:
            raise IdReused(ask.payment_id.hex)
        # An approval that was given back must not be said again.
        return Decline(DeclineReason.REVERSED_BEFORE) if undone else _read(answer)
    # The rates of the day that the customer paid on, by what was known when it is posted.
    day = business_day(ask.earned_at)
    holding = policy.terms(ask.merchant.shop, day, business_day(ask.at))
    decided = judge(tx, ask, holding, policy)
    if isinstance(decided, Decline):
        _keep(tx, ask, decided)
        return decided
    return _post(tx, ask, decided, holding, policy)


def advice(event: OfflineApproved, facts: CardFacts, merchant: Merchant, at: datetime) -> Ask:
    """Return what an offline approval asks, the same whichever way it comes.

    Args:
        event: as the terminal journaled it.
        facts: its card, opened.
        merchant: the terminal that approved it.
        at: now.
    """
    return Ask(
        payment_id=event.payment_id,
        merchant=merchant,
        amount=event.amount,
        mode=event.mode,
        facts=facts,
        body_hash=hash_body(encode(event)),
        at=at,
        earned_at=credible(event.at, at),
    )


def outcome(tx: Tx, payment_id: TransactionId) -> Approval | Decline | PaymentFate:
    """Say what became of a payment."""
    row = tx.row("SELECT answer, reversed FROM payments WHERE id = ?", (payment_id.hex,))
    if row is None:
        return PaymentFate.NOT_SEEN
    return PaymentFate.REVERSED if row[1] else _read(row[0])


def is_reversed(tx: Tx, payment_id: TransactionId) -> bool:
    """Tell whether a payment was undone, or can't be posted any more."""
    row = tx.row("SELECT reversed FROM payments WHERE id = ?", (payment_id.hex,))
    return row is not None and bool(row[0])


def reverse(tx: Tx, payment_id: TransactionId, at: datetime) -> None:
    """Undo whatever a payment drew; of an unseen one, leave a tombstone. Repeats change nothing."""
    row = tx.row(
        "SELECT reversed, card, posting, month, cashback_base FROM payments WHERE id = ?",
        (payment_id.hex,),
    )
    if row is None:
        tx.execute("INSERT INTO payments (id, reversed) VALUES (?, 1)", (payment_id.hex,))
        return
    before, card, posting, month, base = row
    if before:
        return
    tx.execute("UPDATE payments SET reversed = 1 WHERE id = ?", (payment_id.hex,))
    if posting is None:  # It had been declined.
        return
    undone = rules.reversal(
        books.posting(tx, posting),
        card=card,
        balances=books.purse_balances(tx, card),
        takings=accounts.merchant(payment_id.device, business_day(at)),
    )
    books.post(tx, undone, at)
    books.spend_less(tx, card, month, Won(base))
    coupons.release(tx, payment_id)


def _post(tx: Tx, ask: Ask, yes: Yes, terms: Terms, policy: Policy) -> Approval:
    posting = rules.payment(
        reference=ask.payment_id.hex,
        card=yes.card.id,
        takings=accounts.merchant(ask.merchant.device, business_day(ask.at)),
        drawn=yes.drawn,
        cashback=yes.cashback,
        terms=terms,
    )
    number = books.post(tx, posting, ask.at)
    if yes.coupon is not None:
        coupons.use(tx, yes.coupon.id, ask.payment_id)
    if yes.cashback.base:
        tx.execute(
            "INSERT INTO cashback_months VALUES (?, ?, ?)"
            " ON CONFLICT (member, month) DO UPDATE SET spend = cashback_months.spend + excluded.spend",
            (yes.card.member, yes.month, yes.cashback.base.amount),
        )
    approval = Approval(
        amount=ask.amount,
        approval_code=f"{number % 100_000_000:08d}",
        rrn=f"{ask.at:%y}{number % 10_000_000_000:010d}",
        approved_at=ask.at,
        purses=yes.purses,
        cashback=yes.cashback.total,
        balance=funds.total(tx, yes.card.id, policy, business_day(ask.at)),
    )
    _keep(tx, ask, approval, yes=yes, posting=number)
    return approval


def _keep(
    tx: Tx,
    ask: Ask,
    answer: Approval | Decline,
    *,
    yes: Yes | None = None,
    posting: int | None = None,
) -> None:
    tx.execute(
        "INSERT INTO payments (id, body_hash, answer, card, posting, month, cashback_base,"
        " earned_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            ask.payment_id.hex,
            ask.body_hash,
            json.dumps(encode(answer)),
            None if yes is None else yes.card.id,
            posting,
            None if yes is None else yes.month,
            0 if yes is None else yes.cashback.base.amount,
            business_day(ask.earned_at).isoformat(),
        ),
    )


def _read(answer: str) -> Approval | Decline:
    wanted = cast("type[Any]", Approval | Decline)
    return cast("Approval | Decline", decode(wanted, json.loads(answer)))
