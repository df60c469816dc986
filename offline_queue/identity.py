"""Tells whether a database is the one last opened here, or a copy that was put back. Never opens one.

A file beside the database holds the token of its last opening and its inode. A copy made earlier
has an older token, one made while the terminal ran has another inode. A needless alarm costs
nothing but a new incarnation, so every doubt is one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

SUFFIX = ".opened"


def is_the_last_opened(path: Path, token: str | None) -> bool:
    """Tell whether the database at this path, holding this token, was the last one opened here."""
    if token is None:
        return False
    try:
        *tokens, inode = Path(f"{path}{SUFFIX}").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return False
    return token in tokens and inode == str(path.stat().st_ino)


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
    _write(path, [token] if old is None else [token, old])
    put(token)
    _write(path, [token])


def _write(path: Path, tokens: list[str]) -> None:
    beside = Path(f"{path}{SUFFIX}")
    draft = Path(f"{path}{SUFFIX}.new")
    with draft.open("w", encoding="ascii") as file:
        file.write(" ".join([*tokens, str(path.stat().st_ino)]))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(beside)
