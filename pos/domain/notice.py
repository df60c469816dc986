"""What the ledger's operator has to say to shops, and how its keys follow one another. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


def current(notices: tuple[Notice, ...], now: datetime) -> Notice | None:
    """Return the newest notice that is to be shown now."""
    live = [each for each in notices if each.until is None or now < each.until]
    return max(live, key=lambda each: each.id, default=None)


def changed(notices: tuple[Notice, ...], change: NoticeChange) -> tuple[Notice, ...]:
    """Return the notices after a change; the same change twice is one."""
    kept = tuple(each for each in notices if each.id != change.notice.id)
    return kept if change.withdrawn else (*kept, change.notice)
