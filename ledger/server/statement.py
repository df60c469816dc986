"""A shop's statement of one day, added up from the entries of its postings. Pure; pays nothing out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger.server import accounts
from pos.domain.statement import Statement
from pos.domain.won import Won

PAYOUT, CARRY, RELEASE = "payout", "carry", "release"
"""What closes a day, and what brings money of another day into this one."""

_TAKINGS, _FUNDED = "merchant:", "merchant_funded:"


@dataclass(frozen=True, slots=True)
class Line:
    """Entries of one kind of posting on one account, added up."""

    kind: str
    account: str
    amount: Won


def add_up(
    shop: str,
    day: date,
    pay_on: date,
    lines: Iterable[Line],
    *,
    pay_days: int = 0,
    closed: bool = False,
) -> Statement:
    """Return the statement that the entries make.

    Raises:
        ValueError: the entries are of a kind of posting that no statement has a line for.
    """
    lines = tuple(lines)
    unknown = {each.kind for each in lines} - {*_KINDS, CARRY, RELEASE}
    if unknown:
        raise ValueError(f"no line of a statement for {sorted(unknown)}")

    def on(*prefixes: str, kinds: tuple[str, ...] = _KINDS) -> Won:
        return Won.total(
            each.amount
            for each in lines
            if each.account.startswith(prefixes) and each.kind in kinds
        )

    return Statement(
        shop=shop,
        day=day,
        pay_on=pay_on,
        pay_days=pay_days,
        sales=on(_TAKINGS, accounts.FEE, kinds=("payment",)),
        reversed_=on(_TAKINGS, accounts.FEE, kinds=("reversal",)),
        refunds=on(_TAKINGS, accounts.FEE, kinds=("refund",)),
        orders=on(_TAKINGS, accounts.COMMISSION, kinds=("order", "order_refund")),
        fee=on(accounts.FEE),
        commission=on(accounts.COMMISSION),
        merchant_funded=-on(_FUNDED),
        carried=on(_TAKINGS, kinds=(CARRY, RELEASE)),
        fee_support_due=-on(accounts.FEE_SUPPORT),
        closed=closed,
    )


_KINDS = ("payment", "reversal", "refund", "order", "order_refund")
