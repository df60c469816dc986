"""Which faults a shop-day has, when they strike, and the story of it. Never the same chance for two concerns."""

from __future__ import annotations

import hashlib
from collections import Counter
from random import Random

from tests.simulation.clock import VirtualLoop

FAULTS = (
    "request lost",
    "reply lost",
    "duplicate",
    "delayed",
    "partition",
    "server error",
    "crash",
    "power cut",
    "disk full",
    "card removed",
    "paper out",
    "broken off",
    "clock jump",
    "double press",
    "copy restored",
)


class Chance:
    """A seed's luck. Every concern draws from numbers of its own, so that one more draw here
    does not change what happens there."""

    def __init__(self, seed: int, loop: VirtualLoop, only: frozenset[str] | None = None) -> None:
        self.seed = seed
        self._loop = loop
        self._randoms: dict[str, Random] = {}
        pick = self.of("faults")
        wanted = pick.choice((0.15, 0.35, 0.6))
        self.on = frozenset(each for each in FAULTS if pick.random() < wanted)
        if only is not None:
            self.on = only
        self.rate = pick.choice((0.03, 0.1, 0.25))
        self.hits: Counter[str] = Counter()
        self.story: list[str] = []
        self.healed = False

    def of(self, concern: str) -> Random:
        if concern not in self._randoms:
            digest = hashlib.sha256(f"{self.seed}/{concern}".encode()).digest()
            self._randoms[concern] = Random(int.from_bytes(digest[:8], "big"))
        return self._randoms[concern]

    def strikes(self, fault: str, factor: float = 1.0) -> bool:
        """Tell whether a fault strikes here and now."""
        if self.healed or fault not in self.on:
            return False
        struck = self.of(fault).random() < self.rate * factor
        self.hits[fault] += struck
        return struck

    def tell(self, who: str, what: str) -> None:
        self.story.append(f"{self._loop.time():10.3f} {who}: {what}")

    def trace(self) -> str:
        return hashlib.sha256("\n".join(self.story).encode()).hexdigest()
