"""A QR code drawn with half blocks, dark on light whatever the theme is. Never larger than the room given."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

QUIET = 2  # Modules left light on each side; phones' readers take half of what ISO 18004 asks.
_PAPER = Style(color="black", bgcolor="white")
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


class QrPicture(Static):
    """The code, or nothing where it does not fit."""

    DEFAULT_CSS = "QrPicture { width: 100%; height: auto; content-align: center middle; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.text = ""

    def show(self, text: str, *, columns: int, rows: int) -> bool:
        """Draw the code of a text; False, and nothing is drawn, where the room is too small."""
        lines = picture(text) if text else ()
        fits = bool(lines) and len(lines) <= rows and len(lines[0]) <= columns
        self.text = text if fits else ""
        self.display = fits
        self.update(Text("\n".join(lines), style=_PAPER, no_wrap=True) if fits else "")
        return fits


@lru_cache(maxsize=2)
def picture(text: str) -> tuple[str, ...]:
    """Return the rows of a code, two modules in each; a terminal's cell is twice as high as wide."""
    import qrcode  # Drawn in with python-escpos, which no start waits for.

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    if len(matrix) % 2:
        matrix.append([False] * len(matrix[0]))
    return tuple(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(matrix[::2], matrix[1::2], strict=True)
    )
