"""The test command: every check and every test, the tests last. Never stops at the first failure."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

# Those need the devices, the terminal and the demo, one at a time; the other two parts run beside
# them: the ledger's tests wait for disks, all others for the processor.
DEVICES = ("tests/composition", "tests/drivers", "tests/e2e")
LEDGER = ("tests/ledger",)


def run(root: Path, pytest_arguments: list[str]) -> int:
    """Run all of it; return 0 only if all passed.

    Args:
        root: the checkout.
        pytest_arguments: handed to pytest as they are; with any, the other checks are left out.
    """
    binaries = root / ".venv" / "bin"
    checks = [
        ("ruff check", [str(binaries / "ruff"), "check", "--quiet", "."]),
        ("ruff format", [str(binaries / "ruff"), "format", "--check", "--quiet", "."]),
        ("mypy --strict", [str(binaries / "mypy"), "--no-error-summary"]),
        ("import-linter", [str(binaries / "lint-imports"), "--no-cache"]),
    ]
    failed: list[str] = []
    for name, command in checks if not pytest_arguments else []:
        if not _passes(name, command, root):
            failed.append(name)
    _say_what_is_missing(binaries, root)
    if failed:
        print(f"[ieum] failed before the tests: {', '.join(failed)}")
    sys.stdout.flush()
    if pytest_arguments:
        return _pytest(root, pytest_arguments).wait()
    return _all_tests(root) or (1 if failed else 0)


def _all_tests(root: Path) -> int:
    """Run the tests in three processes; return what the first that failed said."""
    others = [f"--ignore={each}" for each in (*DEVICES, *LEDGER)]
    with tempfile.TemporaryFile("w+") as first, tempfile.TemporaryFile("w+") as second:
        beside = [_pytest(root, ["-q", *others], first), _pytest(root, ["-q", *LEDGER], second)]
        failed = _pytest(root, list(DEVICES)).wait()
        for each, told in zip(beside, (first, second), strict=True):
            failed = each.wait() or failed
            told.seek(0)
            print(told.read(), flush=True)
    return failed


def _pytest(root: Path, arguments: list[str], out: IO[str] | None = None) -> subprocess.Popen[str]:
    python = root / ".venv" / "bin" / "python"
    return subprocess.Popen(
        [str(python), "-m", "pytest", *arguments], cwd=root, stdout=out, text=True
    )


def _passes(name: str, command: list[str], root: Path) -> bool:
    begun = time.monotonic()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    passed = done.returncode == 0
    print(f"[ieum] {name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - begun:.1f} s)")
    if not passed:
        print(done.stdout[-8_000:] + done.stderr[-4_000:])
    return passed


def _say_what_is_missing(binaries: Path, root: Path) -> None:
    """Say whether the real card reader path is tested; skipped tests alone would be overlooked."""
    ask = "from drivers.simulators.card.pcscd import why_not; print(why_not())"
    command = [str(binaries / "python"), "-c", ask]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    problem = done.stdout.strip() or done.stderr.strip()[-200:]
    if os.environ.get("IEUM_NO_PCSC") == "1":
        problem = "IEUM_NO_PCSC=1"
    if problem:
        print(f"[ieum] !! PC/SC: the real pcscd is NOT tested here: {problem}")
    else:
        print("[ieum] PC/SC: tests run on a real pcscd with the virtual reader")
