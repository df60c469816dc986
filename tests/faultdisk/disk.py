"""A disk in memory that fails on demand: counts every operation, cuts the power, lies. Never touches a real file's bytes.

    disk = Disk()                              # its SQLite VFS is `disk.vfs`
    database = open_database(path, vfs=disk.vfs, ...)
    disk.fail_at(7, Fault.IO_ERROR)            # the 7th operation from now fails
    disk.power_cut(Random(1))                  # all handles dead; open it again and look

The product looks at the database's path itself (its mode, its inode), so an empty stand-in lies
there, in a folder that should be on /dev/shm. Its bytes are here alone.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import apsw
from peewee import PeeweeException

from tests.faultdisk.files import File

READ, WRITE, SYNC, TRUNCATE, OPEN, DELETE = "read", "write", "sync", "truncate", "open", "delete"
CHANGES = frozenset({WRITE, TRUNCATE, DELETE})


class Fault(Enum):
    """What becomes of an operation."""

    IO_ERROR = "I/O error"  # This one fails; a write is half done, a sync leaves all in doubt.
    FULL = "disk full"  # No file grows any more, until `room` is made.
    READ_ONLY = "read-only"  # Remounted so by the kernel, until `read_only` is unset or power cut.
    POWER_CUT = "power cut"  # It does not happen, and nothing after it: `PowerCut` is raised.
    LOST = "lost write"  # A write is acknowledged and never reaches the disk.


class Operation(NamedTuple):
    """One thing asked of the disk; `file` is its name without the folder."""

    kind: str
    file: str
    offset: int
    size: int


class PowerCut(BaseException):
    """The machine is dark: nothing catches it, nothing after it runs."""


@contextlib.contextmanager
def letting_go() -> Iterator[None]:
    """Close what lived on a disk that failed: it has the last word, and nobody hears it."""
    with contextlib.suppress(PowerCut, apsw.Error, PeeweeException):
        yield


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Say nothing of errors that SQLite goes on after, as it does in `PRAGMA journal_mode`.

    apsw writes them to stderr; what came of them shows in what SQLite answers.
    """
    before = sys.unraisablehook

    def hear(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, PowerCut | apsw.Error):
            before(unraisable)

    sys.unraisablehook = hear
    try:
        yield
    finally:
        sys.unraisablehook = before


