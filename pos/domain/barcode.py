"""Numbers of barcodes: check digits, the same number written shorter, prices within. Never a product.

EAN-8, EAN-13, UPC-A, UPC-E and GTIN-14 end with the same check digit (GS1 General Specifications, 7.9.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pos.domain.scan_errors import CheckDigitWrong, PriceCodeWrong
from pos.domain.won import ZERO, Won

EAN_8, UPC_A, EAN_13, GTIN_14 = 8, 12, 13, 14
LENGTHS = (EAN_8, UPC_A, EAN_13, GTIN_14)
PRICE_MAX = Won(99_999_999)  # As a sale's total.
GRAMS_MAX = 999_999
_PATTERN = re.compile(r"2\d*I+(?:V[PW]+|[PW]+V?)C")


def is_number(text: str) -> bool:
    """Tell whether a text is digits alone; `isdecimal` takes those of other scripts too."""
    return text.isascii() and text.isdigit()


def check_digit(digits: str) -> int:
    """Return the digit that belongs behind these: weights 3 and 1 in turn, from the right."""
    total = sum(int(each) * (3, 1)[place % 2] for place, each in enumerate(reversed(digits)))
    return -total % 10


def is_checked(number: str) -> bool:
    """Tell whether a number's last digit belongs to the others."""
    return int(number[-1]) == check_digit(number[:-1])


def expand_upc_e(number: str) -> str | None:
    """Return the UPC-A that an 8-digit UPC-E stands for, or None where it stands for none."""
    if len(number) != EAN_8 or number[0] not in "01":
        return None
    system, six, check = number[0], number[1:7], number[7]
    last = six[5]
    if last in "012":
        body = six[:2] + last + "0000" + six[2:5]
    elif last == "3":
        body = six[:3] + "00000" + six[3:5]
    elif last == "4":
        body = six[:4] + "00000" + six[4]
    else:
        body = six[:5] + "0000" + last
    whole = system + body + check
    return whole if is_checked(whole) else None


def ways_to_write(number: str) -> tuple[str, ...]:
    """Return the same article's number in its other lengths: a shop's list may hold any of them.

    Raises:
        CheckDigitWrong: it has a barcode's length, and its last digit does not fit.
    """
    if len(number) not in LENGTHS or not is_number(number):
        return (number,)
    upc_a = expand_upc_e(number)
    if not is_checked(number) and upc_a is None:
        raise CheckDigitWrong(barcode=number)
    found = [number]
    for whole in (number if is_checked(number) else "", upc_a or ""):
        bare = whole.lstrip("0")
        found += [bare.zfill(size) for size in LENGTHS if bare and len(bare) <= size]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Weighed:
    """An in-store code taken apart.

    Attributes:
        item: what the shop's list has for the article: all that stands before the value.
        price: in the code, or None.
        grams: in the code, or None.
    """

    item: str
    price: Won | None = None
    grams: int | None = None


@dataclass(frozen=True, slots=True)
class InStoreLayout:
    """How a shop's scale writes its codes: `2IIIIIIPPPPPC`, one letter a digit.

    Digits stand for themselves; I is the item, P the price in won, W the weight in grams, V a
    verifier of the value (not looked at: the check digit covers it) and C the check digit.

    Raises:
        ValueError: it is no such layout of 13 digits.
    """

    pattern: str

    def __post_init__(self) -> None:
        kinds = set(self.pattern) & {"P", "W"}
        if len(self.pattern) != EAN_13 or not _PATTERN.fullmatch(self.pattern) or len(kinds) != 1:
            raise ValueError(f"not an in-store layout: {self.pattern}")

    def read(self, number: str) -> Weighed | None:
        """Take a number apart; None where it is not of this layout.

        Raises:
            CheckDigitWrong: its last digit does not fit.
            PriceCodeWrong: no price or weight can be of that size.
        """
        if len(number) != EAN_13 or not is_number(number):
            return None
        pairs = list(zip(self.pattern, number, strict=True))
        if any(mark.isdigit() and mark != digit for mark, digit in pairs):
            return None
        if not is_checked(number):
            raise CheckDigitWrong(barcode=number)
        item = "".join(digit for mark, digit in pairs if mark.isdigit() or mark == "I")
        value = int("".join(digit for mark, digit in pairs if mark in "PW"))
        if not value:
            raise PriceCodeWrong(barcode=number, problem="0")
        return Weighed(item, Won(value)) if "P" in self.pattern else Weighed(item, grams=value)


def price_by_weight(per_kilo: Won, grams: int) -> Won:
    """Return what so many grams cost, rounded half up; at least 1 won."""
    return max(Won((per_kilo.amount * grams + 500) // 1_000), Won(1)) if grams else ZERO
