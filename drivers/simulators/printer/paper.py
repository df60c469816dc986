"""Puts what came out of the printer into files: a picture and a text. Never half a file.

The picture is drawn from the bytes that were received, so it proves what was sent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from receipts.encoders.png import to_png
from receipts.encoders.text import to_text
from receipts.rows import Printed


class PaperTray:
    """A folder with receipt-0001.png and .txt, latest.png and .txt, and drawer.json."""

    def __init__(self, folder: Path, columns: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._columns = columns
        self._count = _highest(folder)

    def take(self, rows: Sequence[Printed]) -> None:
        """Write one piece of paper."""
        self._count += 1
        picture, text = to_png(rows, self._columns), to_text(rows, self._columns).encode()
        for name in (f"receipt-{self._count:04d}", "latest"):
            self._write(f"{name}.png", picture)
            self._write(f"{name}.txt", text)

    def drawer(self, kicks: int) -> None:
        """Write how often the drawer was opened."""
        self._write("drawer.json", json.dumps({"kicks": kicks}).encode())

    def _write(self, name: str, data: bytes) -> None:
        new = self._folder / f".{name}.new"
        new.write_bytes(data)
        os.replace(new, self._folder / name)  # noqa: PTH105  # One step: a reader sees old or new.


def _highest(folder: Path) -> int:
    numbers = (path.stem.partition("-")[2] for path in folder.glob("receipt-*.png"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)
