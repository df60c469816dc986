"""A coupon's code, and what can be wrong with one at the till. Never says what it is worth: the ledger does.

`IEUMK` and 12 characters, of which the last one checks the others (Luhn's way, in base 32). Eleven
random characters can't be guessed; letters that look like digits are read as these.
"""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.errors import IeumError
from pos.domain.payment_answers import DeclineReason
from pos.domain.won import ZERO, Won

PREFIX = "IEUMK"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U.
LENGTH = 12
TRAINING_COUPON = "0" * LENGTH  # Known in training alone: no ledger makes it.
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": ""})
_GROUP = 4


class CouponError(IeumError):
    """A coupon that was not taken. Nothing was used up, nothing was charged."""


class NotACoupon(CouponError):
    """Letters missing, changed, or another kind of code."""

    code = "U01"
    ko = (
        "쿠폰 번호가 아니거나 한 글자가 틀렸습니다. 쿠폰은 사용되지 않았습니다. "
        "다시 스캔하거나 12자리를 확인하세요."
    )
    en = (
        "This is no coupon's code, or a letter is wrong. No coupon was used. "
        "Scan again, or check its 12 characters."
    )


class CouponNeedsLine(CouponError):
    """Only the ledger can tell whether a coupon was used before."""

    code = "U02"
    ko = (
        "통신이 끊겨 쿠폰을 받을 수 없습니다. 이미 쓴 쿠폰인지는 서버만 압니다. 쿠폰은 사용되지 않았습니다. "
        "통신이 돌아오면 다시 하거나 쿠폰 없이 받으세요."
    )
    en = (
        "No coupon while the line is down: only the ledger knows whether it was used before. "
        "It was not used. Try again when the line is back, or go on without it."
    )


class CouponTakenAlready(CouponError):
    """One coupon a sale."""

    code = "U03"
    ko = "이 판매에는 이미 쿠폰을 썼습니다. 이 쿠폰은 사용되지 않았습니다. 나머지는 카드나 현금으로 받으세요."
    en = "This sale has a coupon already. This one was not used. Take the rest by card or cash."


@dataclass(frozen=True, slots=True)
class CouponOffer:
    """What the ledger says a coupon pays of a sale. Nothing is used up by asking.

    Attributes:
        name: what people call it.
    """

    name: str
    worth: Won


@dataclass(frozen=True, slots=True)
class CouponRefusal:
    """Why it pays nothing here and now.

    Attributes:
        minimum: the sale that it is taken from on, where that is why.
    """

    reason: DeclineReason
    minimum: Won = ZERO


def is_coupon_code(text: str) -> bool:
    """Tell whether a scan wants to be a coupon."""
    return text.startswith(PREFIX)


def read_coupon_code(text: str) -> str:
    """Return the 12 characters of a code that was scanned or typed, however it was spelt.

    Raises:
        NotACoupon: it is none, or a letter is wrong.
    """
    plain = text.strip().upper().removeprefix(PREFIX).translate(_LOOKALIKES)
    known = len(plain) == LENGTH and all(each in ALPHABET for each in plain)
    if not known or _check_of(plain[:-1]) != plain[-1]:
        raise NotACoupon()
    return plain


def coupon_code(random: int) -> str:
    """Return the code that 55 random bits make, as it is printed."""
    letters = "".join(ALPHABET[random >> 5 * place & 31] for place in range(LENGTH - 1))
    whole = letters + _check_of(letters)
    groups = (whole[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))
    return "-".join((PREFIX, *groups))


def masked_coupon(plain: str) -> str:
    """Return what of a code may be shown once it was used: its last four characters."""
    return f"{'*' * (LENGTH - _GROUP)}{plain[-_GROUP:]}"


def _check_of(letters: str) -> str:
    """Return the character that makes the sum come out even: any one wrong letter shows."""
    total = 0
    for place, each in enumerate(reversed(letters)):
        value = ALPHABET.index(each) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]
