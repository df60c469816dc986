"""Identifiers fixed before anything is touched. Never reused, never derived from a clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEVICE_BITS = 48
INCARNATION_BITS = 32
SEQUENCE_BITS = 48
_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, order=True)
class TransactionId:
    """128 bits that name one payment, sale or decision for ever (DESIGN: device, incarnation, sequence).

    Attributes:
        device: the terminal's number, fixed at enrolment.
        incarnation: new and random whenever a terminal is enrolled or a backup restored,
            so that a sequence counted twice still gives another id.
        sequence: counts up by one, from 1.

    Raises:
        ValueError: a part does not fit its bits.
    """

    device: int
    incarnation: int
    sequence: int

    def __post_init__(self) -> None:
        for part, bits in (
            (self.device, DEVICE_BITS),
            (self.incarnation, INCARNATION_BITS),
            (self.sequence, SEQUENCE_BITS),
        ):
            if not 0 <= part < 1 << bits:
                raise ValueError(f"{part} does not fit {bits} bits")

    @property
    def hex(self) -> str:
        """The 32 hex digits that travel on the wire and stand in the journal."""
        return f"{self.device:012x}{self.incarnation:08x}{self.sequence:012x}"

    @classmethod
    def parse(cls, text: str) -> TransactionId:
        """Read 32 hex digits.

        Raises:
            ValueError: the text is not 32 lower-case hex digits.
        """
        if _ID.fullmatch(text) is None:
            raise ValueError("a transaction id is 32 lower-case hex digits")
        return cls(int(text[:12], 16), int(text[12:20], 16), int(text[20:], 16))

    def __str__(self) -> str:
        return self.hex


@dataclass(frozen=True, slots=True)
class Stan:
    """Systems trace audit number, 6 digits; wraps, so it labels and never keys (ISO 8583 field 11)."""

    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 999_999:
            raise ValueError("a STAN is 1 to 999,999")

    @classmethod
    def of(cls, transaction: TransactionId) -> Stan:
        """Return the trace number that stands for a transaction on paper."""
        return cls((transaction.sequence - 1) % 999_999 + 1)

    def __str__(self) -> str:
        return f"{self.number:06d}"


def business_number_is_valid(text: str) -> bool:
    """Tell whether a Korean business registration number (사업자등록번호) has the right check digit.

    Ten digits, dashes allowed. `000-00-00000` sums right but is nobody's: refused.
    """
    digits = [int(each) for each in text if each.isdecimal() and each.isascii()]
    if len(digits) != 10 or not any(digits) or set(text) - set("0123456789-"):
        return False
    weighted = sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=False))
    return (10 - (weighted + digits[8] * 5 // 10) % 10) % 10 == digits[9]
