"""`python -m tests.simulation --seeds N --from S`: lives N shop-days and says what they met. Never a fixed outcome."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.day import Result, run_day
from tests.simulation.hash_seeds import HASH_SEEDS, live_under
from tests.simulation.hunt import hunt_all
from tests.simulation.tally import Tally

COVERED_FROM = 10_000  # Seeds; in so many, every fault must have met every state.
TOLD_MAX = 3  # Bad days told in full.
CHUNK = 20


def main() -> bool:
    given = _parser().parse_args()
    if given.planted:
        return not hunt_all(given.planted, given.jobs, print)
    gc.freeze()  # What was imported is not looked through again after each day.
    seeds = range(given.start, given.start + given.seeds)
    begun, tally = time.perf_counter(), Tally()
    if given.hash_seeds > 1:
        ways = HASH_SEEDS[: given.hash_seeds]
        tally, said, held = live_under(ways, seeds, given.jobs, given.minutes)
        print("\n".join(said))
        return _report(tally, time.perf_counter() - begun) or not held
    for result in _lived(seeds, given.jobs, tell=given.story):
        tally.add(result)
        if given.trace:
            print(result.seed, result.trace)
        if given.story or (result.wrong and len(tally.bad) <= TOLD_MAX):
            print("\n".join(result.story))
        if result.wrong:
            print(f"seed {result.seed} is wrong:", *result.wrong, sep="\n  ")
            print(f"replay: ./run_pos.py simulate --seeds 1 --from {result.seed} --story")
    if given.trace:
        print(tally.to_text())
        return len(tally.bad) > 0
    return _report(tally, time.perf_counter() - begun)


def _report(tally: Tally, took_s: float) -> bool:
    """Say what was met; tell whether anything was wrong."""
    print("\n".join(tally.report(took_s)))
    uncovered = tally.uncovered() if tally.seeds >= COVERED_FROM else []
    for each in uncovered:
        print(f"never met: {each}")
    return bool(tally.bad or uncovered)


def _lived(seeds: range, jobs: int, *, tell: bool) -> Iterator[Result]:
    if jobs <= 1:
        for seed in seeds:
            yield run_day(seed, tell=tell)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_day, seeds, [tell] * len(seeds), chunksize=CHUNK)


def _day(seed: int, tell: bool) -> Result:
    return run_day(seed, tell=tell)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulate")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--hash-seeds", type=int, default=1, help="compare under so many, to 5")
    parser.add_argument("--minutes", type=float, default=600, help="begin nothing new after them")
    parser.add_argument("--story", action="store_true", help="tell every day, not only a bad one")
    parser.add_argument("--trace", action="store_true", help="print a hash a seed, and the tally")
    parser.add_argument(
        "--planted", type=int, nargs="?", const=5, help="hunt each planted bug so often instead"
    )
    return parser


if __name__ == "__main__":
    sys.exit(int(main()))
