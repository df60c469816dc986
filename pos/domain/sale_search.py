"""What somebody remembers of a sale, and whether a sale is that one. Pure; reads no journal.

A bare number of up to four digits is a receipt's, so an amount says that it is one: `5,000`, `5000원`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta

from pos.domain.business_day import KOREA
from pos.domain.sale import SaleRecord
from pos.domain.tender import VoucherTender
from pos.domain.won import Won

TIME_SLACK = timedelta(minutes=10)  # How well people remember when.

_AMOUNT = re.compile(
    r"^(\d{1,8}|\d{1,3}(?:,\d{3}){1,2})\s*(원|won|w)$|^\d{1,3}(?:,\d{3}){1,2}$", re.IGNORECASE
)
_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_CARD = re.compile(r"^\*+(\d{4})$")
_NUMBER = re.compile(r"^[\d-]+$")


@dataclass(frozen=True, slots=True)
class SaleWanted:
    """One thing remembered; the others are None.

    Attributes:
        amount: the total, or what one tender paid.
        at: about this time of a day in Korea.
        card: the last four digits of a card.
        product: a part of a product's name, or its code.
    """

    amount: Won | None = None
    at: time | None = None
    card: str | None = None
    product: str | None = None

    @property
    def fragment(self) -> str:
        """Something that the record's text must hold, to leave others unread; empty if nothing must."""
        if self.card is not None:
            return f'{self.card}"'  # The end of a masked number.
        return self.product or ""


def sale_wanted(text: str) -> SaleWanted | None:
    """Take what was typed for something remembered; None if it is a receipt's number."""
    typed = text.strip()
    if _AMOUNT.match(typed):
        return SaleWanted(amount=Won(int(re.sub(r"\D", "", typed))))
    if found := _TIME.match(typed):
        return SaleWanted(at=time(int(found[1]), int(found[2])))
    if found := _CARD.match(typed):
        return SaleWanted(card=found[1])
    if not typed or _NUMBER.match(typed):
        return None
    return SaleWanted(product=typed)


def matches(sale: SaleRecord, wanted: SaleWanted) -> bool:
    """Tell whether a sale may be the one."""
    if wanted.amount is not None:
        return wanted.amount in (sale.total, *(each.amount for each in sale.tenders))
    if wanted.at is not None:
        here = sale.completed_at.astimezone(KOREA)
        there = here.replace(hour=wanted.at.hour, minute=wanted.at.minute, second=0, microsecond=0)
        return abs(here - there) <= TIME_SLACK
    if wanted.card is not None:
        cards = [each for each in sale.tenders if isinstance(each, VoucherTender)]
        return any(each.masked_pan.endswith(wanted.card) for each in cards)
    part = (wanted.product or "").casefold()
    return any(part in line.name.casefold() or part == line.code for line in sale.lines)
