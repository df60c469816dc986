"""What came down from the ledger and holds on: notices, its next keys, rates. Pure; trusts no key by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pos.domain.rates import Rates

KEY_LABEL = (
    b"ieum-pos next ledger key v1"  # Keeps these signatures apart from all others of the key.
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of text, in both languages.

    Attributes:
        until: when it is no more to be shown; None: until it is taken back.
    """

    id: int
    ko: str
    en: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeChange:
    """A notice that was posted, or taken back."""

    notice: Notice
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class NextKey:
    """The ledger's next signing key, vouched for by the present one.

    Attributes:
        public: the Ed25519 public key, 64 hex digits.
        signature: the present key's over `message`, 128 hex digits.
    """

    public: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What the present key signs."""
        return KEY_LABEL + bytes.fromhex(self.public)


@dataclass(frozen=True, slots=True)
class News:
    """All that came down and holds on.

    Attributes:
        keys: the ledger's, each vouched for by one before it, oldest first.
        rates: one for each day that they begin; over the shop's own of the same day.
    """

    notices: tuple[Notice, ...] = ()
    keys: tuple[NextKey, ...] = ()
    rates: tuple[Rates, ...] = ()

    def with_notice(self, change: NoticeChange) -> News:
        """Return what holds after a notice; the same change twice is one."""
        kept = tuple(each for each in self.notices if each.id != change.notice.id)
        return replace(self, notices=kept if change.withdrawn else (*kept, change.notice))

    def with_key(self, key: NextKey) -> News:
        """Return what holds with one more key of the ledger's."""
        known = any(each.public == key.public for each in self.keys)
        return self if known else replace(self, keys=(*self.keys, key))

    def with_rates(self, rates: tuple[Rates, ...]) -> News:
        """Return what holds with more rates."""
        return replace(self, rates=merged(self.rates, rates))

    def notice(self, now: datetime) -> Notice | None:
        """Return the newest notice that is to be shown now."""
        live = [each for each in self.notices if each.until is None or now < each.until]
        return max(live, key=lambda each: each.id, default=None)


def merged(ours: tuple[Rates, ...], theirs: tuple[Rates, ...]) -> tuple[Rates, ...]:
    """Return rates by the day they begin, the newer word on a day standing."""
    by_day = {each.valid_from: each for each in (*ours, *theirs)}
    return tuple(by_day[day] for day in sorted(by_day))
