"""The queues the product is measured beside, each made to sync every step to the disk. Never a default of theirs.

Each is asked for its own pragmas after it was opened: `synchronous` must read 2 (FULL) and the
journal must be a WAL, or the comparison is refused.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FULL = 2  # https://www.sqlite.org/pragma.html#pragma_synchronous


@dataclass(frozen=True, slots=True)
class Peer:
    """One library's queue.

    Attributes:
        put: writes one item durably.
        take: takes the oldest item out durably and returns its bytes.
        tidy: throws away what the queue keeps of done items; not timed.
        acts: what `take` does, in the library's own words.
    """

    put: Callable[[bytes], object]
    take: Callable[[], bytes]
    tidy: Callable[[], object]
    acts: str


def _durable(ask: Callable[[str], sqlite3.Cursor]) -> None:
    said = [ask(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    if said != [FULL, "wal"]:
        raise RuntimeError(f"not at the same durability: {said}")


def persist_queue(folder: Path) -> Peer:
    """Get marks the item as taken, in one synced transaction; ack marks it as done, in another."""
    from persistqueue import SQLiteAckQueue

    queue = SQLiteAckQueue(str(folder / "persist"), auto_commit=True)
    _durable(queue._putter.execute)

    def take() -> bytes:
        item: bytes = queue.get(block=False)
        queue.ack(item)
        return item

    def tidy() -> None:
        queue.clear_acked_data(max_delete=0, keep_latest=0)

    return Peer(queue.put, take, tidy, "get, ack")


def litequeue(folder: Path) -> Peer:
    """Pop locks the item, in one synced transaction; done marks it, in another."""
    from litequeue import LiteQueue

    queue = LiteQueue(str(folder / "lite.db"))
    queue.conn.execute(f"PRAGMA synchronous={FULL}")  # It sets NORMAL, which loses the newest.
    _durable(queue.conn.execute)

    def take() -> bytes:
        message = queue.pop()
        queue.done(message.message_id)
        data: str = message.data
        return data.encode()

    return Peer(lambda data: queue.put(data.decode()), take, queue.prune, "pop, done")


def huey(folder: Path) -> Peer:
    """Dequeue deletes the item in one synced transaction: there is no second step to acknowledge."""
    from huey.storage import SqliteStorage

    storage = SqliteStorage(filename=str(folder / "huey.db"), fsync=True, strict_fifo=True)
    _durable(storage.conn.execute)

    def take() -> bytes:
        return bytes(storage.dequeue())

    return Peer(storage.enqueue, take, lambda: None, "dequeue")


def diskcache(folder: Path) -> Peer:
    """Popleft deletes the item in one synced transaction: there is no second step to acknowledge."""
    from diskcache import Cache, Deque

    cache = Cache(str(folder / "cache"), sqlite_synchronous=FULL, eviction_policy="none")
    _durable(cache._sql)
    queue = Deque.fromcache(cache)
    return Peer(queue.append, queue.popleft, lambda: None, "popleft")


PEERS = {
    "persist-queue": persist_queue,
    "litequeue": litequeue,
    "diskcache": diskcache,
    "huey": huey,
}


class RawFile:
    """The floor: one file of lines, and beside it one of acknowledgments, each write synced."""

    def __init__(self, folder: Path, name: str = "raw") -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._items = os.open(folder / name, flags, 0o600)
        self._acks = os.open(folder / f"{name}.acks", flags, 0o600)
        self._reader = (folder / name).open("rb")

    def put(self, data: bytes) -> None:
        """Append one line."""
        os.write(self._items, data + b"\n")
        os.fdatasync(self._items)

    def fill(self, items: list[bytes]) -> None:
        """Append many lines, synced once; not timed."""
        os.write(self._items, b"".join(item + b"\n" for item in items))
        os.fdatasync(self._items)

    def take(self, count: int) -> list[bytes]:
        """Read so many lines and note, durably, how far they reach."""
        lines = [self._reader.readline() for _ in range(count)]
        os.write(self._acks, b"%d\n" % self._reader.tell())
        os.fdatasync(self._acks)
        return lines
