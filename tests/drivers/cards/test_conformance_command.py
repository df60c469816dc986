"""The checks by their command, as whoever writes a driver runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BENCH = """
import tempfile
from contextlib import contextmanager
from pathlib import Path
from tests.drivers.cards.benches import in_process_bench
from tests.drivers.cards.cardworld import CardWorld

@contextmanager
def good():
    with tempfile.TemporaryDirectory() as name:
        with in_process_bench(CardWorld(Path("{keys}"), Path(name) / "state.json")) as bench:
            yield bench

@contextmanager
def bad():
    with good() as bench:
        async def deaf(): ...
        bench.reader.cancel = deaf
        yield bench
"""


def run(tmp_path: Path, name: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "my_bench.py").write_text(BENCH.format(keys=tmp_path / "keys"))
    return subprocess.run(
        [sys.executable, "-m", "drivers.conformance", f"my_bench:{name}"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_good_driver_is_told_so_promise_by_promise(tmp_path: Path) -> None:
    done = run(tmp_path, "good")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok   two cards swapped at any moment are never mixed" in done.stdout
    assert "--  (not offered by this bench) a reader that is gone" in done.stdout


def test_a_bad_one_is_told_which_promise_it_broke(tmp_path: Path) -> None:
    done = run(tmp_path, "bad")
    assert done.returncode == 1
    assert "!!" in done.stdout
    assert "cancel right after present is heard too" in done.stdout
