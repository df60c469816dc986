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


def skew_text(skew: timedelta) -> str:
    """Return how far the terminal's clock is from the ledger's, which is `skew` ahead of it."""
    seconds = round(abs(skew).total_seconds())
    if not seconds:
        return _("no difference")
    length = _length(seconds)
    return (
        _("{length} slow", length=length)
        if skew > timedelta(0)
        else _("{length} fast", length=length)
    )


def _length(seconds: int) -> str:
    """Return a stretch of time in its two largest units."""
    minutes, hours, days = seconds // 60, seconds // 3_600, seconds // 86_400
    if days:
        return _("{days} d {hours} h", days=days, hours=hours % 24)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes % 60)
    if minutes:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=seconds % 60)
    return _("{seconds} s", seconds=seconds)
