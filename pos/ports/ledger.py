"""The central ledger over the line, as a Protocol. Never an implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from pos.domain.card_balance import CardBalance
from pos.domain.catalogue import CatalogueChange
from pos.domain.coupon import CouponOffer, CouponRefusal
from pos.domain.door_money import DoorMoney
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.news import NextKey, NoticeChange
from pos.domain.order import Order, OrderState
from pos.domain.payment_answers import Approval, Decline
from pos.domain.rates import Rates
from pos.domain.reconciliation import Comparison, PrintedDay, TerminalDay
from pos.domain.record import LedgerHead, Record
from pos.domain.statement import Statement
from pos.domain.won import Won
from pos.ports.store import HotlistChange


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One online payment. The card number and cryptogram are inside `sealed`.

    Attributes:
        by_code: `sealed` is the code that the customer's app showed.
        coupon_of: `sealed` is a coupon's code; the sale's total, which it is a part of.
    """

    payment_id: TransactionId
    amount: Won
    sealed: str
    at: datetime
    by_code: bool = False
    coupon_of: Won | None = None


class PaymentFate(StrEnum):
    """What the ledger knows of a payment that neither stands nor was declined."""

    REVERSED = "reversed"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One thing that came down: exactly one of the fields below stands.

    Attributes:
        order: for `kind` "order.placed".
        order_key, state: for `kind` "order.state".
        order_key, reference, amount, commission_back: for `kind` "order.refund".
        order_key, door: for `kind` "order.door".
        hotlist: for `kind` "card.hotlist".
        notice: for `kind` "notice".
        next_key: for `kind` "ledger.key"; its signature has been checked.
        rates: for `kind` "rates".
        catalogue: for `kind` "catalogue".
    """

    kind: str
    order: Order | None = None
    order_key: str = ""
    state: OrderState | None = None
    hotlist: HotlistChange | None = None
    notice: NoticeChange | None = None
    next_key: NextKey | None = None
    rates: tuple[Rates, ...] = ()
    catalogue: CatalogueChange | None = None
    reference: str = ""
    amount: Won | None = None
    commission_back: Won | None = None
    door: DoorMoney | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Items after a cursor, oldest first, and the cursor to ask with next.

    Attributes:
        at: the ledger's clock when it answered.
    """

    cursor: str
    items: tuple[FeedItem, ...]
    at: datetime | None = None


class DayBooks(Protocol):
    """What the ledger says of a day; asked by a person, so nothing waits for it but a screen.

    Raises what `Ledger` raises.
    """

    async def statement(self, day: date, *, deadline_ms: int) -> Statement:
        """Return what the terminal's shop took on a day, and what and when it is paid."""
        ...

    async def compare(
        self, day: date, mine: TerminalDay, printed: PrintedDay | None, *, deadline_ms: int
    ) -> Comparison:
        """Return what the terminal's day differs in from the ledger's (대사)."""
        ...


class Ledger(Protocol):
    """The central ledger, over the line.

    Guarantee: every call is idempotent by the ids it carries. `LedgerUnreachable` is raised only
    where the request provably did not leave; all other failures without an answer are
    `LedgerSilent`; an answer that says the request is wrong is `LedgerRefused`.
    """

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        """Ask for a payment; authorization and capture at once."""
        ...

    async def coupon(
        self, code: str, total: Won, *, deadline_ms: int
    ) -> CouponOffer | CouponRefusal:
        """Ask what a coupon pays of a sale of this total; nothing is used up."""
        ...

    async def card_balance(
        self, inquiry_id: TransactionId, sealed: str, *, deadline_ms: int
    ) -> CardBalance | Decline:
        """Ask what a card holds that was sealed for this id over 0 won; nothing is drawn."""
        ...

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        """Ask what became of a payment."""
        ...

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        """Tell the ledger of records, in order; one outcome for each."""
        ...

    async def head(self, *, deadline_ms: int) -> LedgerHead | None:
        """Return how far the ledger knows this terminal's journal; None if it knows nothing of it.

        The signature has been checked; a head that is not the ledger's is `LedgerSilent`.
        """
        ...

    def trust(self, keys: Sequence[NextKey]) -> None:
        """Check heads with these keys of the ledger's too, as far as one trusted vouches for them."""
        ...

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        """Return what is new after the cursor, waiting up to `wait_ms` for something."""
        ...


class WholeLedger(Ledger, DayBooks, Protocol):
    """All that a terminal asks of the ledger."""
