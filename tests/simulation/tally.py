"""What many shop-days together met, and what none of them did. Never judges a day."""

from __future__ import annotations

import json
from collections import Counter

from pos.domain.payment import PaymentState
from tests.simulation.day import Result
from tests.simulation.faults import IMPOSSIBLE, WAYS, Fault


class Tally:
    """What all days together met."""

    def __init__(self) -> None:
        self.hits: Counter[tuple[Fault, str]] = Counter()
        self.met: Counter[tuple[Fault, str]] = Counter()
        self.bad: list[int] = []
        self.seeds = self.tills = 0
        self.virtual_s = 0.0

    def add(self, result: Result) -> None:
        self.hits += result.hits
        self.met += result.met
        self.seeds += 1
        self.tills += result.tills
        self.virtual_s += result.virtual_s
        if result.wrong:
            self.bad.append(result.seed)

    def join(self, other: Tally) -> None:
        """Take in what other days met."""
        self.hits += other.hits
        self.met += other.met
        self.seeds += other.seeds
        self.tills += other.tills
        self.virtual_s += other.virtual_s
        self.bad += other.bad

    def to_text(self) -> str:
        """Return it as one line, for another process."""
        counts = [[[*key, n] for key, n in sorted(c.items())] for c in (self.hits, self.met)]
        return json.dumps([*counts, self.bad, self.seeds, self.tills, self.virtual_s])

    @classmethod
    def from_text(cls, text: str) -> Tally:
        """Read what `to_text` returned."""
        tally = cls()
        hits, met, tally.bad, tally.seeds, tally.tills, tally.virtual_s = json.loads(text)
        tally.hits = Counter({(Fault(fault), way): n for fault, way, n in hits})
        tally.met = Counter({(Fault(fault), state): n for fault, state, n in met})
        return tally

    def uncovered(self) -> list[str]:
        """Return what never happened and could have."""
        ways = [f"{f}: {way}" for f, all_ways in WAYS.items() for way in all_ways]
        cells = [
            f"{fault} while a payment was {state.value}"
            for fault in Fault
            for state in PaymentState
            if (fault, state) not in IMPOSSIBLE and not self.met[fault, state.value]
        ]
        unhit = [w for w in ways if not self.hits[_way(w)]]
        return unhit + cells

    def report(self, took_s: float) -> list[str]:
        """Return it in words and as a table."""
        hours = self.virtual_s / 3_600
        said = [
            f"{self.seeds:,} seeds, {self.tills:,} shop-days, {hours:,.0f} simulated hours, {took_s:.1f} s"
        ]
        speed = f"{self.seeds / took_s:.1f} seeds and {self.tills / took_s:.1f} shop-days a second"
        said.append(f"{speed}, {len(self.bad)} wrong {self.bad[:20]}")
        for fault in Fault:
            ways = ", ".join(f"{way} {self.hits[fault, way]:,}" for way in WAYS[fault])
            said.append(f"{fault.number:2} {fault.value}: {ways}")
        said.append("a fault by the state that a payment of the till was in:")
        said.append(" " * 19 + " ".join(f"{fault.number:>7}" for fault in Fault))
        for state in PaymentState:
            cells = (
                "-" if (fault, state) in IMPOSSIBLE else f"{self.met[fault, state.value]}"
                for fault in Fault
            )
            said.append(f"{state.value:<19}" + " ".join(f"{cell:>7}" for cell in cells))
        for (fault, state), why in IMPOSSIBLE.items():
            said.append(f"- {fault.number}, {state.value}: {why}")
        return said


def _way(text: str) -> tuple[Fault, str]:
    fault, _, way = text.partition(": ")
    return Fault(fault), way
