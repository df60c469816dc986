"""Judges voids and refunds of card payments and posts them, once for ever by id. Never more than was captured.

Runs inside the writer's transaction; what it returns may be told only after the commit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from ledger.server import accounts, books, refund_rules, sales
from ledger.server.database import Tx
from ledger.server.payments import IdReused, hash_body
from ledger.server.refund_rules import Refund, Standing
from ledger.server.rules import Posting
from ledger.server.sales import Contradicted
from ledger.server.tables import PAYMENTS
from ledger.server.terms import Terms, in_force
from pos.domain.business_day import business_day
from pos.domain.codec import decode, encode
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import RefundAsked
from pos.domain.won import ZERO, Won


def give_back(
    tx: Tx, event: RefundAsked, terms: tuple[Terms, ...], at: datetime
) -> GivenBack | Decline:
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
    known = tx.row(
        "SELECT body_hash, answer FROM card_refunds WHERE id = ?", (event.refund_id.hex,)
    )
    if known is not None:
        if known[0] != body_hash:
            raise IdReused(event.refund_id.hex)
        return cast("GivenBack | Decline", _decode(GivenBack | Decline, known[1]))
    if event.amount <= ZERO:
        raise Contradicted("a refund is of 1 won or more")
    if sales.rests_on(tx, event.payment_id) not in (None, event.sale_id.hex):
        raise Contradicted("the payment is another sale's")
    return _judge(tx, event, body_hash, terms, at)


def any_of(tx: Tx, payment_id: TransactionId) -> bool:
    """Tell whether anything of a payment was given back."""
    sql = "SELECT 1 FROM card_refunds WHERE payment = ? AND posting IS NOT NULL"
    return tx.row(sql, (payment_id.hex,)) is not None


def _judge(
    tx: Tx, event: RefundAsked, body_hash: bytes, terms: tuple[Terms, ...], at: datetime
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
            return _post(tx, event, body_hash, posted, terms, at)
        answer = Decline(DeclineReason.REFUND_EXCEEDS)
    _keep(tx, event, body_hash, answer)
    return answer


@dataclass(frozen=True, slots=True)
class _Posted:
    """A payment as it was posted, and what of it stands."""

    card: str
    posting: Posting
    at: datetime
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
) -> _Posted:
    posting = books.posting(tx, number, day)
    standing = Standing()
    if not is_reversed:
        parts = tx.execute(
            "SELECT amount, cashback, cashback_base, fee, fee_support"
            " FROM card_refunds WHERE payment = ? AND posting IS NOT NULL",
            (posting.reference,),
        )
        gone = Standing(*(Won(sum(each)) for each in zip(*parts, strict=True)))
        standing = refund_rules.as_posted(posting, card, Won(base)) - gone
    at = books.posted_at(tx, number, day)
    return _Posted(card, posting, at, month, standing, member, shard)


def _post(
    tx: Tx,
    event: RefundAsked,
    body_hash: bytes,
    posted: _Posted,
    terms: tuple[Terms, ...],
    at: datetime,
) -> GivenBack:
    made = refund_rules.refund(
        posted.posting,
        posted.standing,
        event.amount,
        reference=event.refund_id.hex,
        card=posted.card,
        balances=books.purse_balances(tx, posted.card),
        takings=accounts.merchant(event.payment_id.device, business_day(at)),
        terms=in_force(terms, business_day(posted.at)),
    )
    number = books.post(tx, made.posting, at, posted.shard)
    books.spend_less(tx, posted.member, posted.month, made.gone.cashback_base)
    balance = Won.total(books.purse_balances(tx, posted.card).values())
    answer = GivenBack(made.purses, made.cashback_taken, balance)
    _keep(tx, event, body_hash, answer, number, made)
    return answer


def _keep(
    tx: Tx,
    event: RefundAsked,
    body_hash: bytes,
    answer: GivenBack | Decline,
    posting: int | None = None,
    made: Refund | None = None,
) -> None:
    gone = Standing() if made is None else made.gone
    tx.execute(
        "INSERT INTO card_refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
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
        ),
    )


def _decode(wanted: Any, text: str) -> object:
    return decode(cast("type[object]", wanted), json.loads(text))
