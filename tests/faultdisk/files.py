"""One file on a disk that forgets: what is seen, what is durable, and what lies between. Never knows SQLite.

A write is seen at once and durable after a sync. Until then a power cut may keep any part of it, by
whole sectors, in any order. A sync that failed leaves what it was to write in doubt for ever: the
next sync says yes and does nothing for it, as Linux does.
"""

from __future__ import annotations

from enum import Enum
from random import Random
from typing import NamedTuple

SECTOR = 512  # Bytes that a disk writes whole or not at all.


class Fate(Enum):
    """What stands between a write and its being durable."""

    UNSYNCED = "unsynced"
    IN_DOUBT = "in doubt"  # A sync failed over it: no later one brings it to the disk.
    SYNCED = "synced"  # Durable, but kept in the log, for it lies over one that is in doubt.


class Change(NamedTuple):
    """Bytes written at an offset; None for the file cut off there."""

    offset: int
    data: bytes | None
    fate: Fate


class File:
    """The bytes of one file, twice over."""

    def __init__(self, content: bytes = b"") -> None:
        """Take what is on the disk already."""
        self.seen = bytearray(content)  # As every process on the machine reads it.
        self.durable = bytearray(content)
        self._log: list[Change] = []
        self._doubtful = False

    def write(self, offset: int, data: bytes, *, lost: bool = False) -> None:
        """Write; `lost` is acknowledged like any other and never reaches the disk."""
        _put(self.seen, offset, data)
        if not lost:
            self._log.append(Change(offset, data, Fate.UNSYNCED))

    def truncate(self, size: int) -> None:
        """Cut the file off, or fill it up with zeros."""
        _cut_off(self.seen, size)
        self._log.append(Change(size, None, Fate.UNSYNCED))

    def sync(self) -> None:
        """Make durable what can still be made so."""
        if self._doubtful:
            self._log = [_after(change, Fate.SYNCED) for change in self._log]
            return
        for change in self._log:
            _apply(self.durable, change)
        self._log.clear()

    def fail_sync(self) -> None:
        """Leave all that was not synced in doubt."""
        self._log = [_after(change, Fate.IN_DOUBT) for change in self._log]
        self._doubtful = bool(self._log)

    @property
    def at_stake(self) -> int:
        """How many writes a power cut could take."""
        return sum(change.fate is not Fate.SYNCED for change in self._log)

    def cut(self, chance: Random) -> None:
        """The power goes: keep what is durable, and of the rest what chance says."""
        share = chance.choice((0.0, 0.5, 0.9, 1.0))  # Of the sectors that made it.
        for change in self._log:
            if change.fate is Fate.SYNCED:
                _apply(self.durable, change)
            elif change.data is None:
                if chance.random() < share:
                    _apply(self.durable, change)
            else:
                _tear(self.durable, change.offset, change.data, share, chance)
        self._log.clear()
        self._doubtful = False
        self.seen = bytearray(self.durable)

    def forget(self) -> None:
        """Memory is needed for something else: from now on, reads come from the disk.

        What only waits to be written is written first; what a failed sync left in doubt, or a lying
        disk lost, is gone without a power cut.
        """
        self._log = [change for change in self._log if change.fate is not Fate.IN_DOUBT]
        self._doubtful = False
        self.seen = bytearray(self.durable)
        for change in self._log:
            _apply(self.seen, change)

    def rot(self, chance: Random) -> int:
        """Flip one bit that was durable; return its byte's offset, -1 for an empty file."""
        if not self.durable:
            return -1
        at = chance.randrange(len(self.durable))
        flip = 1 << chance.randrange(8)
        self.durable[at] ^= flip
        if at < len(self.seen):
            self.seen[at] ^= flip
        return at


def _after(change: Change, fate: Fate) -> Change:
    return change._replace(fate=fate) if change.fate is Fate.UNSYNCED else change


def _apply(content: bytearray, change: Change) -> None:
    if change.data is None:
        _cut_off(content, change.offset)
    else:
        _put(content, change.offset, change.data)


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _cut_off(content: bytearray, size: int) -> None:
    if size > len(content):
        content.extend(bytes(size - len(content)))
    del content[size:]


def _tear(content: bytearray, offset: int, data: bytes, share: float, chance: Random) -> None:
    """Keep some sectors of a write; where the file grew over a lost one, zeros stand."""
    start = offset
    while start < offset + len(data):
        end = min(offset + len(data), (start // SECTOR + 1) * SECTOR)
        if chance.random() < share:
            _put(content, start, data[start - offset : end - offset])
        elif end > len(content) and chance.random() < share:
            _cut_off(content, end)  # The length was written, the data not.
        start = end
