"""Shop-days with everything going wrong end with the money right, and the same seed lives the same day."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.simulation.day import run_day
from tests.simulation.faults import Fault

SEEDS = 100
STANDARD = sys.stdlib_module_names
ROOT = Path(__file__).parents[2]


def test_no_won_is_lost_or_doubled_whatever_fails() -> None:
    hits: Counter[tuple[Fault, str]] = Counter()
    for seed in range(SEEDS):
        result = run_day(seed)
        hits += result.hits
        replay = f"replay: ./run_pos.py simulate --seeds 1 --from {seed} --story"
        assert not result.wrong, "\n".join([*result.story, *result.wrong, replay])
    assert set(Fault) == {fault for fault, _ in hits}, "a fault that never struck proves nothing"


def test_a_seed_lives_the_same_day_again() -> None:
    assert run_day(11).trace == run_day(11).trace
    assert run_day(11).trace != run_day(12).trace


def test_the_order_of_hashes_changes_nothing() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.simulation",
        "--trace",
        "--jobs",
        "1",
        "--seeds",
        "4",
        "--from",
        "7",
    ]
    said = {
        subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert len(said.pop().splitlines()) == 4 + 1  # The last says what they met.


def test_the_checker_shares_no_line_with_the_product() -> None:
    folder = Path(__file__).parent
    for name in ("checker.py", "card_checker.py", "evidence.py"):
        tree = ast.parse((folder / name).read_text(encoding="utf-8"))
        imported = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
        imported |= {
            alias.name
            for each in ast.walk(tree)
            if isinstance(each, ast.Import)
            for alias in each.names
        }
        ours = {each for each in imported if each and each.split(".")[0] not in STANDARD}
        assert ours <= {"tests.simulation.evidence"}
    assert len((folder / "checker.py").read_text(encoding="utf-8").splitlines()) < 200