class Disk:
    """Files by path. What it does depends on the calls alone, never on time or chance of its own."""

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        """Make an empty disk, and register it with SQLite under the name `vfs`."""
        from tests.faultdisk.vfs import DiskVfs

        self.vfs = f"faultdisk-{next(self._numbers)}"
        self._vfs = DiskVfs(self.vfs, self)
        self._names: dict[str, File] = {}
        self._durable_names: dict[str, File] = {}
        self._planned: dict[int, Fault] = {}
        self.life = 1  # Handles of an earlier one are dead.
        self.locks: dict[tuple[str, int], int] = {}  # SQLite's lock level, by path and handle.
        self.dark = False
        self.full = self.read_only = False
        self.count = 0
        self.kinds: Counter[str] = Counter()
        self.hits: Counter[Fault] = Counter()
        self.trace: list[Operation] | None = None
        self.before: Callable[[Operation], Fault | None] | None = None

    def close(self) -> None:
        """Unregister from SQLite; all its databases must be closed."""
        self._vfs.unregister()

    # What a test does to it.

    def fail_at(self, n: int, fault: Fault) -> None:
        """Let the n-th operation from now meet a fault; 1 is the next."""
        self._planned[self.count + n] = fault

    def lose_next_write(self) -> None:
        """Let the next write be acknowledged, and never reach the disk."""
        before = self.before

        def lose(operation: Operation) -> Fault | None:
            if operation.kind != WRITE:
                return before(operation) if before else None
            self.before = before
            return Fault.LOST

        self.before = lose

    def kill(self) -> None:
        """End every process: handles are dead, what was written stays in the machine's memory."""
        self.life += 1
        self.locks.clear()

    def power_cut(self, chance: Random) -> None:
        """Cut the power and come back with what a real disk could hold."""
        self.kill()
        self.dark = self.read_only = False
        self._planned.clear()
        for path in sorted(self._names.keys() | self._durable_names.keys()):
            seen, durable = self._names.get(path), self._durable_names.get(path)
            kept = chance.choice((seen, durable)) if seen is not durable else seen
            self._set(path, kept)
        self._durable_names = dict(self._names)
        for path in sorted(self._names):
            self._names[path].cut(chance)

    def rot(self, chance: Random, suffix: str = "") -> str:
        """Flip one durable bit of a file whose name ends so; return where, for the story."""
        path = chance.choice(sorted(p for p in self._names if p.endswith(suffix)))
        return f"{Path(path).name} at {self._names[path].rot(chance)}"

    def forget_caches(self) -> None:
        """Let the machine's memory go: what a failed sync or a lost write left out is gone."""
        for file in self._names.values():
            file.forget()

    # Files as a person handles them.

    def files(self) -> dict[str, bytes]:
        """Return all files as they are seen now, by path."""
        return {path: bytes(file.seen) for path, file in sorted(self._names.items())}

    def put(self, path: Path | str, content: bytes) -> None:
        """Put a file there, durably, as a new one of that name; stands for `cp`."""
        stand_in = Path(f"{path}.stand-in")
        stand_in.touch()
        stand_in.replace(path)  # Another inode, as of another file.
        self._names[str(path)] = self._durable_names[str(path)] = File(content)

    def remove(self, path: Path | str) -> None:
        """Take a file away, durably."""
        self._set(str(path), None)
        self._durable_names.pop(str(path), None)

    def copy_to(self, folder: Path) -> None:
        """Write all files to a real folder, to be looked at with other tools."""
        for path, content in self.files().items():
            (folder / Path(path).name).write_bytes(content)

    # What the VFS asks of it.

    def meet(
        self, kind: str, file: str, offset: int = 0, size: int = 0, *, grows: bool = False
    ) -> Fault | None:
        """Count an operation, and say what becomes of it.

        Raises:
            PowerCut: the power goes at this very operation, or is gone.
        """
        self.count += not self.dark
        self.kinds[kind] += not self.dark
        if (
            not (self._planned or self.before or self.full or self.read_only or self.dark)
            and self.trace is None
        ):
            return None  # Nearly always; a shop-day asks for thousands.
        return self._fate(Operation(kind, file, offset, size), grows=grows)

    def _fate(self, operation: Operation, *, grows: bool) -> Fault | None:
        if self.dark:
            raise PowerCut(operation)
        if self.trace is not None:
            self.trace.append(operation)
        fault = self._planned.pop(self.count, None) if self._planned else None
        if fault is None and self.before is not None:
            fault = self.before(operation)
        if fault is None and not (self.full or self.read_only):
            return None
        if fault is not None:
            self.hits[fault] += 1
            self.full |= fault is Fault.FULL
            self.read_only |= fault is Fault.READ_ONLY
            self.dark |= fault is Fault.POWER_CUT
            if self.dark:
                raise PowerCut(operation)
        if self.read_only and operation.kind in CHANGES:
            return Fault.READ_ONLY
        if self.full and grows:
            return Fault.FULL
        return fault if fault is Fault.IO_ERROR or fault is Fault.LOST else None

    def find(self, path: str) -> File | None:
        """Return a file."""
        return self._names.get(path)

    def make(self, path: str) -> File:
        """Make a file whose name is not durable yet, with its stand-in."""
        Path(path).touch()
        file = self._names[path] = File()
        return file

    def unlink(self, path: str) -> None:
        """Take a name away; not durably."""
        self._set(path, None)

    def sync_names(self) -> None:
        """Make names durable, as a sync of their folder does."""
        self._durable_names = dict(self._names)

    def _set(self, path: str, file: File | None) -> None:
        if file is None:
            self._names.pop(path, None)
            Path(path).unlink(missing_ok=True)
        else:
            self._names[path] = file
            Path(path).touch()
