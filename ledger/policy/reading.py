"""Reads the dated rules from their TOML files. Never lets a row of another shape through."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ledger.policy import rows
from ledger.policy.calendar import calendar
from ledger.policy.dated import Span
from ledger.policy.policy import Policy
from pos.domain.rates import BASIS
from pos.domain.won import WON_MAX, Won

PACKAGED = Path(__file__).with_name("data")
FILES = ("cashback.toml", "fees.toml", "vouchers.toml", "calendar.toml")

BasisPoints = Annotated[int, Field(ge=0, le=BASIS)]
Amount = Annotated[int, Field(ge=0, le=WON_MAX)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]  # Part of accounts' names.


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Dated(_Strict):
    valid_from: date
    known_from: date | None = None
    valid_until: date | None = None

    def span(self) -> Span:
        known = self.valid_from if self.known_from is None else self.known_from
        return Span(self.valid_from, known, self.valid_until)


class _Tier(_Strict):
    bp: BasisPoints
    sales_max: Amount | None = None


class _Tiered(_Strict):
    tiers: Annotated[list[_Tier], Field(min_length=1)]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        bounds = [each.sales_max for each in self.tiers[:-1]]
        if None in bounds or bounds != sorted(set(bounds), key=lambda bound: bound or 0):
            raise ValueError("tiers rise, and only the last one may be of any size")
        return self

    def values(self) -> rows.Tiers:
        return tuple(rows.Tier(_won(each.sales_max), each.bp) for each in self.tiers)


class _ForAll(_Tiered):
    @model_validator(mode="after")
    def _of_any_size(self) -> Self:
        if self.tiers[-1].sales_max is not None:
            raise ValueError("the last tier is of any size")
        return self


class _Where(_Strict):
    districts: list[Name] = []
    categories: list[Name] = []
    shops: list[Name] = []
    sales_max: Amount | None = None
    win_win: bool | None = None

    def where(self) -> rows.Where:
        return rows.Where(
            districts=frozenset(self.districts),
            categories=frozenset(self.categories),
            shops=frozenset(self.shops),
            sales_max=_won(self.sales_max),
            win_win=self.win_win,
        )


class _Special(_ForAll, _Where):
    pass


class _Cashback(_Dated, _ForAll):
    monthly_spend: Amount
    special: list[_Special] = []

    def value(self) -> rows.CashbackRow:
        special = tuple((each.where(), each.values()) for each in self.special)
        return rows.CashbackRow(self.span(), Won(self.monthly_spend), self.values(), special)


class _District(_Dated, _Where):
    district: Name
    bp: BasisPoints

    def value(self) -> rows.DistrictRow:
        return rows.DistrictRow(self.span(), self.district, self.bp, self.where())


class _WinWin(_Dated):
    bp_min: BasisPoints
    bp_max: BasisPoints

    def value(self) -> rows.WinWinRow:
        return rows.WinWinRow(self.span(), self.bp_min, self.bp_max)


class _Fee(_Dated, _ForAll):
    card: Literal["check", "credit"]

    def value(self) -> rows.FeeRow:
        return rows.FeeRow(self.span(), self.card, self.values())


class _Support(_Dated, _Tiered):
    def value(self) -> rows.SupportRow:
        return rows.SupportRow(self.span(), self.values())


class _Commission(_Dated):
    channel: Name
    bp: BasisPoints
    vat_bp: BasisPoints = 0
    bracket: str = ""
    posted: bool = False

    def value(self) -> rows.CommissionRow:
        return rows.CommissionRow(
            self.span(), self.channel, self.bp, self.vat_bp, self.bracket, self.posted
        )


class _Eligibility(_Dated):
    excluded: list[Name]

    def value(self) -> rows.EligibilityRow:
        return rows.EligibilityRow(self.span(), frozenset(self.excluded))


class _Grant(_Dated, _Where):
    id: Name

    def value(self) -> rows.GrantRow:
        return rows.GrantRow(self.span(), self.id, self.where())


class _Coupon(_Dated, _Where):
    id: Name
    issuer: Name
    amount: Amount = 0
    bp: BasisPoints = 0
    at_most: Amount | None = None
    minimum: Amount = 0
    name: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if bool(self.amount) == bool(self.bp):
            raise ValueError("a coupon is of an amount or of a share")
        return self

    def value(self) -> rows.CouponRow:
        return rows.CouponRow(
            span=self.span(),
            id=self.id,
            issuer=self.issuer,
            where=self.where(),
            amount=Won(self.amount),
            bp=self.bp,
            at_most=_won(self.at_most),
            minimum=Won(self.minimum),
            name=self.name,
        )


class _OfflineAmount(_Dated):
    ceiling: Amount
    share_bp: BasisPoints
    step: Annotated[int, Field(ge=1, le=WON_MAX)] = 1

    def value(self) -> rows.OfflineAmountRow:
        return rows.OfflineAmountRow(self.span(), Won(self.ceiling), self.share_bp, Won(self.step))


class _PayOut(_Dated):
    business_days: Annotated[int, Field(ge=1, le=30)]

    def value(self) -> rows.PayOutRow:
        return rows.PayOutRow(self.span(), self.business_days)


class _Holidays(_Strict):
    year: int
    days: list[date]

    def value(self) -> rows.Holidays:
        return rows.Holidays(self.year, frozenset(self.days))


class _All(_Strict):
    cashback: Annotated[list[_Cashback], Field(min_length=1)]
    district: list[_District] = []
    win_win: list[_WinWin] = []
    fee: list[_Fee] = []
    support: list[_Support] = []
    commission: list[_Commission] = []
    eligibility: list[_Eligibility] = []
    grant: list[_Grant] = []
    coupon: list[_Coupon] = []
    offline_amount: list[_OfflineAmount] = []
    pay_out: list[_PayOut] = []
    holidays: list[_Holidays] = []


def load_policy(folder: Path = PACKAGED) -> Policy:
    """Read the rules of a folder with the four files.

    Raises:
        OSError: a file can't be read.
        ValueError: it is not TOML, or a row is not of its kind; the text says which.
    """
    return policy_of(read_files(folder), folder.name)


def read_files(folder: Path) -> dict[str, str]:
    """Return the texts of a folder's four files, by name.

    Raises:
        OSError: a file can't be read.
        ValueError: it is not text.
    """
    return {name: (folder / name).read_text(encoding="utf-8") for name in FILES}


def policy_of(texts: Mapping[str, str], where: str) -> Policy:
    """Return the rules that the texts of the four files say.

    Args:
        texts: by file name.
        where: they are from, for the error's text.

    Raises:
        ValueError: one is not TOML, or a row is not of its kind; the text says which.
    """
    tables: dict[str, Any] = {}
    for name in FILES:
        try:
            tables |= tomllib.loads(texts[name])
        except (KeyError, tomllib.TOMLDecodeError) as error:
            raise ValueError(f"{where}: {name}: {error}") from None
    try:
        return _policy(_All.model_validate(tables))
    except ValidationError as error:
        first = error.errors()[0]
        row = ".".join(str(each) for each in first["loc"])
        raise ValueError(f"{where}: {row}: {first['msg']}") from None


def _policy(given: _All) -> Policy:
    _check_one(given.cashback, given.win_win, given.support, given.eligibility, given.pay_out)
    _check_one(given.offline_amount)
    _check_one(given.district, given.fee, given.commission, given.grant, given.coupon)
    return Policy(
        cashback=tuple(each.value() for each in given.cashback),
        districts=tuple(each.value() for each in given.district),
        win_win=tuple(each.value() for each in given.win_win),
        fees=tuple(each.value() for each in given.fee),
        supports=tuple(each.value() for each in given.support),
        commissions=tuple(each.value() for each in given.commission),
        eligibility=tuple(each.value() for each in given.eligibility),
        grants=tuple(each.value() for each in given.grant),
        coupons=tuple(each.value() for each in given.coupon),
        offline_amounts=tuple(each.value() for each in given.offline_amount),
        pay_outs=tuple(each.value() for each in given.pay_out),
        calendar=calendar(each.value() for each in given.holidays),
    )


def _check_one(*kinds: Sequence[_Dated]) -> None:
    """Check that of two rows for the same thing one is the newer, or was known later."""
    for kind in kinds:
        seen: set[tuple[object, ...]] = set()
        for each in kind:
            thing = [getattr(each, name, "") for name in ("district", "card", "channel", "id")]
            key = (each.valid_from, each.span().known_from, *thing, getattr(each, "bracket", ""))
            if key in seen:
                raise ValueError(f"two rows of {each.valid_from} were known on the same day")
            seen.add(key)


def _won(amount: int | None) -> Won | None:
    return None if amount is None else Won(amount)
