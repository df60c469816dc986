"""Says which payments are worth a look, pure. Never stops a payment; knows no database, clock or line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ledger.server.fraud_limits import FraudData, Limits
from pos.domain.business_day import business_day
from pos.domain.rates import BASIS
from pos.domain.won import ZERO, Won


class Kind(Enum):
    """What happened with a card."""

    PAID = "paid"  # Online, so that the ledger knows when.
    RETURNED = "returned"
    LOADED = "loaded"
    REUSED = "reused"  # A genuine cryptogram with a counter that was used before.
    BEHIND = "behind"  # A genuine cryptogram online, its counter below one seen before.


class Severity(Enum):
    """How soon a person should look."""

    HIGH = "high"
    MEDIUM = "medium"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened with a card.

    Attributes:
        card: the ledger's name for it, never its number.
        shop: the place, as `FraudData.place_of` says; empty where no shop takes part.
        held: what the card held just before it paid.
    """

    id: str
    kind: Kind
    card: str
    shop: str
    at: datetime
    amount: Won
    held: Won = ZERO


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw; the last fact is the one that made it look."""

    rule: str
    subject: str
    severity: Severity
    facts: tuple[Fact, ...]

    @property
    def day(self) -> str:
        """Return the Korean day it is counted under."""
        return business_day(self.facts[-1].at).isoformat()

    @property
    def id(self) -> str:
        """Return what is flagged once: a rule, whom it is about, a Korean day."""
        return f"{self.rule}:{self.subject}:{self.day}"


Rule = Callable[[Fact, Sequence[Fact], Limits], Finding | None]
"""Looks at a fact and at what came before it, in order, and says whether that is worth a look."""


def two_places(new: Fact, before: Sequence[Fact], limits: Limits) -> Finding | None:
    """One card paid at two shops, in a time in which nobody gets from one to the other."""
    if new.kind is not Kind.PAID:
        return None
    others = [
        each
        for each in _within(before, new, limits.two_places_within_s)
        if each.kind is Kind.PAID and each.shop != new.shop
    ]
    return Finding("two_places", new.card, Severity.HIGH, (*others, new)) if others else None


def counter_reused(new: Fact, _before: Sequence[Fact], _limits: Limits) -> Finding | None:
    """Two genuine cryptograms under one counter: there are two of this card, or one was replayed."""
    if new.kind is not Kind.REUSED:
        return None
    return Finding("counter_reused", new.card, Severity.HIGH, (new,))


def counter_behind(new: Fact, before: Sequence[Fact], limits: Limits) -> Finding | None:
    """Counters that go back and forth. Once may be a tap that was slow to arrive; more is a clone."""
    if new.kind is not Kind.BEHIND:
        return None
    seen = [
        each for each in _within(before, new, limits.counter_within_s) if each.kind is Kind.BEHIND
    ]
    if len(seen) + 1 < limits.counter_behind_times:
        return None
    return Finding("counter_behind", new.card, Severity.MEDIUM, (*seen, new))


def cashed_after_load(new: Fact, before: Sequence[Fact], limits: Limits) -> Finding | None:
    """Money came onto a card and soon left it at one shop, in round sums."""
    if new.kind is not Kind.PAID or not _is_round(new, limits):
        return None
    recent = list(_within(before, new, limits.load_within_s))
    loads = [place for place, each in enumerate(recent) if each.kind is Kind.LOADED]
    if not loads:
        return None
    load, after = recent[loads[-1]], recent[loads[-1] + 1 :]
    paid = [
        each
        for each in (*after, new)
        if each.kind is Kind.PAID and each.shop == new.shop and _is_round(each, limits)
    ]
    total = Won.total(each.amount for each in paid)
    if total.amount < limits.load_least or not _share(total, load.amount, limits.load_share_bp):
        return None
    return Finding("cashed_after_load", _pair(new), Severity.HIGH, (load, *paid))


def paid_and_returned(new: Fact, before: Sequence[Fact], limits: Limits) -> Finding | None:
    """One shop takes a card's payments and gives them back, again and again."""
    if new.kind is not Kind.RETURNED:
        return None
    recent = _within(before, new, limits.returned_within_s)
    back = [each for each in recent if each.kind is Kind.RETURNED and each.shop == new.shop]
    back.append(new)
    total = Won.total(each.amount for each in back)
    if len(back) < limits.returned_times or total.amount < limits.returned_least:
        return None
    return Finding("paid_and_returned", _pair(new), Severity.MEDIUM, tuple(back))


def card_drained(new: Fact, before: Sequence[Fact], limits: Limits) -> Finding | None:
    """A card pays nearly all that it holds to the same shop, several times."""
    if not _drains(new, limits):
        return None
    recent = _within(before, new, limits.card_drained_within_s)
    seen = [each for each in recent if each.shop == new.shop and _drains(each, limits)]
    if len(seen) + 1 < limits.card_drained_times:
        return None
    return Finding("card_drained", _pair(new), Severity.MEDIUM, (*seen, new))


def shop_drains(new: Fact, before: Sequence[Fact], limits: Limits) -> Finding | None:
    """A shop takes nearly all that many different cards hold, in a short time."""
    if not _drains(new, limits):
        return None
    recent = _within(before, new, limits.shop_drains_within_s)
    seen = [each for each in recent if _drains(each, limits)]
    if len({each.card for each in (*seen, new)}) < limits.shop_drains_cards:
        return None
    return Finding("shop_drains", new.shop, Severity.HIGH, (*seen, new))


CARD_RULES: tuple[Rule, ...] = (
    two_places,
    counter_reused,
    counter_behind,
    cashed_after_load,
    paid_and_returned,
    card_drained,
)
SHOP_RULES: tuple[Rule, ...] = (shop_drains,)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts as they happened; of two at one moment, always the same first."""
    return sorted(facts, key=lambda each: (each.at, each.id))


def findings(
    rules: Iterable[Rule], line: Sequence[Fact], since: datetime, data: FraudData
) -> list[Finding]:
    """Return what the rules find in one card's or one shop's facts.

    Args:
        rules: `CARD_RULES` for a card's facts, `SHOP_RULES` for a shop's.
        line: its facts, in order, from the longest window before `since` on.
        since: facts before were looked at already; those after a fact that came late are looked at
            again, for it may be what they lacked.
        data: limits and places.
    """
    found: dict[str, Finding] = {}
    for place, new in enumerate(line):
        limits = data.on(business_day(new.at))
        if new.at < since or limits is None:
            continue
        for rule in rules:
            finding = rule(new, line[:place], limits)
            if finding is not None:
                found.setdefault(finding.id, finding)
    return list(found.values())


def _within(before: Sequence[Fact], new: Fact, seconds: int) -> Iterator[Fact]:
    return (each for each in before if (new.at - each.at).total_seconds() <= seconds)


def _share(part: Won, whole: Won, least_bp: int) -> bool:
    return part.amount * BASIS >= whole.amount * least_bp


def _is_round(fact: Fact, limits: Limits) -> bool:
    return fact.amount.amount % limits.load_round == 0


def _drains(fact: Fact, limits: Limits) -> bool:
    return (
        fact.kind is Kind.PAID
        and fact.amount.amount >= limits.drained_least
        and _share(fact.amount, fact.held, limits.drained_share_bp)
    )


def _pair(fact: Fact) -> str:
    return f"{fact.card}@{fact.shop}"
