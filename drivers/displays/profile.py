"""How a character display is spoken to, as data. Never a driver: that one sends what stands here."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pos.domain.errors import ConfigError

BUILT_IN = Path(__file__).with_name("profiles.toml")
ENCODINGS = ("ascii", "cp949")
COLUMNS_MAX, ROWS_MAX = 40, 4


@dataclass(frozen=True, slots=True)
class Profile:
    """One command set.

    Attributes:
        start, overwrite, cursor_off, clear: bytes as they are sent.
        move: hex with `{column}` and `{row}`, from 1.
        encoding: `cp949` where the display draws Hangul, else `ascii`.
    """

    columns: int
    rows: int
    encoding: str
    start: bytes
    overwrite: bytes
    cursor_off: bytes
    clear: bytes
    move: str

    @property
    def speaks_korean(self) -> bool:
        """It draws Hangul."""
        return self.encoding == "cp949"

    def move_to(self, row: int) -> bytes:
        """Return what puts the cursor at a row's first column."""
        return bytes.fromhex(self.move.format(column="01", row=f"{row:02X}"))


def load_profile(name: str, folder: Path) -> Profile:
    """Return a profile that comes with the product, or one from a file `NAME.toml` of the shop's.

    Raises:
        ConfigError: there is none of this name, or it can't be used.
    """
    own = folder / name
    path = own if name.endswith(".toml") else BUILT_IN
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        table = tables if path == own else tables[name]
        return _read(table)
    except (OSError, ValueError, KeyError, TypeError) as error:
        known = ", ".join(tomllib.loads(BUILT_IN.read_text(encoding="utf-8")))
        problem = f"쓸 수 없는 표시기 프로필({error}) / not a display profile"
        raise ConfigError(where=f"display.profile {name}", problem=problem, hint=known) from error


def _read(table: dict[str, Any]) -> Profile:
    codes = {
        each: bytes.fromhex(table[each]) for each in ("start", "overwrite", "cursor_off", "clear")
    }
    profile = Profile(
        columns=int(table["columns"]),
        rows=int(table["rows"]),
        encoding=str(table["encoding"]),
        move=str(table["move"]),
        **codes,
    )
    if profile.encoding not in ENCODINGS:
        raise ValueError(f"encoding {profile.encoding}")
    if not (8 <= profile.columns <= COLUMNS_MAX and 1 <= profile.rows <= ROWS_MAX):
        raise ValueError("columns, rows")
    profile.move_to(1)
    return profile
