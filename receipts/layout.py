"""Lays a document out in columns. Never cuts an amount, splits a character or exceeds the paper."""

from __future__ import annotations

from receipts import code128, cp949
from receipts.document import (
    Barcode,
    BigAmount,
    Blank,
    Cut,
    Document,
    Items,
    Line,
    Logo,
    Notice,
    Pair,
    Qr,
    Rule,
    Ruler,
    Text,
    Title,
)
from receipts.layout_items import items_rows
from receipts.qr import module_dots
from receipts.rows import (
    COLUMN_DOTS,
    Align,
    Bars,
    CutMark,
    Printed,
    QrCode,
    Raster,
    Row,
    Size,
    Span,
)

COLUMNS_MIN = 24  # Below it no amount stands beside its name.
COLUMNS_MAX = 80
TEXT_ROWS_MAX = 12  # A note longer than this is cut, visibly.
LABEL_ROWS_MAX = 6  # The kitchen has to read the whole name of a dish.
LABEL_MIN = 8  # Columns; with fewer the value gets a row of its own.


def layout(document: Document, columns: int) -> tuple[Printed, ...]:
    """Return the rows of a document for a printer of so many columns (32, 42 and 48 are usual).

    Raises:
        ValueError: columns are not 24 to 80, or a code or a logo does not fit the paper.
    """
    if not COLUMNS_MIN <= columns <= COLUMNS_MAX:
        raise ValueError(f"a receipt has {COLUMNS_MIN} to {COLUMNS_MAX} columns, not {columns}")
    return tuple(row for line in document.lines for row in _rows(line, columns))


def _rows(line: Line, columns: int) -> list[Printed]:
    match line:
        case Title(text):
            return [*_text(Text(text, Align.CENTER, Size.LARGE, bold=True), columns)]
        case Notice(text):
            return [_rule("=", columns), *_notice(text, columns), _rule("=", columns)]
        case Text():
            return [*_text(line, columns)]
        case Pair():
            return [*_pair(line, columns)]
        case BigAmount(label, amount):
            return [*_pair(Pair(label, amount, _big(line, columns), bold=True), columns)]
        case Items():
            return [*items_rows(line, columns)]
        case Rule(style):
            return [_rule(style.value, columns)]
        case Ruler():
            return [*_ruler(columns)]
        case Blank(rows):
            return [Row()] * rows
        case Qr():
            return _qr(line, columns)
        case Barcode():
            return _barcode(line, columns)
        case Logo():
            return _logo(line, columns)
        case Cut():
            return [CutMark()]


def _rule(char: str, columns: int) -> Row:
    return Row.of(char * columns)


def _notice(text: str, columns: int) -> list[Row]:
    return _text(Text(text, Align.CENTER, Size.TALL, bold=True), columns)


def _text(line: Text, columns: int) -> list[Row]:
    wide, _ = line.size.value
    wrapped = cp949.wrap(cp949.clean(line.text), (columns - line.indent) // wide, TEXT_ROWS_MAX)
    return [_placed(text, line, columns - line.indent) for text in wrapped]


def _placed(text: str, line: Text, room: int) -> Row:
    """Move a row to its place with plain spaces: the middle is exact for large letters too."""
    row = Row.of(text, line.size, bold=line.bold)
    free = room - row.columns
    moved = {Align.LEFT: 0, Align.CENTER: free // 2, Align.RIGHT: free}[line.align]
    indent = " " * (line.indent + moved)
    if line.size is Size.NORMAL or not indent:
        return Row.of(indent + text, line.size, bold=line.bold)
    return Row((Span(indent), *row.spans))


def _big(line: BigAmount, columns: int) -> Size:
    needed = cp949.width(cp949.clean(line.label)) + 2 + cp949.width(cp949.clean(line.amount))
    return Size.LARGE if needed <= columns // 2 else Size.TALL


def _pair(line: Pair, columns: int) -> list[Row]:
    wide, _ = line.size.value
    room = columns // wide - line.indent
    left, right = cp949.clean(line.left).strip(), cp949.clean(line.right).strip()
    if cp949.width(right) > room and wide > 1:  # An amount shrinks before it is broken.
        return _pair(Pair(line.left, line.right, Size.TALL, line.bold, line.indent), columns)
    texts = [" " * line.indent + text for text in _pair_texts(left, right, room)]
    return [Row.of(text, line.size, bold=line.bold) for text in texts]


def _pair_texts(left: str, right: str, room: int) -> list[str]:
    beside = room - cp949.width(right) - 1
    if cp949.width(left) <= beside or beside >= LABEL_MIN:
        fits = cp949.width(left) <= beside
        names = [left] if fits else cp949.wrap(left, beside, LABEL_ROWS_MAX)
        gap = room - cp949.width(names[0]) - cp949.width(right)
        return [names[0] + " " * gap + right, *names[1:]]
    names = cp949.wrap(left, room, LABEL_ROWS_MAX)
    values = cp949.wrap(right, room, TEXT_ROWS_MAX)
    return [*names, *(" " * (room - cp949.width(value)) + value for value in values)]


def _ruler(columns: int) -> list[Row]:
    tens = "".join(f"{ten * 10:>10}" for ten in range(1, columns // 10 + 1))
    return [Row.of(tens), Row.of("".join(str(column % 10) for column in range(1, columns + 1)))]


def _qr(line: Qr, columns: int) -> list[Printed]:
    if not line.content.isprintable():
        raise ValueError("a QR code holds printable text")
    dots = module_dots(line.content, columns)
    if dots is not None:
        # The blank rows are the white that a reader needs around the code.
        caption = Text(line.caption, Align.CENTER)
        return [Row(), QrCode(line.content, dots), Row(), *_text(caption, columns)]
    if not line.instead:
        raise ValueError(f"a QR code of {len(line.content)} letters does not fit the paper")
    return [*_text(Text(line.instead), columns)]


def _barcode(line: Barcode, columns: int) -> list[Printed]:
    dots = code128.module_dots(line.content, columns)
    letters = _text(Text(line.content, Align.CENTER), columns)
    caption = _text(Text(line.caption, Align.CENTER), columns)
    if dots is not None:
        return [Row(), Bars(line.content, dots), *letters, *caption]
    return [*_text(Text(line.instead, Align.CENTER), columns), *letters, *caption]


def _logo(line: Logo, columns: int) -> list[Printed]:
    if line.width_dots > columns * COLUMN_DOTS:
        raise ValueError(f"a logo of {line.width_dots} dots is wider than the paper")
    return [Raster(line.width_dots, line.dots)]
