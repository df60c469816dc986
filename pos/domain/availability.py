"""Whether the shop takes delivery orders now: paused, busy, sold out. Ends by itself; never a timer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

BUSY_MAX = 60
SOLD_OUT_MAX = 200


@dataclass(frozen=True, slots=True)
class SoldOut:
    """A dish that is not to be had; `until` is None where a person has to say that it is back."""

    name: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """All of it at once, so that whoever hears the newest one knows everything.

    Attributes:
        paused_until: no new orders before; None: open.
        busy_minutes: added to what is promised while `busy_until` has not passed.
    """

    paused_until: datetime | None = None
    busy_minutes: int = 0
    busy_until: datetime | None = None
    sold_out: tuple[SoldOut, ...] = ()

    def is_paused(self, now: datetime) -> bool:
        """Tell whether the shop takes no orders now."""
        return self.paused_until is not None and now < self.paused_until

    def extra_minutes(self, now: datetime) -> int:
        """Return what is added to the promised time now."""
        busy = self.busy_until is not None and now < self.busy_until
        return self.busy_minutes if busy else 0

    def lacks(self, name: str, now: datetime) -> bool:
        """Tell whether a dish is sold out now."""
        return any(
            each.name == name and (each.until is None or now < each.until) for each in self.sold_out
        )

    def lacking(self, now: datetime) -> tuple[SoldOut, ...]:
        """Return what is sold out now."""
        return tuple(each for each in self.sold_out if each.until is None or now < each.until)

    def paused(self, until: datetime | None) -> Availability:
        """Return it paused until a moment, or open again."""
        return replace(self, paused_until=until)

    def busy(self, minutes: int, until: datetime | None) -> Availability:
        """Return it busy: so many minutes more until a moment; 0: no more."""
        if not 0 <= minutes <= BUSY_MAX:
            raise ValueError(f"{minutes} minutes more")
        return replace(self, busy_minutes=minutes, busy_until=until if minutes else None)

    def without(self, name: str, until: datetime | None) -> Availability:
        """Return it with a dish sold out."""
        kept = tuple(each for each in self.sold_out if each.name != name)
        return replace(self, sold_out=(*kept, SoldOut(name, until))[-SOLD_OUT_MAX:])

    def with_again(self, name: str) -> Availability:
        """Return it with a dish to be had again."""
        return replace(self, sold_out=tuple(e for e in self.sold_out if e.name != name))


@dataclass(frozen=True, slots=True)
class AvailabilitySet:
    """The shop said how it takes orders; forwarded, and told to the channels by the ledger."""

    availability: Availability
    at: datetime
