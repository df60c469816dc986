"""Percentiles and the table that the benchmarks print. Never a measurement of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what, the product's value, the floor's, their ratio, and the goal."""

    what: str
    ours: str
    floor: str
    ratio: str
    goal: str


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """Return `p50 / p95 unit`."""
    return f"{percentile(values, 0.5):.2f} / {percentile(values, 0.95):.2f} {unit}"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    head = ["| what | ours | floor | ratio | goal |", "|---|---|---|---|---|"]
    rows = [f"| {f.what} | {f.ours} | {f.floor} | {f.ratio} | {f.goal} |" for f in figures]
    return "\n".join([*head, *rows])
