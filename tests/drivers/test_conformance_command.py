"""The checks by their command, as whoever writes a driver runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = """
import tempfile
from contextlib import contextmanager
from pathlib import Path
from drivers.scanners.framing import Framing
from tests.drivers.cards.benches import in_process_bench
from tests.drivers.cards.cardworld import CardWorld
from tests.drivers.displays.test_displays import Forgetful, VfdBench
from tests.drivers.scanners.test_serial_scanner import PtyBench

@contextmanager
def reader():
    with tempfile.TemporaryDirectory() as name:
        with in_process_bench(CardWorld(Path("{keys}"), Path(name) / "state.json")) as bench:
            yield bench

@contextmanager
def deaf_reader():
    with reader() as bench:
        async def deaf(): ...
        bench.reader.cancel = deaf
        yield bench

def on_line(kind, *rest):
    with tempfile.TemporaryDirectory() as name:
        yield kind(Path(name), *rest)

scanner = contextmanager(lambda: on_line(PtyBench, Framing()))
glass = contextmanager(lambda: on_line(VfdBench))
forgetful_glass = contextmanager(lambda: on_line(Forgetful))
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
        timeout=150,
    )


def test_a_good_reader_is_told_so_promise_by_promise(tmp_path: Path) -> None:
    done = run(tmp_path, "reader")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok   two cards swapped at any moment are never mixed" in done.stdout
    assert "--  (not offered by this bench) a reader that is gone" in done.stdout


def test_a_bad_one_is_told_which_promise_it_broke(tmp_path: Path) -> None:
    done = run(tmp_path, "deaf_reader")
    assert done.returncode == 1
    assert "!!" in done.stdout
    assert "cancel right after present is heard too" in done.stdout


def test_a_scanner_is_put_to_its_own_checks_and_with_codes_to_a_card_readers(
    tmp_path: Path,
) -> None:
    done = run(tmp_path, "scanner")
    assert done.returncode == 0, done.stdout + done.stderr
    own, _, by_code = done.stdout.partition("Customers' payment codes by this scanner:\n")
    assert "ok   half a code is an error and no code" in own
    assert "ok   two cards swapped at any moment are never mixed" in by_code
    assert "ok   a reader that is gone is said at once, and back again it reads" in by_code


def test_a_display_is_put_to_its_checks_and_told_what_it_broke(tmp_path: Path) -> None:
    good, bad = run(tmp_path, "glass"), run(tmp_path, "forgetful_glass")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "ok   amounts are shown whole" in good.stdout
    assert bad.returncode == 1
    assert "Broken: '678' of" in bad.stdout
    assert "nothing of the last view stays" in bad.stdout
