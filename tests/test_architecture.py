"""The house keeps its shape: imports point inwards, files stay short, secrets stay out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("pos", "drivers", "receipts", "offline_queue", "ledger", "config", "composition")
LINES_MAX = 400
LONG, LONG_FILES_MAX = (
    300,
    9,
)  # The errors, the store, the wiring, the contract, the selling screen...


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_imports_point_inwards() -> None:
    linter = ROOT / ".venv" / "bin" / "lint-imports"
    done = subprocess.run(
        [str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4_000:]


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in python_files(*PRODUCT, "tools")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONG
    }
    assert max(long.values(), default=0) <= LINES_MAX, long
    assert len(long) <= LONG_FILES_MAX, long


def test_every_file_says_in_its_first_line_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files(*PRODUCT)
        if not path.read_text(encoding="utf-8").startswith(('"""', "#!"))
    ]
    assert silent == []


def test_no_float_takes_part_in_the_money() -> None:
    suspicious = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in python_files("pos/domain", "pos/services", "ledger/server")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bfloat\(|\bround\(", line) and "seconds" not in line
    ]
    assert suspicious == []


def test_the_core_reads_no_clock_and_draws_no_chance() -> None:
    forbidden = re.compile(r"datetime\.now\(|time\.time\(|random\.|secrets\.|uuid4")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in python_files("pos/domain", "pos/services")
        for line in path.read_text(encoding="utf-8").splitlines()
        if forbidden.search(line)
    ]
    assert found == []
