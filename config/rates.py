"""Reads dated rates: cashback, thresholds, commission by channel. Never applies one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.reading import Strict, read_model
from pos.domain.errors import ConfigError
from pos.domain.rates import BASIS, ChannelRate, Rates
from pos.domain.won import Won

BUILT_IN = Path(__file__).parent / "rates.toml"
BasisPoints = Annotated[int, Field(ge=0, le=BASIS)]


class _Channel(Strict):
    channel: str
    commission_bp: BasisPoints
    payment_bp: BasisPoints
    vat_bp: BasisPoints
    ad_bp: BasisPoints = 0

    def value(self) -> ChannelRate:
        return ChannelRate(
            self.channel, self.commission_bp, self.payment_bp, self.vat_bp, self.ad_bp
        )


class _Period(Strict):
    valid_from: date
    cashback_bp: BasisPoints
    no_signature_max: Annotated[int, Field(ge=0)]
    private_app: _Channel
    channels: list[_Channel]

    def value(self) -> Rates:
        return Rates(
            valid_from=self.valid_from,
            cashback_bp=self.cashback_bp,
            no_signature_max=Won(self.no_signature_max),
            channels=tuple(each.value() for each in self.channels),
            private_app=self.private_app.value(),
        )


class _File(Strict):
    rates: Annotated[list[_Period], Field(min_length=1)]


def load_rates(path: Path = BUILT_IN) -> tuple[Rates, ...]:
    """Read all periods.

    Raises:
        ConfigError: a value can't be used, or two periods begin on one day.
    """
    periods = tuple(each.value() for each in read_model(_File, path).rates)
    begun = [each.valid_from for each in periods]
    if len(set(begun)) != len(begun):
        problem = "같은 날 시작하는 요율이 둘 / two periods begin on one day"
        raise ConfigError(where=str(path), problem=problem, hint="하나를 지우세요. / Remove one.")
    return periods
