"""Knows which shop a terminal stands in, and all that was ever said of the shop. Never changes what was said."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.policy.dated import Span
from ledger.policy.shop import Shop, ShopFacts
from ledger.server.database import Tx
from pos.domain.rates import BASIS
from pos.domain.won import WON_MAX, Won

COLUMNS = (  # Of `shop_facts`, as they are read.
    "valid_from, known_from, valid_until, annual_sales, district, category, win_win_bp, fee_bp,"
    " pay_days"
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Facts(_Strict):
    valid_from: date
    known_from: date | None = None
    valid_until: date | None = None
    annual_sales: Annotated[int, Field(ge=0, le=WON_MAX)]
    district: str = ""
    category: str = ""
    win_win_bp: Annotated[int, Field(ge=0, le=BASIS)] = 0
    fee_bp: Annotated[int, Field(ge=0, le=BASIS)] | None = None
    pay_days: Annotated[int, Field(ge=1, le=30)] | None = None

    def value(self) -> ShopFacts:
        known = self.valid_from if self.known_from is None else self.known_from
        return ShopFacts(
            span=Span(self.valid_from, known, self.valid_until),
            annual_sales=Won(self.annual_sales),
            district=self.district,
            category=self.category,
            win_win_bp=self.win_win_bp,
            fee_bp=self.fee_bp,
            pay_days=self.pay_days,
        )


class _Shop(_Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
    devices: list[Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]]
    facts: Annotated[list[_Facts], Field(min_length=1)]


class _File(_Strict):
    shop: list[_Shop]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A shop, and the terminals that stand in it."""

    shop: Shop
    devices: tuple[int, ...]


def read_shops(path: Path) -> tuple[Enrolled, ...]:
    """Read a file of `[[shop]]` tables, each with its `devices` and dated `[[shop.facts]]`.

    Raises:
        OSError: it can't be read.
        ValueError: it is not TOML, or a shop is not of this shape; the text says which.
    """
    try:
        given = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise ValueError(f"{path.name}: {where}: {first['msg']}") from None
    return tuple(
        Enrolled(
            Shop(each.id, tuple(facts.value() for facts in each.facts)),
            tuple(int(device, 16) for device in each.devices),
        )
        for each in given.shop
    )


def enrol(tx: Tx, shops: Iterable[Enrolled]) -> None:
    """Make shops known, and where terminals stand; what was said before stays as it was said.

    Raises:
        ValueError: something else was said before of the same days, as known on the same day.
    """
    for each in shops:
        for facts in each.shop.history:
            _tell(tx, each.shop.id, facts)
        for device in each.devices:
            tx.execute(
                "INSERT INTO shop_devices (device, shop) VALUES (?, ?)"
                " ON CONFLICT (device) DO UPDATE SET shop = excluded.shop",
                (device, each.shop.id),
            )


def of_device(tx: Tx, device: int) -> Shop:
    """Return the shop that a terminal stands in; one that nobody has described is its own."""
    row = tx.row("SELECT shop FROM shop_devices WHERE device = ?", (device,))
    return Shop(f"{device:012x}") if row is None else find(tx, row[0])


def of_rows(device: int, shop: str | None, facts: Iterable[Sequence[Any]]) -> Shop:
    """Return the shop that a terminal stands in, of what was read of it together with the terminal.

    Args:
        device: the terminal.
        shop: its name, or None where nobody has described it.
        facts: the columns of its history; NULL where nothing was said of it.
    """
    if shop is None:
        return Shop(f"{device:012x}")
    return Shop(shop, tuple(_read(*each) for each in facts if each[0] is not None))


def find(tx: Tx, shop: str) -> Shop:
    """Return a shop and its history, the oldest first."""
    rows = tx.execute(
        f"SELECT {COLUMNS} FROM shop_facts WHERE shop = ? ORDER BY valid_from, known_from",  # noqa: S608
        (shop,),
    )
    return Shop(shop, tuple(_read(*row) for row in rows))


def all_devices(tx: Tx) -> dict[int, Shop]:
    """Return the shop of every terminal that stands in one."""
    placed = list(tx.execute("SELECT device, shop FROM shop_devices"))
    known = {shop: find(tx, shop) for shop in {shop for _, shop in placed}}
    return {device: known[shop] for device, shop in placed}


def devices(tx: Tx, shop: str) -> tuple[int, ...]:
    """Return the terminals of a shop: of one that nobody has described, the terminal it is named by."""
    rows = list(
        tx.execute("SELECT device FROM shop_devices WHERE shop = ? ORDER BY device", (shop,))
    )
    return tuple(row[0] for row in rows) or (int(shop, 16),)


def _tell(tx: Tx, shop: str, facts: ShopFacts) -> None:
    until = facts.span.valid_until
    tx.execute(
        f"INSERT INTO shop_facts (shop, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        " ON CONFLICT (shop, valid_from, known_from) DO NOTHING",
        (
            shop,
            facts.span.valid_from.isoformat(),
            facts.span.known_from.isoformat(),
            None if until is None else until.isoformat(),
            facts.annual_sales.amount,
            facts.district,
            facts.category,
            facts.win_win_bp,
            facts.fee_bp,
            facts.pay_days,
        ),
    )
    if facts not in find(tx, shop).history:
        raise ValueError(
            f"shop {shop}: something else was said of {facts.span.valid_from}; add a row known later"
        )


def _read(valid_from: str, known_from: str, valid_until: str | None, *rest: Any) -> ShopFacts:
    sales, district, category, win_win_bp, fee_bp, pay_days = rest
    until = None if valid_until is None else date.fromisoformat(valid_until)
    return ShopFacts(
        span=Span(date.fromisoformat(valid_from), date.fromisoformat(known_from), until),
        annual_sales=Won(sales),
        district=district,
        category=category,
        win_win_bp=win_win_bp,
        fee_bp=fee_bp,
        pay_days=pay_days,
    )
