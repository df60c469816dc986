"""`python -m tests.simulation --seeds N --from S`: lives N shop-days and says what they met. Never a fixed outcome."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

from pos.domain.payment import PaymentState
from tests.simulation.day import Result, run_day
from tests.simulation.faults import IMPOSSIBLE, WAYS, Fault

ROOT = Path(__file__).resolve().parents[2]
COVERED_FROM = 1_000  # Seeds; in so many, every fault must have met every state.
TOLD_MAX = 3  # Bad days told in full.
CHUNK = 20
HASH_SEEDS = ("0", "1", "2", "3", "4")


def main() -> int:
    given = _parser().parse_args()
    if given.hash_seeds > 1:
        return _under_hash_seeds(given)
    seeds = range(given.start, given.start + given.seeds)
    begun, tally = time.perf_counter(), Tally()
    for result in _lived(seeds, given.jobs, tell=given.story):
        tally.add(result)
        if given.trace:
            print(result.seed, result.trace)
        if given.story or (result.wrong and len(tally.bad) <= TOLD_MAX):
            print("\n".join(result.story))
        if result.wrong:
            print(f"seed {result.seed} is wrong:", *result.wrong, sep="\n  ")
            print(f"replay: ./run_pos.py simulate --seeds 1 --from {result.seed} --story")
    if not given.trace:
        tally.report(given.seeds, time.perf_counter() - begun)
    uncovered = tally.uncovered() if given.seeds >= COVERED_FROM else []
    for each in uncovered:
        print(f"never met: {each}")
    return 1 if tally.bad or uncovered else 0


class Tally:
    """What all days together met."""

    def __init__(self) -> None:
        self.hits: Counter[tuple[Fault, str]] = Counter()
        self.met: Counter[tuple[Fault, str]] = Counter()
        self.bad: list[int] = []
        self.tills = 0
        self.virtual_s = 0.0

    def add(self, result: Result) -> None:
        self.hits += result.hits
        self.met += result.met
        self.tills += result.tills
        self.virtual_s += result.virtual_s
        if result.wrong:
            self.bad.append(result.seed)

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

    def report(self, seeds: int, took_s: float) -> None:
        hours = self.virtual_s / 3_600
        print(
            f"{seeds} seeds, {self.tills} till days, {hours:,.0f} simulated hours, {took_s:.1f} s"
        )
        print(f"{seeds / took_s:.1f} seeds a second, {len(self.bad)} wrong {self.bad[:20]}")
        for fault in Fault:
            ways = ", ".join(f"{way} {self.hits[fault, way]:,}" for way in WAYS[fault])
            print(f"{fault.number:2} {fault.value}: {ways}")
        print("a fault by the state that a payment of the till was in:")
        print(" " * 19 + " ".join(f"{fault.number:>7}" for fault in Fault))
        for state in PaymentState:
            cells = (
                "-" if (fault, state) in IMPOSSIBLE else f"{self.met[fault, state.value]}"
                for fault in Fault
            )
            print(f"{state.value:<19}" + " ".join(f"{cell:>7}" for cell in cells))
        for (fault, state), why in IMPOSSIBLE.items():
            print(f"- {fault.number}, {state.value}: {why}")


def _way(text: str) -> tuple[Fault, str]:
    fault, _, way = text.partition(": ")
    return Fault(fault), way


def _lived(seeds: range, jobs: int, *, tell: bool) -> Iterator[Result]:
    if jobs <= 1:
        for seed in seeds:
            yield run_day(seed, tell=tell)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_day, seeds, [tell] * len(seeds), chunksize=CHUNK)


def _day(seed: int, tell: bool) -> Result:
    return run_day(seed, tell=tell)


def _under_hash_seeds(given: argparse.Namespace) -> int:
    """Live the same seeds under several orders of hashing; the traces must be the same."""
    command = [sys.executable, "-m", "tests.simulation", "--trace", "--jobs", "1"]
    parts = _parts(given.start, given.seeds, given.jobs * 4)
    wrong = 0
    begun = time.perf_counter()
    work = [(part, seed) for part in parts for seed in HASH_SEEDS[: given.hash_seeds]]
    traces: dict[tuple[int, int], set[str]] = {part: set() for part in parts}
    for batch in _batches(work, given.jobs):
        running = [
            (
                part,
                subprocess.Popen(
                    [*command, "--seeds", str(part[1]), "--from", str(part[0])],
                    cwd=ROOT,
                    env={**os.environ, "PYTHONHASHSEED": hash_seed},
                    stdout=subprocess.PIPE,
                    text=True,
                ),
            )
            for part, hash_seed in batch
        ]
        for part, process in running:
            said, _ = process.communicate()
            wrong += process.returncode != 0
            if process.returncode:
                print(said[-4_000:])
            traces[part].add(said)
    differing = [str(part) for part, said in traces.items() if len(said) != 1]
    took_s = time.perf_counter() - begun
    print(
        f"{given.seeds} seeds x {given.hash_seeds} hash seeds in {took_s:.0f} s: "
        f"{wrong} parts wrong, {len(differing)} parts with differing traces {differing[:5]}"
    )
    return 1 if wrong or differing else 0


def _parts(start: int, seeds: int, count: int) -> list[tuple[int, int]]:
    size = -(-seeds // count)
    return [(at, min(size, start + seeds - at)) for at in range(start, start + seeds, size)]


def _batches(
    work: Iterable[tuple[tuple[int, int], str]], size: int
) -> Iterator[list[tuple[tuple[int, int], str]]]:
    left = iter(work)
    while batch := list(islice(left, size)):
        yield batch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulate")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--hash-seeds", type=int, default=1, help="compare under so many, to 5")
    parser.add_argument("--story", action="store_true", help="tell every day, not only a bad one")
    parser.add_argument("--trace", action="store_true", help="print one hash a seed and no more")
    return parser


if __name__ == "__main__":
    sys.exit(main())
