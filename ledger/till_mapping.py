"""Turns coupons and balances into the wire's words and back. Never calls anyone."""

from __future__ import annotations

from typing import cast

from ledger.contract import balance_models as balances
from ledger.contract import coupon_models as coupons
from ledger.mapping import decline_from_wire, decline_to_wire
from pos.domain.card_balance import CardBalance
from pos.domain.coupon import CouponOffer, CouponRefusal
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import Won


def coupon_to_wire(said: CouponOffer | CouponRefusal) -> coupons.CouponAnswer:
    """Return what a coupon pays as it travels."""
    if isinstance(said, CouponOffer):
        pays = coupons.CouponPays(name=said.name, amount=said.worth.amount)
        return coupons.CouponAnswer(pays)
    reason = cast("coupons.CouponReason", said.reason.value)
    return coupons.CouponAnswer(coupons.CouponRefused(reason=reason, minimum=said.minimum.amount))


def coupon_from_wire(answer: coupons.CouponAnswer) -> CouponOffer | CouponRefusal:
    """Read what a coupon pays."""
    said = answer.root
    if isinstance(said, coupons.CouponPays):
        return CouponOffer(said.name, Won(said.amount))
    return CouponRefusal(DeclineReason(said.reason), Won(said.minimum))


def balance_to_wire(said: CardBalance | Decline) -> balances.BalanceAnswer:
    """Return what a card holds as it travels."""
    if isinstance(said, Decline):
        return balances.BalanceAnswer(decline_to_wire(said))
    return balances.BalanceAnswer(
        balances.BalanceKnown(
            purses=tuple(
                balances.PurseHeld(purse=each.purse.value, amount=each.amount.amount)
                for each in said.purses
            ),
            elsewhere=said.elsewhere.amount,
            on_card=said.on_card.amount,
        )
    )


def balance_from_wire(answer: balances.BalanceAnswer) -> CardBalance | Decline:
    """Read what a card holds."""
    said = answer.root
    if not isinstance(said, balances.BalanceKnown):
        return decline_from_wire(said)
    return CardBalance(
        purses=tuple(PurseDraw(Purse(each.purse), Won(each.amount)) for each in said.purses),
        elsewhere=Won(said.elsewhere),
        on_card=Won(said.on_card),
    )
