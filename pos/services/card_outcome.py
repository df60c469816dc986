"""How a voucher payment can end, and what is said on the way. Values only: `take_card` decides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from pos.domain.errors import (
    IeumError,
    LedgerSilent,
)
from pos.domain.payment_answers import Decline
from pos.domain.sale import SaleRecord
from pos.domain.tender import VoucherTender
from pos.domain.won import Won

Permit = Callable[[Won], Awaitable[str]]
"""Returns who answers for that many won at risk, or nothing."""


async def nobody(_: Won) -> str:
    """Answer for nothing: without a person to ask, the risk is not taken."""
    return ""


class Stage(StrEnum):
    """What the cashier and the customer are waiting for."""

    TAP = "tap"
    ASKING = "asking"
    TAP_AGAIN = "tap_again"  # The line went away before anything was sent.
    SHOWN = "shown"  # The shop's code stands on the screens: the customer's app is to pay.
    LINE_LOST = "line_lost"  # The same, and whether it was paid can't be asked just now.
    CHECKING = "checking"  # No answer came: asking what became of it.


@dataclass(frozen=True, slots=True)
class PaidInFull:
    """The sale is closed."""

    record: SaleRecord
    tender: VoucherTender


@dataclass(frozen=True, slots=True)
class PaidInPart:
    """This card paid a part; `due` is still open."""

    tender: VoucherTender
    due: Won


@dataclass(frozen=True, slots=True)
class NotApproved:
    """Declined; nothing was drawn. `decline.balance`, if any, is the split to offer."""

    decline: Decline
    masked_pan: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """No payment came about (no card, foreign card, cancelled, refused request); nothing was drawn."""

    error: IeumError


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The outcome is unknown; the reversal is on its way, and the sale is open as before."""

    error: LedgerSilent


CardOutcome = PaidInFull | PaidInPart | NotApproved | NotTaken | Unanswered


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each wait may take, in milliseconds."""

    card_ms: int = 60_000
    authorize_ms: int = 5_000
    outcome_ms: int = 2_000
