"""Draws what a program painted in a pseudo-terminal as a PNG, cell by cell. Never guesses a font.

For the README's pictures and for looking at a screen as its users see it. Hangul takes two cells,
block characters are drawn as blocks, so that the picture shows alignment as it is.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
FONT = ROOT / "receipts" / "fonts" / "NanumGothicCoding.ttf"
CELL = (11, 22)  # Pixels; twice the font's own half width.
FONT_SIZE = 20
INK, PAPER = "#d8dee9", "#101418"
NAMES = {"black": "#000000", "red": "#cc4444", "green": "#44aa66", "brown": "#ccaa44"}
NAMES |= {"blue": "#4477cc", "magenta": "#aa66aa", "cyan": "#44aaaa", "white": "#dddddd"}
BLOCKS = {  # Which part of the cell is filled: left, top, right, bottom, in halves of it.
    "█": ((0, 0, 2, 2),),
    "▀": ((0, 0, 2, 1),),
    "▄": ((0, 1, 2, 2),),
    "▌": ((0, 0, 1, 2),),
    "▐": ((1, 0, 2, 2),),
    "▛": ((0, 0, 2, 1), (0, 1, 1, 2)),
    "▜": ((0, 0, 2, 1), (1, 1, 2, 2)),
    "▙": ((0, 0, 1, 1), (0, 1, 2, 2)),
    "▟": ((1, 0, 2, 1), (0, 1, 2, 2)),
}
SHADE = "░"  # The empty part of a progress bar; the font has no such letter.


class Watched:
    """A program in a pseudo-terminal whose screen can be read and drawn."""

    def __init__(
        self, command: Sequence[str], columns: int, rows: int, environment: Mapping[str, str]
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update(environment)
            os.execvp(command[0], list(command))
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)

    def keys(self, text: str) -> None:
        """Press keys."""
        os.write(self._fd, text.encode())

    def follow(self, seconds: float) -> None:
        """Take in what is painted for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._fd], [], [], left)[0]:
                try:
                    self._stream.feed(os.read(self._fd, 65_536))
                except OSError:
                    return

    def wait_for(self, text: str, seconds: float = 30.0) -> None:
        """Follow until a text stands on the screen.

        Raises:
            TimeoutError: it never did; holds the screen.
        """
        until = time.monotonic() + seconds
        while text not in self.text():
            if time.monotonic() > until:
                raise TimeoutError(f"{text}\n{self.text()}")
            self.follow(0.1)
        self.follow(0.4)

    def text(self) -> str:
        """Return the screen as lines."""
        return "\n".join(self.screen.display)

    def save(self, path: Path) -> None:
        """Draw the screen."""
        draw_screen(self.screen).save(path, optimize=True)


def draw_screen(screen: pyte.Screen) -> Image.Image:
    """Return the screen as a picture."""
    width, height = CELL
    image = Image.new("RGB", (screen.columns * width, screen.lines * height), PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), FONT_SIZE)
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            ink, paper = _color(cell.fg, INK), _color(cell.bg, PAPER)
            if cell.reverse:
                ink, paper = paper, ink
            left, top = column * width, row * height
            draw.rectangle((left, top, left + width - 1, top + height - 1), fill=paper)
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            ink = _color(cell.bg if cell.reverse else cell.fg, PAPER if cell.reverse else INK)
            _draw_cell(draw, font, cell.data, (column * width, row * height), ink, bold=cell.bold)
    return image


def _draw_cell(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont,
    data: str,
    corner: tuple[int, int],
    ink: str,
    *,
    bold: bool,
) -> None:
    left, top = corner
    if data == SHADE:
        dots = [(left + x, top + y) for y in range(0, CELL[1], 4) for x in range(0, CELL[0], 3)]
        draw.point(dots, fill=ink)
    elif data in BLOCKS:
        half_w, half_h = CELL[0] / 2, CELL[1] / 2
        for a, b, c, d in BLOCKS[data]:
            box = (left + a * half_w, top + b * half_h, left + c * half_w - 1, top + d * half_h - 1)
            draw.rectangle([round(edge) for edge in box], fill=ink)
    elif data.strip():
        draw.text((left, top), data, font=font, fill=ink, stroke_width=0)
        if bold:
            draw.text((left + 1, top), data, font=font, fill=ink)


def _color(name: str, default: str) -> str:
    if name == "default":
        return default
    return NAMES.get(name, f"#{name}" if len(name) == 6 else default)
