"""Judges voids and refunds of card payments and posts them, once for ever by id. Never more than was captured.

Runs inside the writer's transaction; what it returns may be told only after the commit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from ledger.policy.policy import Policy
from ledger.server import accounts, books, coupons, funds, refund_rules, sales, shops
from ledger.server.database import Tx
from ledger.server.payments import IdReused, hash_body
from ledger.server.refund_rules import Refund, Standing
from ledger.server.rules import Posting
from ledger.server.sales import Contradicted
from ledger.server.tables import CARD_REFUNDS, PAYMENTS
from pos.domain.business_day import business_day
from pos.domain.codec import decode, encode
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import RefundAsked
from pos.domain.won import ZERO, Won

_PARTS = [
    CARD_REFUNDS.places[name]
    for name in (
        "amount",
        "cashback",
        "cashback_base",
        "fee",
        "fee_support",
        "district_cashback",
        "merchant_funded",
    )
]


def give_back(tx: Tx, event: RefundAsked, policy: Policy, at: datetime) -> GivenBack | Decline:
    """Give a part of a payment back, or say why not; the same id and body get the same answer.

    Nothing was ever posted of a payment that had been declined, so nothing comes back of it. One that
    was never seen, or only by a reversal, is unknown: its advice may come later, and what it then
    posts can still be given back, under another id.

    Raises:
        IdReused: the refund's id is known with another body.
        Contradicted: it is of 0 won, or the payment is another sale's.
        LookupError: no terms held when the payment was posted.
    """
    body_hash = hash_body(encode(event))
    known = tx.get(CARD_REFUNDS, event.refund_id.hex)
    if known is not None:
        if known[4] != body_hash:
            raise IdReused(event.refund_id.hex)
        return cast("GivenBack | Decline", _decode(GivenBack | Decline, known[5]))
    if event.amount <= ZERO:
        raise Contradicted("a refund is of 1 won or more")
    if sales.rests_on(tx, event.payment_id) not in (None, event.sale_id.hex):
        raise Contradicted("the payment is another sale's")
    return _judge(tx, event, body_hash, policy, at)


def any_of(tx: Tx, payment_id: TransactionId) -> bool:
    """Tell whether anything of a payment was given back."""
    return any(_posted_parts(tx, payment_id.hex))


def _posted_parts(tx: Tx, payment: str) -> list[Standing]:
    """Return what each posted refund of a payment took of it."""
    return [
        Standing(*(Won(row[at]) for at in _PARTS))
        for row in tx.find(CARD_REFUNDS, "payment", payment)
        if row[CARD_REFUNDS.places["posting"]] is not None
    ]


def _judge(
    tx: Tx, event: RefundAsked, body_hash: bytes, policy: Policy, at: datetime
) -> GivenBack | Decline:
    row = tx.get(PAYMENTS, event.payment_id.hex)
    answer: GivenBack | Decline
    if row is None or row[2] is None:
        answer = Decline(DeclineReason.PAYMENT_UNKNOWN)
    elif not isinstance(_decode(Approval | Decline, row[2]), Approval):
        answer = GivenBack()
    else:
        posted = _posted(tx, *row[3:])
        if event.amount <= posted.standing.amount:
            return _post(tx, event, body_hash, posted, policy, at)
        answer = Decline(DeclineReason.REFUND_EXCEEDS)
    _keep(tx, event, body_hash, answer)
    return answer


@dataclass(frozen=True, slots=True)
class _Posted:
    """A payment as it was posted, and what of it stands.

    Attributes:
        earned_on: the day whose rates it was posted by; `known_on`: as they were known then.
    """

    card: str
    posting: Posting
    earned_on: date
    known_on: date
    month: str
    standing: Standing
    member: str
    shard: int


def _posted(
    tx: Tx,
    is_reversed: int,
    card: str,
    number: int,
    month: str,
    base: int,
    member: str,
    day: str,
    shard: int,
    earned_on: str | None,
) -> _Posted:
    posting = books.posting(tx, number, day, shard)
    standing = Standing()
    if not is_reversed:
        standing = refund_rules.as_posted(posting, card, Won(base))
        for gone in _posted_parts(tx, posting.reference):
            standing -= gone
    known_on = date.fromisoformat(day)
    # Payments of the first versions were all posted by the rates of the day they were posted on.
    paid_on = known_on if earned_on is None else date.fromisoformat(earned_on)
    return _Posted(card, posting, paid_on, known_on, month, standing, member, shard)


def _post(
    tx: Tx,
    event: RefundAsked,
    body_hash: bytes,
    posted: _Posted,
    policy: Policy,
    at: datetime,
) -> GivenBack:
    shop = shops.of_device(tx, event.payment_id.device)
    made = refund_rules.refund(
        posted.posting,
        posted.standing,
        event.amount,
        reference=event.refund_id.hex,
        card=posted.card,
        balances=books.purse_balances(tx, posted.card),
        takings=accounts.merchant(event.payment_id.device, business_day(at)),
        terms=policy.terms(shop, posted.earned_on, posted.known_on),
    )
    number = books.post(tx, made.posting, at, posted.shard)
    books.spend_less(tx, posted.member, posted.month, made.gone.cashback_base)
    names = [entry.account for entry in posted.posting.entries]
    left = posted.standing.amount - event.amount
    if accounts.has_coupon(names) and left <= _without_coupon(posted):
        coupons.release(tx, posted.card, event.payment_id)
    balance = funds.total(tx, posted.card, policy, business_day(at))
    answer = GivenBack(made.purses, made.cashback_taken, balance)
    _keep(tx, event, body_hash, answer, (number, business_day(at)), made)
    return answer


def _without_coupon(posted: _Posted) -> Won:
    """Return what of a payment no coupon paid; a coupon's part, drawn first, goes back first."""
    drawn = refund_rules.draws(posted.posting, posted.card)
    return Won.total(won for name, won in drawn if not accounts.has_coupon((name,)))


def _keep(
    tx: Tx,
    event: RefundAsked,
    body_hash: bytes,
    answer: GivenBack | Decline,
    posted: tuple[int, date] | None = None,
    made: Refund | None = None,
) -> None:
    gone = Standing() if made is None else made.gone
    posting, day = (None, None) if posted is None else (posted[0], posted[1].isoformat())
    tx.put(
        CARD_REFUNDS,
        (
            event.refund_id.hex,
            event.payment_id.hex,
            event.sale_id.hex,
            event.amount.amount,
            body_hash,
            json.dumps(encode(answer)),
            posting,
            gone.cashback.amount,
            gone.cashback_base.amount,
            gone.fee.amount,
            gone.fee_support.amount,
            None,
            gone.district_cashback.amount,
            gone.merchant_funded.amount,
            day,
        ),
    )


def _decode(wanted: Any, text: str) -> object:
    return decode(cast("type[object]", wanted), json.loads(text))
