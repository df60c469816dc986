"""What stands on the paper, row by row, between layout and encoder. Never knows what it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from receipts.cp949 import width

COLUMN_DOTS = 12  # Font A: 384, 504 and 576 dots for 32, 42 and 48 columns.


class Size(Enum):
    """How much larger than a plain character: (wide, high)."""

    NORMAL = (1, 1)
    TALL = (1, 2)
    LARGE = (2, 2)


class Align(StrEnum):
    """Where a row stands across the paper."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one look. `wide` and `high` count from 1 to 8."""

    text: str
    wide: int = 1
    high: int = 1
    bold: bool = False
    underline: bool = False
    inverse: bool = False

    @property
    def columns(self) -> int:
        """How many plain columns it takes."""
        return width(self.text) * self.wide


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row; layout makes it of one span and places it with spaces."""

    spans: tuple[Span, ...] = ()
    align: Align = Align.LEFT

    @classmethod
    def of(cls, text: str, size: Size = Size.NORMAL, *, bold: bool = False) -> Row:
        """Return a row of one look; spaces at its end are not printed."""
        wide, high = size.value
        text = text.rstrip()
        return cls((Span(text, wide, high, bold),) if text else ())

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(span.text for span in self.spans)

    @property
    def columns(self) -> int:
        """How many plain columns it takes."""
        return sum(span.columns for span in self.spans)

    @property
    def high(self) -> int:
        """How many plain rows high it is."""
        return max((span.high for span in self.spans), default=1)


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code; `module_dots` is the side of one square in printer dots."""

    content: str
    module_dots: int = 6
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True)
class Bars:
    """A CODE128 barcode; `module_dots` is the narrowest bar, `high_dots` how tall all are."""

    content: str
    module_dots: int = 2
    high_dots: int = 60
    align: Align = Align.CENTER


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture of black dots: each row is whole bytes, the first bit at the left, 1 is ink."""

    width_dots: int
    dots: bytes
    align: Align = Align.CENTER

    @property
    def row_bytes(self) -> int:
        """How many bytes a row of dots takes."""
        return (self.width_dots + 7) // 8

    @property
    def high_dots(self) -> int:
        """How many rows of dots there are."""
        return len(self.dots) // self.row_bytes


@dataclass(frozen=True, slots=True)
class CutMark:
    """Where the knife comes down."""


Printed = Row | QrCode | Bars | Raster | CutMark
