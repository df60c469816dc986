"""Judges payments and reversals and posts them, once for ever by id. Never answers without posting.

Runs inside the writer's transaction; what it returns may be told only after the commit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from ledger.policy.policy import Policy
from ledger.policy.terms import Terms
from ledger.server import (
    accounts,
    books,
    cards,
    coupons,
    fraud_facts,
    funds,
    rules,
    setting_aside,
)
from ledger.server.cards import CardFacts
from ledger.server.database import Tx
from ledger.server.judging import Ask, Merchant, Yes, credible, judge
from ledger.server.tables import PAYMENTS, Needs, shard_of, till_of
from ledger.server.telling import benefits_of, fee_of
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


Judge = Callable[[Tx, Ask, Terms, Policy], tuple[Yes, Terms] | Decline]
"""Decides what else than a card pays, and by which terms it is posted."""


def authorize(
    tx: Tx, ask: Ask, policy: Policy, judged_by: Judge | None = None
) -> Approval | Decline:
    """Judge a payment and post it if it stands; the same id and body get the same answer for ever.

    Args:
        tx: the transaction.
        ask: what is asked.
        policy: the rules.
        judged_by: decides in the card's place.

    Raises:
        IdReused: the id is known with another body.
    """
    known = tx.get(PAYMENTS, ask.payment_id.hex)
    if known is not None:
        _, body_hash, answer, undone, *_ = known
        if body_hash is not None and body_hash != ask.body_hash:
            raise IdReused(ask.payment_id.hex)
        # An approval that was given back must not be said again.
        return Decline(DeclineReason.REVERSED_BEFORE) if undone else _read(answer)
    # The rates of the day that the customer paid on, by what was known when it is posted.
    day = business_day(ask.earned_at)
    holding = policy.terms(ask.merchant.shop, day, business_day(ask.at))
    decided: Yes | Decline
    if judged_by is None:
        decided = judge(tx, ask, holding, policy)
    else:
        said = judged_by(tx, ask, holding, policy)
        decided, holding = (said, holding) if isinstance(said, Decline) else said
    if isinstance(decided, Decline):
        _keep(tx, ask, decided)
        if decided.reason is DeclineReason.CARD_NOT_GENUINE:
            fraud_facts.note_conflict(tx, ask)
        return decided
    return _post(tx, ask, decided, holding, policy)


def needs(ask: Ask) -> Needs:
    """Return the rows that `authorize` will ask for."""
    key, month = ask.facts.pan_key, rules.month_of(business_day(ask.earned_at))
    return Needs((ask.payment_id.hex,), (key,), ((key, ask.facts.atc),), ((key, month),))


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
    row = tx.get(PAYMENTS, payment_id.hex)
    if row is None:
        return PaymentFate.NOT_SEEN
    return PaymentFate.REVERSED if row[3] else _read(row[2])


def is_reversed(tx: Tx, payment_id: TransactionId) -> bool:
    """Tell whether a payment was undone, or can't be posted any more."""
    row = tx.get(PAYMENTS, payment_id.hex)
    return row is not None and bool(row[3])


def is_posted(tx: Tx, payment_id: TransactionId) -> bool:
    """Tell whether a payment drew something; one that was declined never did."""
    row = tx.get(PAYMENTS, payment_id.hex)
    return row is not None and row[5] is not None


def reverse(tx: Tx, payment_id: TransactionId, at: datetime) -> None:
    """Undo whatever a payment drew; of an unseen one, leave a tombstone. Repeats change nothing."""
    row = tx.get(PAYMENTS, payment_id.hex)
    if row is None:
        shard = shard_of(till_of(payment_id.hex))
        blank = (None, 0, None, None, shard, None)
        tx.put(PAYMENTS, (payment_id.hex, None, None, 1, None, None, *blank))
        return
    _, _, _, before, card, posting, month, base, member, day, shard, _ = row
    if before:
        return
    tx.set(PAYMENTS, (payment_id.hex,), reversed=1)
    if posting is None:  # It had been declined.
        return
    original = books.posting(tx, posting, day, shard)
    undone = rules.reversal(
        original,
        card=card,
        balances=books.purse_balances(tx, card),
        takings=accounts.merchant(payment_id.device, business_day(at)),
    )
    books.post(tx, undone, at, shard)
    books.spend_less(tx, member, month, Won(base))
    if accounts.has_coupon(entry.account for entry in original.entries):
        coupons.release(tx, card, payment_id)


def _post(tx: Tx, ask: Ask, yes: Yes, terms: Terms, policy: Policy) -> Approval:
    posting = rules.payment(
        reference=ask.payment_id.hex,
        card=yes.card.id,
        takings=accounts.merchant(ask.merchant.device, business_day(ask.at)),
        drawn=yes.drawn,
        cashback=yes.cashback,
        terms=terms,
    )
    number = books.post(tx, posting, ask.at, shard_of(yes.card.member))
    if yes.coupon is not None:
        coupons.use(tx, yes.coupon.id, yes.card.id, ask.payment_id)
    if yes.cashback.base:
        books.spend_more(tx, yes.card.member, yes.month, yes.cashback.base)
    for_card = setting_aside.answer_card(tx, ask, yes.card, policy)
    approval = Approval(
        amount=ask.amount,
        approval_code=f"{number % 100_000_000:08d}",
        rrn=f"{ask.at:%y}{number % 10_000_000_000:010d}",
        approved_at=ask.at,
        purses=yes.purses,
        cashback=yes.cashback.total,
        balance=funds.total(tx, yes.card.id, policy, business_day(ask.at)),
        for_card=for_card,
        masked_pan=cards.masked_pan(tx, yes.card.id) if ask.by_code else "",
        benefits=benefits_of(yes, terms),
        fee=fee_of(ask.amount, terms),
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
    name = ask.payment_id.hex
    said = (name, ask.body_hash, json.dumps(encode(answer)), 0)
    earned_on = business_day(ask.earned_at).isoformat()
    if yes is None:
        shard = shard_of(till_of(name))
        tx.put(PAYMENTS, (*said, None, None, None, 0, None, None, shard, earned_on))
        return
    card, base, day = yes.card, yes.cashback.base.amount, business_day(ask.at).isoformat()
    where = (card.member, day, shard_of(card.member), earned_on)
    tx.put(PAYMENTS, (*said, card.id, posting, yes.month, base, *where))


def _read(answer: str) -> Approval | Decline:
    wanted = cast("type[Any]", Approval | Decline)
    return cast("Approval | Decline", decode(wanted, json.loads(answer)))
