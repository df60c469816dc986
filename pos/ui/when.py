"""Times as a shop in Korea reads them. Never the machine's own zone; the time comes from outside."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pos.domain.business_day import KOREA
from pos.ui.i18n import _


def weekday(day: date) -> str:
    """Return the day of the week, short."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return names[day.weekday()]


def date_text(day: date) -> str:
    """Return a day as `11월 24일 (화)`."""
    return _("{weekday} {day}/{month}", month=day.month, day=day.day, weekday=weekday(day))


def date_and_time(at: datetime) -> str:
    """Return a moment with its day, for the header."""
    here = at.astimezone(KOREA)
    return f"{date_text(here.date())} {here:%H:%M}"


def since(at: datetime, now: datetime) -> str:
    """Return a moment as `12:00`, with the day where it is not today's."""
    here = at.astimezone(KOREA)
    today = now.astimezone(KOREA).date()
    return f"{here:%H:%M}" if here.date() == today else f"{here:%m/%d %H:%M}"


def countdown(left: timedelta) -> str:
    """Return what is left as `4:05`, rounded up to the second; `0:00` once it is over."""
    seconds = max(0, -(-left // timedelta(seconds=1)))
    return f"{seconds // 60}:{seconds % 60:02d}"
