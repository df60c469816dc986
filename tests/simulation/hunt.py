"""Hunts each planted bug through seeds from several starts and says how many it took. Never plants two at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from typing import NamedTuple

import pytest

from tests.simulation.day import run_day
from tests.simulation.planted import ONLY, PLANTS, Plant

LIMIT = 400  # Seeds; a bug that as many don't show is one that the simulation can't find.
SAID_MAX = 90  # Letters of what the checker says.


class Catch(NamedTuple):
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
    only = ONLY.get(plant)
    for seed in range(start, start + limit):
        with pytest.MonkeyPatch.context() as patch:
            plant(patch)
            wrong = run_day(seed, only, tell=False).wrong
        if wrong and not run_day(seed, only, tell=False).wrong:
            return Catch(seed - start + 1, wrong[0])
    return Catch(None)


def hunt_all(hunts: int, jobs: int, tell: Callable[[str], None]) -> bool:
    """Hunt every bug from as many disjoint starts, and tell how; True if every hunt found its bug."""
    starts = [n * LIMIT for n in range(hunts)]
    width = max(len(plant.__name__) for plant in PLANTS)
    medians = []
    with ProcessPoolExecutor(jobs) as pool:
        under_way = [[pool.submit(hunt, plant, at) for at in starts] for plant in PLANTS]
        tell(f"seeds until found, from {starts}, none of them after {LIMIT}:")
        for plant, futures in zip(PLANTS, under_way, strict=True):
            catches = [each.result() for each in futures]
            found = [each.seeds for each in catches if each.seeds is not None]
            took = " ".join(f"{each.seeds or '-':>3}" for each in catches)
            said = next((each.said for each in catches if each.said), "nothing")
            typical = f"{median(found):g}" if len(found) == hunts else "none"
            tell(f"{plant.__name__:<{width}} {took}  median {typical:>4}: {said[:SAID_MAX]}")
            medians += [median(found)] if len(found) == hunts else []
    tell(f"{len(medians)} of {len(PLANTS)} found, median of medians {median(medians or [0]):g}")
    return len(medians) == len(PLANTS)
