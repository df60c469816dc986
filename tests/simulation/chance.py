"""Which faults a shop-day has, when they strike, and the story of it. Never the same chance for two concerns."""

from __future__ import annotations

import hashlib
from collections import Counter
from random import Random

from tests.simulation.clock import VirtualLoop
from tests.simulation.faults import Fault

DAY_S = 86_400


class Chance:
    """A seed's luck. Every concern draws from numbers of its own, so that one more draw here
    does not change what happens there.

    Attributes:
        states: each till's payments and where they stand, as its journal says.
        hits: how often each fault struck, by its way.
        met: how often a fault struck a till while a payment of its was in a state.
    """

    def __init__(self, seed: int, loop: VirtualLoop, only: frozenset[Fault] | None = None) -> None:
        self.seed = seed
        self._loop = loop
        self._randoms: dict[str, Random] = {}
        pick = self.of("faults")
        wanted = pick.choice((0.15, 0.35, 0.6))
        self.on = frozenset(each for each in Fault if pick.random() < wanted)
        if only is not None:
            self.on = only
        self.rate = pick.choice((0.03, 0.1, 0.25))
        self.states: dict[str, dict[str, str]] = {}
        self.hits: Counter[tuple[Fault, str]] = Counter()
        self.met: Counter[tuple[Fault, str]] = Counter()
        self._story: list[tuple[float, str, str]] = []
        self.healed = False

    def of(self, concern: str) -> Random:
        if concern not in self._randoms:
            digest = hashlib.sha256(f"{self.seed}/{concern}".encode()).digest()
            self._randoms[concern] = Random(int.from_bytes(digest[:8], "big"))
        return self._randoms[concern]

    def wants(self, fault: Fault, factor: float = 1.0) -> bool:
        """Tell whether a fault is due here and now; whoever brings it about says so with `struck`."""
        if self.healed or fault not in self.on:
            return False
        return self.of(fault).random() < self.rate * factor

    def struck(self, fault: Fault, way: str, who: str) -> None:
        """Count a fault that strikes a till, and what state its payments are in."""
        self.hits[fault, way] += 1
        for state in set(self.states.get(who, {}).values()):
            self.met[fault, state] += 1

    def strikes(self, fault: Fault, way: str, who: str, factor: float = 1.0) -> bool:
        """Tell whether a fault strikes a till here and now, and count it."""
        due = self.wants(fault, factor)
        if due:
            self.struck(fault, way, who)
        return due

    def tell(self, who: str, what: str) -> None:
        """Go on with the story."""
        self._story.append((self._loop.time(), who, what))

    def story(self) -> list[str]:
        """Return the day in words."""
        return [f"{_clock(at)} {who}: {what}" for at, who, what in self._story]

    def trace(self) -> bytes:
        """Return a hash of all that was told."""
        return hashlib.sha256(repr(self._story).encode()).digest()


def _clock(at: float) -> str:
    day, second = divmod(at, DAY_S)
    return f"day {day + 1:.0f} +{second:09.3f} s"
