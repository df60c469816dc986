"""Whether rules that were read anew only add to those in force. Pure; never says which are right.

A row that was known stays as it is, for what was posted goes by it; what is new is known from today on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from ledger.policy.policy import Policy


class NotGrown(ValueError):
    """A known row was changed or left out, or a new one is said to have been known before today."""


def check_growth(before: Policy, after: Policy, today: date) -> None:
    """Check that rules may take the place of others.

    Raises:
        NotGrown: they may not; the text says which row, in both languages.
    """
    for name, old, new in _kinds(before, after):
        for row in old:
            if row.span.known_from <= today and row not in new:
                raise NotGrown(
                    f"{name} {row.span.valid_from}: 이미 알려진 줄이 바뀌거나 없어짐 / a row that was known is"
                    " changed or gone; put it back, and add one known from today"
                )
        for row in new:
            if row.span.known_from < today and row not in old:
                raise NotGrown(
                    f"{name} {row.span.valid_from}: 새 줄의 known_from은 오늘 또는 뒤 / a new row is known"
                    f" from today on: give it known_from = {today}"
                )
    _check_calendar(before, after, today)


def _kinds(before: Policy, after: Policy) -> Iterator[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    for each in fields(Policy):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if isinstance(old, tuple):
            yield each.name, old, new


def _check_calendar(before: Policy, after: Policy, today: date) -> None:
    """Days given at short notice (임시공휴일) may come; what is past stays as it was."""
    years = {each.year: each.days for each in after.calendar.years}
    for each in before.calendar.years:
        if each.year not in years:
            raise NotGrown(f"holidays {each.year}: 없어진 해 / the year is gone")
        past = [day for day in each.days ^ years[each.year] if day <= today]
        if past:
            raise NotGrown(
                f"holidays {min(past)}: 지난 날은 바꿀 수 없음 / a day that is past can't be changed"
            )
