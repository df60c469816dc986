"""Business days and pay days. Never takes a year for known that nobody has entered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.policy.rows import Holidays

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class YearUnknown(LookupError):
    """The holidays of a year were not entered yet: no pay day can be promised in it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Korea's bank holidays, year by year."""

    years: tuple[Holidays, ...]

    def is_business_day(self, day: date) -> bool:
        """Tell whether banks are open.

        Raises:
            YearUnknown: its year was not entered.
        """
        year = next((each for each in self.years if each.year == day.year), None)
        if year is None:
            raise YearUnknown(f"{day.year}년 공휴일이 없습니다 / no holidays of {day.year}")
        return day.weekday() < SATURDAY and day not in year.days

    def pay_day(self, sold_on: date, business_days: int) -> date:
        """Return the business day that is so many after a day of sale (D+1, D+2).

        Raises:
            ValueError: fewer than one.
            YearUnknown: it falls into a year that was not entered.
        """
        if business_days < 1:
            raise ValueError("a shop is paid one business day after the sale at the earliest")
        day = sold_on
        for _ in range(business_days):
            day = self.next_business_day(day)
        return day

    def next_business_day(self, day: date) -> date:
        """Return the first business day after a day.

        Raises:
            YearUnknown: it falls into a year that was not entered.
        """
        day += ONE_DAY
        while not self.is_business_day(day):
            day += ONE_DAY
        return day


def calendar(years: Iterable[Holidays]) -> Calendar:
    """Return the calendar of these years.

    Raises:
        ValueError: a year was entered twice, or a day is not of its year.
    """
    entered = tuple(years)
    if len({each.year for each in entered}) != len(entered):
        raise ValueError("a year's holidays are there twice")
    for each in entered:
        if any(day.year != each.year for day in each.days):
            raise ValueError(f"a holiday of {each.year} is of another year")
    return Calendar(entered)
