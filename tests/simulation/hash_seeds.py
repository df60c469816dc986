"""Lives the same days under several orders of hashing: their traces must be the same. Never lives one itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.simulation.tally import Tally

ROOT = Path(__file__).resolve().parents[2]
HASH_SEEDS = ("0", "1", "2", "3", "4")
TRACE = re.compile("[0-9]+ [0-9a-f]{64}")
PART = 250  # Seeds that one process lives: few enough to stop in time, enough to hide its start.


def live_under(
    hash_seeds: Sequence[str], seeds: range, jobs: int, minutes: float
) -> tuple[Tally, list[str], bool]:
    """Live the days once under each, so many processes at a time.

    Returns: what they met; what is to be said of it; whether each was the same under all.
    """
    latest = time.monotonic() + minutes * 60
    parts = [seeds[at : at + PART] for at in range(0, len(seeds), PART)]
    work = [(part, each) for part in parts for each in hash_seeds]

    def live(of: tuple[range, str]) -> str | None:
        return _trace(*of) if time.monotonic() < latest else None

    with ThreadPoolExecutor(jobs) as pool:
        all_traces = list(pool.map(live, work))
    tally, said, differing, unlived = Tally(), [], [], 0
    for at, part in enumerate(parts):
        traces = all_traces[at * len(hash_seeds) : (at + 1) * len(hash_seeds)]
        if None in traces:
            unlived += len(part)
        elif len(set(traces)) > 1:
            differing.append(f"{part.start} to {part.stop - 1}")
        if traces[0] is not None:
            *days, met = traces[0].splitlines()
            tally.join(Tally.from_text(met))
            said += [line for line in days if not TRACE.fullmatch(line)]
    lived, ways = len(seeds) - unlived, len(hash_seeds)
    said += [f"differing under hash seeds: seeds {each}" for each in differing]
    said.append(f"{lived} seeds under {ways} hash seeds, {len(differing)} parts differing")
    if unlived:
        said.append(f"no time for {unlived} seeds in {minutes:g} minutes")
    return tally, said, not differing


def _trace(seeds: range, hash_seed: str) -> str:
    """Return what a process under this hash seed says of these days."""
    command = [sys.executable, "-m", "tests.simulation", "--trace", "--jobs", "1"]
    return subprocess.run(
        [*command, "--seeds", str(len(seeds)), "--from", str(seeds.start)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # What apsw says of errors that were planned.
        text=True,
        check=False,
    ).stdout
