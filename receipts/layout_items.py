"""Lays a table of items out so that its numbers stand below each other. Never cuts a number."""

from __future__ import annotations

from receipts import cp949
from receipts.document import Item, Items
from receipts.rows import Row

NAME_MIN = 14  # Columns; with fewer the numbers get a row of their own.
NAME_ROWS_MAX = 4
NAME_HANG = 1  # Columns by which a name's further rows are set in.
PRICE_COLUMNS_MIN = 42  # Narrower paper has no room for the unit price beside the rest.
QUANTITY_MIN, NUMBER_MIN = 4, 6


def items_rows(table: Items, columns: int) -> list[Row]:
    """Return the header and the items, numbers right-aligned, names wrapped."""
    header, *items = [_clean(item) for item in (table.header, *table.items)]
    rows = [header, *items]
    with_price = columns >= PRICE_COLUMNS_MIN and any(item.unit_price for item in items)
    widths = _widths(rows, with_price=with_price)
    if with_price and columns - sum(widths) < NAME_MIN:
        with_price, widths = False, _widths(rows, with_price=False)
    texts = [text for item in rows for text in _item(item, widths, columns, with_price=with_price)]
    return [Row.of(text) for text in texts]


def _clean(item: Item) -> Item:
    return Item(*(cp949.clean(t) for t in (item.name, item.quantity, item.amount, item.unit_price)))


def _widths(rows: list[Item], *, with_price: bool) -> tuple[int, ...]:
    """Return the width of each number's column, the space before it included."""
    quantity = max(QUANTITY_MIN, *(cp949.width(item.quantity) for item in rows), 0) + 1
    amount = max(NUMBER_MIN, *(cp949.width(item.amount) for item in rows), 0) + 1
    price = max(NUMBER_MIN, *(cp949.width(item.unit_price) for item in rows), 0) + 1
    return (price, quantity, amount) if with_price else (quantity, amount)


def _item(item: Item, widths: tuple[int, ...], columns: int, *, with_price: bool) -> list[str]:
    numbers: tuple[str, ...] = (item.quantity, item.amount)
    if with_price:
        numbers = (item.unit_price, *numbers)
    room = columns - sum(widths)
    if room >= NAME_MIN:
        names = _names(item.name, room)
        return [
            names[0] + " " * (room - cp949.width(names[0])) + _join(numbers, widths),
            *names[1:],
        ]
    names = _names(item.name, columns)
    if sum(widths) <= columns:
        return [*names, " " * room + _join(numbers, widths)]
    return [*names, *(row for number in numbers for row in _alone(number, columns))]


def _names(name: str, room: int) -> list[str]:
    first = cp949.wrap(name, room, NAME_ROWS_MAX)
    if len(first) <= 1:
        return first or [""]
    rest = name.strip()[len(first[0]) :]
    hung = cp949.wrap(rest, room - NAME_HANG, NAME_ROWS_MAX - 1)
    return [first[0], *(" " * NAME_HANG + row for row in hung)]


def _join(numbers: tuple[str, ...], widths: tuple[int, ...]) -> str:
    pairs = zip(numbers, widths, strict=True)
    return "".join(" " * (room - cp949.width(number)) + number for number, room in pairs)


def _alone(number: str, columns: int) -> list[str]:
    rows = cp949.wrap(number, columns, NAME_ROWS_MAX)
    return [" " * (columns - cp949.width(row)) + row for row in rows]
