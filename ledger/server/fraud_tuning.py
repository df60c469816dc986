"""What each fraud rule would have flagged at half and at double each of its limits. Reads only; flags nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ledger.server.database import Tx
from ledger.server.fraud_limits import WINDOW_MAX_S, FraudData, Limits
from ledger.server.fraud_rules import (
    Fact,
    Kind,
    Rule,
    card_drained,
    cashed_after_load,
    counter_behind,
    findings,
    in_order,
    paid_and_returned,
    shop_drains,
    two_places,
)
from pos.domain.codec import encode
from pos.domain.rates import BASIS
from pos.domain.won import Won

FACTS_MAX = 200_000  # The newest; a city with more tunes on fewer days.

_OF_DRAINS = ("drained_least", "drained_share_bp")
LIMITS_OF: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (two_places, ("two_places_within_s",)),
    (counter_behind, ("counter_behind_times", "counter_within_s")),
    (cashed_after_load, ("load_within_s", "load_least", "load_share_bp", "load_round")),
    (paid_and_returned, ("returned_times", "returned_within_s", "returned_least")),
    (card_drained, (*_OF_DRAINS, "card_drained_times", "card_drained_within_s")),
    (shop_drains, (*_OF_DRAINS, "shop_drains_cards", "shop_drains_within_s")),
)
"""Every limit, under each rule that goes by it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One limit of one rule at half, as it is, and at double: the limit, and how many flags there were.

    Attributes:
        values: of the limits in force last.
        flags: a rule, a subject and a day count once, as flags do.
    """

    rule: str
    limit: str
    values: tuple[int, int, int]
    flags: tuple[int, int, int]


def facts_since(tx: Tx, since: datetime) -> list[Fact]:
    """Return the newest facts that the sweep has kept since a moment, in order."""
    rows = tx.execute(
        "SELECT id, kind, card, shop, at, amount, held FROM fraud_facts WHERE at >= ?"
        " ORDER BY at DESC LIMIT ?",
        (encode(since), FACTS_MAX),
    )
    return in_order(
        Fact(name, Kind(kind), card, shop, datetime.fromisoformat(at), Won(amount), Won(held))
        for name, kind, card, shop, at, amount, held in rows
    )


def try_limits(facts: Sequence[Fact], data: FraudData, since: datetime) -> Iterator[Trial]:
    """Give what each rule would have flagged from a moment on, limit by limit.

    Args:
        facts: in order, from the longest window before `since` on.
        data: limits and places as they are.
        since: what is older is only looked back at.
    """
    by_card, by_shop = _lines(facts, "card"), _lines(facts, "shop")
    last = max(data.limits, key=lambda each: each.valid_from)
    for rule, names in LIMITS_OF:
        lines = by_shop if rule is shop_drains else by_card
        now = _count(rule, lines, data, since)
        for name in names:
            changed = [
                replace(data, limits=tuple(_with(each, name, factor) for each in data.limits))
                for factor in (-2, 2)
            ]
            half, double = (_count(rule, lines, each, since) for each in changed)
            low, as_is, high = (getattr(_with(last, name, factor), name) for factor in (-2, 1, 2))
            yield Trial(rule.__name__, name, (low, as_is, high), (half, now, double))


def _with(limits: Limits, name: str, factor: int) -> Limits:
    """Return limits with one of them multiplied, or divided by a negative factor, as far as it may be."""
    value: int = getattr(limits, name)
    wanted = value * factor if factor > 0 else max(1, value // -factor)
    most = wanted
    if name.endswith("_bp"):
        most = BASIS
    elif name.endswith("_within_s"):
        most = WINDOW_MAX_S
    changed: dict[str, Any] = {name: min(wanted, most)}
    return replace(limits, **changed)


def _count(rule: Rule, lines: Sequence[list[Fact]], data: FraudData, since: datetime) -> int:
    return sum(len(findings((rule,), line, since, data)) for line in lines)


def _lines(facts: Sequence[Fact], column: str) -> list[list[Fact]]:
    lines: dict[str, list[Fact]] = defaultdict(list)
    for each in facts:
        if column == "card" or each.kind is Kind.PAID:
            lines[getattr(each, column)].append(each)
    return list(lines.values())


def since_of(now: datetime, days: int, data: FraudData) -> tuple[datetime, datetime]:
    """Return from when on flags are counted, and from when on facts are looked back at."""
    since = now - timedelta(days=days)
    return since, since - data.longest
