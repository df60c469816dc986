"""The Korean day a moment belongs to. Never reads a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

KOREA = timezone(timedelta(hours=9), "KST")  # No daylight saving since 1988.


def business_day(at: datetime) -> date:
    """Return the Korean day a moment belongs to."""
    return at.astimezone(KOREA).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a Korean day and of the next, in UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=KOREA).astimezone(UTC)
    return start, start + timedelta(days=1)
