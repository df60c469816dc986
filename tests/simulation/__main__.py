"""`python -m tests.simulation --seeds N --from S`: lives N shop-days and says what they met. Never a fixed outcome."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.simulation.chance import FAULTS
from tests.simulation.day import Result, run_day


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--story", action="store_true", help="tell every day, not only a bad one")
    parser.add_argument("--trace", action="store_true", help="print one hash a seed and no more")
    given = parser.parse_args()
    hits: Counter[str] = Counter()
    bad: list[Result] = []
    virtual_s, begun = 0.0, time.perf_counter()
    for seed in range(given.start, given.start + given.seeds):
        result = run_day(seed)
        hits += result.hits
        virtual_s += result.virtual_s
        if given.trace:
            print(seed, result.trace)
        if given.story or (result.wrong and len(bad) < 3):
            print("\n".join(result.story))
        if result.wrong:
            bad.append(result)
            print(f"seed {seed} is wrong:", *result.wrong, sep="\n  ")
            print(f"replay: python -m tests.simulation --seeds 1 --from {seed} --story")
    if not given.trace:
        took = time.perf_counter() - begun
        print(f"{given.seeds} shop-days, {virtual_s / 3600:.0f} simulated hours in {took:.1f} s")
        print(f"{given.seeds / took:.1f} seeds a second, {len(bad)} wrong")
        print(*(f"{fault}: {hits[fault]}" for fault in FAULTS), sep=", ")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
