"""Decides whether a card may pay without the line. Pure: limits and the time are passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pos.domain.card import CardRead, Cryptogram
from pos.domain.payment_answers import DeclineReason
from pos.domain.tender import ApprovalMode
from pos.domain.won import WON_MAX, ZERO, Won

WON_LARGEST = Won(WON_MAX)


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """What the shop and the platform allow while the line is down, in won.

    Attributes:
        at_risk_allowed: the merchant switched on approvals that the ledger may decline later.
        floor_limit: highest single at-risk payment.
        card_cap: highest sum of unsent payments of one card.
        terminal_cap: highest sum of unsent at-risk payments of this terminal.
        card_count: highest number of unsent payments of one card.
        age_max: once the oldest unsent payment is older, nothing more is taken at risk: an outage
            that long is no longer a hiccup, and what waits grows less certain by the hour.
        velocity_count, velocity_window: highest number of one card's offline payments in so long a
            time, sent ones counted too.
        permission_above: a single at-risk payment above it needs somebody's word.
    """

    at_risk_allowed: bool
    floor_limit: Won
    card_cap: Won
    terminal_cap: Won
    card_count: int = 3
    age_max: timedelta = timedelta(hours=24)
    velocity_count: int = 3
    velocity_window: timedelta = timedelta(hours=1)
    permission_above: Won = WON_LARGEST


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is approved offline and not yet forwarded, in won.

    Attributes:
        this_card, card_count: sum and number of this card's payments.
        at_risk: over all cards, what the ledger may still decline.
        oldest_at: when the oldest unsent payment of any card was approved; None if there is none.
        recent: this card's offline payments within the velocity window, sent ones counted too.
    """

    this_card: Won = ZERO
    at_risk: Won = ZERO
    card_count: int = 0
    oldest_at: datetime | None = None
    recent: int = 0


@dataclass(frozen=True, slots=True)
class OfflineYes:
    """Approve, in this mode."""

    mode: ApprovalMode


@dataclass(frozen=True, slots=True)
class OfflineAsk:
    """At risk, and above what a cashier may take unasked: approve if somebody answers for it."""

    amount: Won


@dataclass(frozen=True, slots=True)
class OfflineNo:
    """Refuse, for this reason."""

    reason: DeclineReason


def decide_offline(
    card: CardRead,
    amount: Won,
    limits: OfflineLimits,
    exposure: Exposure,
    now: datetime,
    *,
    permitted: bool = False,
) -> OfflineYes | OfflineAsk | OfflineNo:
    """Decide one payment, guaranteed before at risk (DESIGN 3.3).

    Guaranteed: the card itself approved (TC) out of money that the ledger has set aside for it,
    and its signature was verified, so forwarding can't be declined for funds.
    """
    if not card.entry.has_chip:  # Nothing here can tell it from a copy.
        return OfflineNo(DeclineReason.OFFLINE_NOT_ALLOWED)
    if card.expired:
        return OfflineNo(DeclineReason.CARD_EXPIRED)
    if not card.genuine:
        return OfflineNo(DeclineReason.CARD_NOT_GENUINE)
    if card.hotlisted:
        return OfflineNo(DeclineReason.CARD_HOTLISTED)
    if card.cryptogram is Cryptogram.AAC:
        return OfflineNo(DeclineReason.CARD_DECLINED)
    if card.cryptogram is Cryptogram.TC:
        return OfflineYes(ApprovalMode.OFFLINE_GUARANTEED)
    if not limits.at_risk_allowed:
        return OfflineNo(DeclineReason.OFFLINE_AMOUNT_EXCEEDED)
    if exposure.oldest_at is not None and now - exposure.oldest_at > limits.age_max:
        return OfflineNo(DeclineReason.OFFLINE_NOT_ALLOWED)
    if amount > limits.floor_limit:
        return OfflineNo(DeclineReason.OFFLINE_AMOUNT_EXCEEDED)
    if exposure.recent >= limits.velocity_count:
        return OfflineNo(DeclineReason.OFFLINE_TOO_OFTEN)
    if exposure.card_count >= limits.card_count:
        return OfflineNo(DeclineReason.OFFLINE_CAP_REACHED)
    if exposure.this_card + amount > limits.card_cap:
        return OfflineNo(DeclineReason.OFFLINE_CAP_REACHED)
    if exposure.at_risk + amount > limits.terminal_cap:
        return OfflineNo(DeclineReason.OFFLINE_CAP_REACHED)
    if amount > limits.permission_above and not permitted:
        return OfflineAsk(amount)
    return OfflineYes(ApprovalMode.OFFLINE_AT_RISK)
