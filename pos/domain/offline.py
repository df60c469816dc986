"""Decides whether a card may pay without the line. Pure: limits and the time are passed in."""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.card import CardRead, Cryptogram
from pos.domain.payment import DeclineReason
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """What the shop and the platform allow while the line is down, in won.

    Attributes:
        at_risk_allowed: the merchant switched on approvals that the ledger may decline later.
        floor_limit: highest single at-risk payment.
        card_cap: highest sum of unsent payments of one card.
        terminal_cap: highest sum of unsent at-risk payments of this terminal.
    """

    at_risk_allowed: bool
    floor_limit: Won
    card_cap: Won
    terminal_cap: Won


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is approved offline and not yet forwarded, in won."""

    this_card: Won
    at_risk: Won


@dataclass(frozen=True, slots=True)
class OfflineYes:
    """Approve, in this mode."""

    mode: ApprovalMode


@dataclass(frozen=True, slots=True)
class OfflineNo:
    """Refuse, for this reason."""

    reason: DeclineReason


def decide_offline(
    card: CardRead, amount: Won, limits: OfflineLimits, exposure: Exposure
) -> OfflineYes | OfflineNo:
    """Decide one payment, guaranteed before at risk (DESIGN 3.3).

    Guaranteed: the card itself approved (TC) out of money that the ledger has set aside for it,
    and its signature was verified, so forwarding can't be declined for funds.
    """
    if card.expired:
        return OfflineNo(DeclineReason.CARD_EXPIRED)
    if not card.genuine:
        return OfflineNo(DeclineReason.CARD_NOT_GENUINE)
    if card.cryptogram is Cryptogram.AAC:
        return OfflineNo(DeclineReason.CARD_DECLINED)
    if card.cryptogram is Cryptogram.TC:
        return OfflineYes(ApprovalMode.OFFLINE_GUARANTEED)
    if not limits.at_risk_allowed:
        return OfflineNo(DeclineReason.OFFLINE_AMOUNT_EXCEEDED)
    if amount > limits.floor_limit:
        return OfflineNo(DeclineReason.OFFLINE_AMOUNT_EXCEEDED)
    if exposure.this_card + amount > limits.card_cap:
        return OfflineNo(DeclineReason.OFFLINE_CAP_REACHED)
    if exposure.at_risk + amount > limits.terminal_cap:
        return OfflineNo(DeclineReason.OFFLINE_CAP_REACHED)
    return OfflineYes(ApprovalMode.OFFLINE_AT_RISK)
