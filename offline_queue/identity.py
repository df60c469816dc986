"""Tells whether a database is the one last opened here, or a copy that was put back. Never opens one.

A file beside the database holds the token of its last opening and its inode. A copy made earlier
has an older token, one made while the terminal ran has another inode. A needless alarm costs
nothing but a new incarnation, so every doubt is one.

The file also says whether the database was closed since. One that was not, as after a crash, has a
log beside it; without one, somebody took it away, and with it the last records.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".opened"
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class _Note:
    state: str
    tokens: list[str]
    inode: str


def is_the_last_opened(path: Path, token: str | None) -> bool:
    """Tell whether the database at this path, holding this token, was the last one opened here."""
    note = _read(path)
    if token is None or note is None:
        return False
    return token in note.tokens and note.inode == str(path.stat().st_ino)


def was_left_open(path: Path) -> bool:
    """Tell whether this very file was opened here and never closed: a crash, or the power."""
    note = _read(path)
    if note is None or note.state != OPEN or not path.exists():
        return False
    return note.inode == str(path.stat().st_ino)


def was_opened_before(path: Path) -> bool:
    """Tell whether any database was ever opened at this path."""
    return Path(f"{path}{SUFFIX}").exists()


def note_opening(path: Path, old: str | None, put: Callable[[str], None]) -> None:
    """Give the database a new token, in it and beside it; a crash in between is no alarm.

    Args:
        path: the database.
        old: the token it holds now.
        put: writes the new one into it, durably.

    Raises:
        OSError: the file beside it can't be written.
    """
    token = secrets.token_hex(16)
    # Not noted as open before something stands in the log.
    _write(path, CLOSED, [token] if old is None else [token, old])
    put(token)
    _write(path, OPEN, [token])


def note_closing(path: Path) -> None:
    """Note that from here on the log may be gone; nothing is written to the database any more.

    Raises:
        OSError: the file beside it can't be written; the log must stay.
    """
    note = _read(path)
    if note is not None:
        _write(path, CLOSED, note.tokens)


def _read(path: Path) -> _Note | None:
    try:
        state, *tokens, inode = Path(f"{path}{SUFFIX}").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return _Note(state, tokens, inode)


def _write(path: Path, state: str, tokens: list[str]) -> None:
    beside = Path(f"{path}{SUFFIX}")
    draft = Path(f"{path}{SUFFIX}.new")
    with draft.open("w", encoding="ascii") as file:
        file.write(" ".join([state, *tokens, str(path.stat().st_ino)]))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(beside)
    sync(path.parent)  # Before the log goes: the power may.


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, survive power loss."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
