"""What travels about a terminal's day: its statement, and its reconciliation. Never moves money."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ledger.contract.words import BALANCE_MAX, Balance, ShortText, Wire

ITEMS_MAX = 20_000  # Of one kind; a till that rings up one sale every four seconds, day and night.

Signed = Annotated[int, Field(ge=-BALANCE_MAX, le=BALANCE_MAX)]
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
DifferenceCode = Literal[
    "sale_missing",
    "sale_unknown",
    "sale_differs",
    "refund_missing",
    "refund_unknown",
    "refund_differs",
    "payment_not_posted",
    "payment_declined",
    "payment_reversed",
    "payment_not_tendered",
    "payment_of_unknown_sale",
    "payment_differs",
    "posted_another_day",
    "tendered_another_day",
    "card_refund_not_posted",
    "card_refund_unknown",
    "card_refund_differs",
    "z_differs",
]


class StatementAnswer(Wire):
    """What the terminal's shop took on a day, all its terminals together, and what it is paid.

    `net` is `sales + reversed + refunds + orders + carried - fee - commission - merchant_funded`;
    `fee_support_due` is not in it: it is paid with the half-year. `pay_on` is the business day that is
    `pay_days` after the day (D+n).
    """

    shop: ShortText
    day: date
    pay_on: date
    pay_days: Annotated[int, Field(ge=1, le=30)]
    closed: bool
    sales: Signed
    reversed: Signed
    refunds: Signed
    orders: Signed
    carried: Signed
    fee: Signed
    commission: Signed
    merchant_funded: Signed
    net: Signed
    fee_support_due: Signed


class DayItem(Wire):
    """A sale, payment or refund of the day, by its id."""

    id: Id
    amount: Balance


Items = Annotated[tuple[DayItem, ...], Field(max_length=ITEMS_MAX)]


class PrintedFigures(Wire):
    """What the day report (Z) says."""

    sales: Signed
    card_tenders: Signed
    refunds: Signed
    refunded_to_cards: Signed


class ReconcileRequest(Wire):
    """What the terminal's journal says of the day; training is not in it.

    `payments` are those that finished sales rest on, `card_refunds` what goes back to cards.
    """

    sales: Items
    refunds: Items
    payments: Items
    card_refunds: Items
    printed: PrintedFigures | None = None


class TwoSides(Wire):
    """One sum, by both. Where they differ, the differences make up for it, to the won."""

    terminal: Signed
    ledger: Signed


class DifferenceFound(Wire):
    """One thing in which the two differ; `day` where it is a matter of days."""

    what: DifferenceCode
    subject: ShortText
    terminal: Signed
    ledger: Signed
    day: date | None


class ReconcileAnswer(Wire):
    """Both sums of the day, and all that they differ in; no difference: the day agrees."""

    net_sales: TwoSides
    cards: TwoSides
    differences: tuple[DifferenceFound, ...]
