"""Hunts each planted bug through seeds from several starts and says how many it took. Never plants two at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median

import pytest

from tests.simulation.day import run_day
from tests.simulation.planted import PLANTS, Plant

LIMIT = 400  # Seeds; a bug that as many don't show is one that the simulation can't find.
SAID_MAX = 90  # Letters of what the checker says.


@dataclass(frozen=True, slots=True)
class Catch:
    """How one hunt went.

    Attributes:
        seeds: how many days it took; None if the bug was not found.
        said: what was wrong first on the day that showed it.
    """

    seeds: int | None
    said: str = ""


def hunt(plant: Plant, start: int, limit: int = LIMIT) -> Catch:
    """Live days with one bug until one of them goes wrong, and no longer; then dig the bug out again.

    A day that goes wrong without the bug as well shows nothing of it.
    """
    for seed in range(start, start + limit):
        with pytest.MonkeyPatch.context() as patch:
            plant(patch)
            wrong = run_day(seed, tell=False).wrong
        if wrong and not run_day(seed, tell=False).wrong:
            return Catch(seed - start + 1, wrong[0])
    return Catch(None)


def report(start: int, hunts: int, limit: int, jobs: int) -> Iterator[str]:
    """Hunt every bug from disjoint starts; yield a line for each, and last how many were found."""
    starts = [start + n * limit for n in range(hunts)]
    width = max(len(plant.__name__) for plant in PLANTS)
    medians = []
    with ProcessPoolExecutor(jobs) as pool:
        under_way = [[pool.submit(hunt, plant, at, limit) for at in starts] for plant in PLANTS]
        yield f"seeds until found, {hunts} hunts each of {limit} seeds at most, from {starts}:"
        for plant, futures in zip(PLANTS, under_way, strict=True):
            catches = [each.result() for each in futures]
            took = " ".join(f"{each.seeds or '-':>3}" for each in catches)
            found = [each.seeds for each in catches if each.seeds is not None]
            said = next((each.said for each in catches if each.said), "nothing")
            typical = "never" if len(found) < hunts else f"{median(found):g}"
            yield f"{plant.__name__:<{width}} {took}  median {typical:>5}: {said[:SAID_MAX]}"
            if len(found) == hunts:
                medians.append(median(found))
    yield f"{len(medians)} of {len(PLANTS)} found, median of medians {median(medians or [0]):g}"
