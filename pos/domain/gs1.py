"""GS1 element strings (DataBar, GS1-128, Data Matrix): article, weight, price, dates. Never guesses an AI.

A scanner sends them behind a symbology identifier (`]C1`, `]e0`, `]d2`, `]Q3`), with FNC1 as GS (0x1D)
after each element of no fixed length; people write them with brackets. Both are read, nothing else.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from pos.domain.barcode import GRAMS_MAX, PRICE_MAX, is_checked, is_number
from pos.domain.scan_errors import CheckDigitWrong, CodeUnreadable, PriceCodeWrong
from pos.domain.won import Won

GS = "\x1d"
CHARS_MAX = 90  # Of one element string; a symbol holds no more than 74.
SYMBOLOGIES = ("]C1", "]e0", "]d2", "]Q3", "]J1")
_BRACKETS = re.compile(r"\((\d{2,4})\)([^()]*)")
_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6}
_VARIABLE = {"10": 20, "21": 20, "30": 8, "37": 8}
_WEIGHT, _PRICE = re.compile(r"310\d"), re.compile(r"392\d")
_WEIGHT_DIGITS, _PRICE_DIGITS = 6, 15


@dataclass(frozen=True, slots=True)
class Gs1:
    """What a code says of the thing that it is on.

    Attributes:
        gtin: 14 digits.
        grams: net weight (310n).
        price: of this very piece (392n).
        last_day: sold until then (17), or best before (15).
        lot: of the maker (10).
    """

    gtin: str
    grams: int | None = None
    price: Won | None = None
    last_day: date | None = None
    lot: str = ""


def is_gs1(text: str) -> bool:
    """Tell whether a scan wants to be an element string."""
    return text.startswith((*SYMBOLOGIES, "(01)", "(02)"))


def read_gs1(text: str, today: date) -> Gs1:
    """Read a scan.

    Args:
        text: as the scanner sent it.
        today: what the two digits of a year are told the century by.

    Raises:
        CodeUnreadable: an element that is not known, ends early, or comes twice; or no article.
        CheckDigitWrong: the article's.
        PriceCodeWrong: a price or a weight that no sale can have.
    """
    if len(text) > CHARS_MAX:
        raise CodeUnreadable(problem=f"GS1 > {CHARS_MAX}")
    elements = _bracketed(text) if text.startswith("(") else _elements(text[3:])
    if "01" not in elements:
        raise CodeUnreadable(problem="GS1: (01) 없음 / no (01)")
    gtin = elements.pop("01")
    if not is_checked(gtin):
        raise CheckDigitWrong(barcode=gtin)
    found = Gs1(gtin)
    for ai, value in elements.items():
        found = _with(found, ai, value, today)
    return found


def _with(found: Gs1, ai: str, value: str, today: date) -> Gs1:
    if _WEIGHT.fullmatch(ai):
        return replace(found, grams=_grams(found.gtin, int(value), int(ai[3])))
    if _PRICE.fullmatch(ai):
        return replace(found, price=_won(found.gtin, int(value), int(ai[3])))
    if ai == "17" or (ai == "15" and found.last_day is None):
        return replace(found, last_day=_day(value, today))
    return replace(found, lot=value) if ai == "10" else found


def _grams(gtin: str, value: int, decimals: int) -> int:
    grams, rest = divmod(value * 1_000, int(f"1{'0' * decimals}"))
    if rest or not 0 < grams <= GRAMS_MAX:
        raise PriceCodeWrong(barcode=gtin, problem=f"310{decimals} {value}")
    return grams


def _won(gtin: str, value: int, decimals: int) -> Won:
    amount, rest = divmod(
        value, int(f"1{'0' * decimals}")
    )  # Won have no hundredths: they must be noughts.
    if rest or not 0 < amount <= PRICE_MAX.amount:
        raise PriceCodeWrong(barcode=gtin, problem=f"392{decimals} {value}")
    return Won(amount)


def _day(value: str, today: date) -> date:
    """Read YYMMDD; day 00 is the month's last (GS1 General Specifications, 7.12)."""
    year, month, day = today.year // 100 * 100 + int(value[:2]), int(value[2:4]), int(value[4:])
    year += 100 * ((today.year - year > 49) - (year - today.year > 50))
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError as error:
        raise CodeUnreadable(problem=f"GS1: {value}") from error


def _bracketed(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if _BRACKETS.sub("", text):
        raise CodeUnreadable(problem="GS1 ()")
    for ai, value in _BRACKETS.findall(text):
        _take(found, ai, value)
    return found


def _elements(data: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while data:
        ai = next((data[:size] for size in (2, 4) if _length(data[:size]) is not None), None)
        if ai is None:
            raise CodeUnreadable(problem=f"GS1: ({data[:4]})")
        size, is_fixed = _length(ai) or (0, True)
        data = data[len(ai) :]
        end = size if is_fixed else data.find(GS) if GS in data else len(data)
        _take(found, ai, data[:end])
        data = data[end:].removeprefix(GS)
    return found


def _take(found: dict[str, str], ai: str, value: str) -> None:
    length = _length(ai)
    if length is None or ai in found:
        raise CodeUnreadable(problem=f"GS1: ({ai})")
    size, is_fixed = length
    fits = len(value) == size if is_fixed else 0 < len(value) <= size
    if not fits or not (is_number(value) or ai in ("10", "21")) or not value.isascii():
        raise CodeUnreadable(problem=f"GS1: ({ai})")
    found[ai] = value


def _length(ai: str) -> tuple[int, bool] | None:
    """Return how long an element is, and whether it always is; None for one that is not known."""
    if ai in _FIXED:
        return _FIXED[ai], True
    if ai in _VARIABLE:
        return _VARIABLE[ai], False
    if _WEIGHT.fullmatch(ai):
        return _WEIGHT_DIGITS, True
    return (_PRICE_DIGITS, False) if _PRICE.fullmatch(ai) else None
