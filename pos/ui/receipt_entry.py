"""Reads which receipt is meant: a number typed or printed, or a receipt's QR code. Looks nothing up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pos.domain.identifiers import TransactionId
from pos.domain.receipt_code import CODE_PREFIX, read_code

LONGEST = 4_000  # A receipt's code may fill the largest QR code, 3,391 letters.

_SHORT = re.compile(r"^\d{1,4}$")
_FULL = re.compile(r"^(\d{8})-?(\d{4,})$")


@dataclass(frozen=True, slots=True)
class ReceiptWanted:
    """Which sale to look for.

    Attributes:
        sale_id: what the code says; a number alone may come twice after a copy was put back.
    """

    number: str
    sale_id: TransactionId | None = None


def receipt_wanted(text: str, today: date) -> ReceiptWanted:
    """Take an entry apart; `7` is today's seventh receipt.

    Raises:
        ValueError: a receipt's code that can't be read.
    """
    if text.startswith(CODE_PREFIX):
        facts = read_code(text).facts
        return ReceiptWanted(facts.receipt_number, facts.sale_id)
    typed = text.strip()
    if _SHORT.match(typed):
        return ReceiptWanted(f"{today:%Y%m%d}-{int(typed):04d}")
    full = _FULL.match(typed)
    return ReceiptWanted(f"{full[1]}-{full[2]}" if full else typed)
