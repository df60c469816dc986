"""A receipt as data: lines that say what they mean. Never a column, a byte or a rule of money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from receipts.rows import Align, Size


@dataclass(frozen=True, slots=True)
class Title:
    """What the paper is: large, in the middle."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What changes the whole paper's worth (재발행, 교육용): between rules, in the middle."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words, wrapped. `indent` is in columns and also holds for the rows that follow."""

    text: str
    align: Align = Align.LEFT
    size: Size = Size.NORMAL
    bold: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A name on the left, its value on the right. The value is never cut."""

    left: str
    right: str
    size: Size = Size.NORMAL
    bold: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class BigAmount:
    """The amount that everyone looks for: large where it fits, else tall."""

    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a table. Numbers are text, ready to print; an empty one is left out."""

    name: str
    quantity: str
    amount: str
    unit_price: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A table whose columns stand below each other; `header` names them."""

    header: Item
    items: tuple[Item, ...]


class RuleStyle(StrEnum):
    """How strong a line across the paper is."""

    LIGHT = "-"
    STRONG = "="


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    style: RuleStyle = RuleStyle.LIGHT


@dataclass(frozen=True, slots=True)
class Ruler:
    """The digits 1 to the last column, to find out how many columns a printer has."""


@dataclass(frozen=True, slots=True)
class Blank:
    """Empty rows."""

    rows: int = 1


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code with a line of words beneath it.

    `instead` is printed where the paper can't hold the code; without it such a code is refused.
    """

    content: str
    caption: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A CODE128 barcode with its content in letters beneath it.

    `instead` is printed where the paper can't hold the bars; else the content stands there alone.
    """

    content: str
    caption: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in black and white: `dots` are rows of bits, the first at the left, 1 is ink."""

    width_dots: int
    dots: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """The end of one piece of paper."""


Line = (
    Title
    | Notice
    | Text
    | Pair
    | BigAmount
    | Items
    | Rule
    | Ruler
    | Blank
    | Qr
    | Barcode
    | Logo
    | Cut
)


@dataclass(frozen=True, slots=True)
class Document:
    """Everything one print says, from top to bottom."""

    lines: tuple[Line, ...]
