"""Reads what stands in the entry field: an item, a quantity, an amount. Never acts on it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pos.domain.won import Won

ENTRY_MAX = 80  # Longer than any barcode; a jammed scanner stops here.
AMOUNT_DIGITS_MAX = 8  # What a sale's total may have; 13 digits are a barcode without its Enter.

_PERCENT = re.compile(r"^[0-9]{1,3}%$")
_MOBILE = re.compile(r"^01[016789][- ]?[0-9]{3,4}[- ]?[0-9]{4}$")
_QUANTITY = re.compile(r"^\s*(\d{1,9})\s*[*xXㅌ×]\s*(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """An entry, taken apart.

    Attributes:
        quantity: the number before `*` or `x` (`ㅌ` with the Hangul keyboard on); None if there was none.
        text: the code or name, NFC; empty for a bare `3*`.
    """

    quantity: int | None
    text: str

    @property
    def percent(self) -> bool:
        """A discount in percent, `10%`, for the chosen line."""
        return self.quantity is None and _PERCENT.match(self.text) is not None

    @property
    def is_search(self) -> bool:
        """Something to look for by name while it is being typed; a number is a code."""
        return bool(self.text) and not (_is_number(self.text) or self.percent)


def parse(entry: str) -> Typed:
    """Take an entry apart; `3*880...` is three of that code, `x` alone is a name."""
    text = unicodedata.normalize("NFC", entry).strip()
    found = _QUANTITY.match(text)
    if found is None:
        return Typed(None, text)
    return Typed(int(found[1]), found[2].strip())


def amount_of(entry: str) -> Won | None:
    """Return the won typed, or None if it is no amount of money a sale could have."""
    digits = entry.strip().replace(",", "")
    if not _is_number(digits) or len(digits) > AMOUNT_DIGITS_MAX:
        return None
    return Won(int(digits))


def is_mobile(text: str) -> bool:
    """Tell whether an entry is a mobile number; no barcode has its length and beginning."""
    return _MOBILE.match(text) is not None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
