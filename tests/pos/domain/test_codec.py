"""Values go to JSON and come back the same, and a wrong shape is refused rather than guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest

from pos.domain.codec import CodecError, decode, encode
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Cash:
    amount: Won


@dataclass(frozen=True, slots=True)
class Voucher:
    amount: Won
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    id: TransactionId
    at: datetime
    day: date
    colour: Colour
    open: bool
    tenders: tuple[Cash | Voucher, ...]
    counts: Mapping[str, int]
    inner: Box | None = None


BOX = Box(
    TransactionId(1, 2, 3),
    NOON,
    date(2026, 11, 24),
    Colour.RED,
    True,
    (Cash(Won(5)), Voucher(Won(6), "x"), Voucher(Won(7))),
    {"a": 1},
)
JSON: dict[str, Any] = {
    "type": "Box",
    "id": "000000000001" + "00000002" + "000000000003",
    "at": "2026-11-24T03:00:00.000000+00:00",
    "day": "2026-11-24",
    "colour": "red",
    "open": True,
    "tenders": [
        {"type": "Cash", "amount": 5},
        {"type": "Voucher", "amount": 6, "by": "x"},
        {"type": "Voucher", "amount": 7, "by": None},
    ],
    "counts": {"a": 1},
    "inner": None,
}


def test_a_value_is_written_plainly_and_read_back_the_same() -> None:
    assert encode(BOX) == JSON
    assert decode(Box, JSON) == BOX
    nested = Box(BOX.id, NOON, BOX.day, Colour.RED, False, (), {}, inner=BOX)
    assert decode(Box, encode(nested)) == nested


def test_a_time_is_written_in_utc_whatever_its_zone() -> None:
    assert encode(NOON.astimezone(timezone(timedelta(hours=9)))) == JSON["at"]
    with pytest.raises(CodecError):
        encode(NOON.replace(tzinfo=None))


@pytest.mark.parametrize("value", [1.5, object(), {1, 2}])
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(CodecError):
        encode(value)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "123"},
        {"id": None},
        {"at": "2026-11-24T03:00:00"},
        {"at": 5},
        {"day": "24.11.2026"},
        {"colour": "blue"},
        {"open": 1},
        {"open": "true"},
        {"tenders": {"type": "Cash", "amount": 5}},
        {"tenders": [{"type": "Cheque", "amount": 5}]},
        {"tenders": [{"type": "Cash", "amount": "5"}]},
        {"tenders": [{"type": "Cash", "amount": True}]},
        {"tenders": [{"type": "Cash", "amount": 5, "more": 1}]},
        {"tenders": [{"type": "Cash"}]},
        {"counts": [1]},
        {"counts": {"a": "1"}},
        {"inner": 5},
        {"type": "Bag"},
        {"more": 1},
    ],
)
def test_a_wrong_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(CodecError):
        decode(Box, JSON | change)
