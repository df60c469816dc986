"""The dated limits of the fraud rules, and which terminals stand together. Never a constant in code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pos.domain.rates import BASIS

PACKAGED = Path(__file__).with_name("fraud_limits.toml")
WINDOW_MAX_S = 31 * 86_400  # The sweep keeps its facts that long; longer ones would grow for ever.
DEVICE_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds from `valid_from` on; amounts in won, shares in basis points.

    Attributes:
        two_places_within_s: nobody goes from one shop to another and pays there in less.
        counter_behind_times: counters below one seen before, of one card, within `counter_within_s`.
        load_within_s: after money came onto the card, round payments at one shop are added up.
        load_least, load_share_bp: what they must come to: won, and a share of what came.
        load_round: a payment is round if it is a multiple.
        returned_times, returned_least: refunds of one card at one shop, and what they come to.
        drained_least, drained_share_bp: a payment of so much of what the card held drains it.
        shop_drains_cards: different cards that one shop drains within `shop_drains_within_s`.
        card_drained_times: how often one shop drains one card within `card_drained_within_s`.

    Raises:
        ValueError: a number is below 1, a share above 100 %, a window longer than a month.
    """

    valid_from: date
    two_places_within_s: int
    counter_behind_times: int
    counter_within_s: int
    load_within_s: int
    load_least: int
    load_share_bp: int
    load_round: int
    returned_times: int
    returned_within_s: int
    returned_least: int
    drained_least: int
    drained_share_bp: int
    shop_drains_cards: int
    shop_drains_within_s: int
    card_drained_times: int
    card_drained_within_s: int

    def __post_init__(self) -> None:
        for each in fields(self)[1:]:
            value = getattr(self, each.name)
            most = BASIS if each.name.endswith("_bp") else None
            most = WINDOW_MAX_S if each.name.endswith("_within_s") else most
            if type(value) is not int or value < 1 or (most is not None and value > most):
                raise ValueError(f"fraud limits of {self.valid_from}: {each.name} = {value}")

    @property
    def longest_s(self) -> int:
        """Return the longest window, which the facts must be kept for."""
        names = (each.name for each in fields(self) if each.name.endswith("_within_s"))
        return max(int(getattr(self, name)) for name in names)


@dataclass(frozen=True, slots=True)
class FraudData:
    """All that the rules are told.

    Attributes:
        places: a place by terminal; see `place_of`.
    """

    limits: tuple[Limits, ...]
    places: Mapping[int, str] = field(default_factory=dict)

    def on(self, day: date) -> Limits | None:
        """Return the newest limits that hold on that day; None before the first: nothing is flagged."""
        begun = [each for each in self.limits if each.valid_from <= day]
        return max(begun, key=lambda each: each.valid_from) if begun else None

    def place_of(self, device: int) -> str:
        """Return where a terminal stands; one that nobody placed is a place of its own."""
        return self.places.get(device, f"{device:0{DEVICE_DIGITS}x}")

    @property
    def longest(self) -> timedelta:
        """Return the longest window of all: how far back a card's facts are looked at."""
        return timedelta(seconds=max(each.longest_s for each in self.limits))

    @property
    def longest_of_shop(self) -> timedelta:
        """Return how far back a shop's facts are looked at: far less, for there are many of them."""
        return timedelta(seconds=max(each.shop_drains_within_s for each in self.limits))


def load_fraud_data(path: Path = PACKAGED) -> FraudData:
    """Read limits and places from a TOML file.

    Raises:
        OSError: it can't be read.
        ValueError: it is not TOML, a field is missing, unknown or out of range.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    tables: list[dict[str, Any]] = data.get("limits", [])
    if not tables:
        raise ValueError(f"{path.name}: no [[limits]]")
    try:
        limits = tuple(Limits(**each) for each in tables)
        places = {
            int(device, 16): str(each["name"])
            for each in data.get("places", [])
            for device in each["devices"]
        }
    except (TypeError, KeyError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    return FraudData(limits, places)
