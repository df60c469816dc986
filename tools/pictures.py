"""Draws the README's pictures: the real demo, typed, at both sizes. Never a mock-up."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tools.screen_picture import Watched

F3, F5, F12, ESC = "\x1bOR", "\x1b[15~", "\x1b[24~", "\x1b"
CASHIER = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
SIZES = ((80, 24), (120, 40))
BASKET = (1, 27, 30, 20, 36)  # Rows of the sample shop's products.


def run(root: Path, out: Path) -> None:
    """Draw all pictures into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    for columns, rows in SIZES:
        with tempfile.TemporaryDirectory() as home:
            _sell(root, Path(home), out, columns, rows)


def _sell(root: Path, home: Path, out: Path, columns: int, rows: int) -> None:
    products = (root / "config" / "sample_shop" / "products.csv").read_text(encoding="utf-8")
    codes = [row.split(",")[0] for row in products.splitlines()]
    command = [sys.executable, str(root / "run_pos.py"), "demo", "--home", str(home)]
    till = Watched(command, columns, rows, CASHIER)
    size = f"{columns}x{rows}"
    try:
        till.wait_for("F12")
        for place in BASKET:
            till.keys(f"{codes[place]}\r")
            till.follow(0.2)
        till.follow(0.5)
        till.save(out / f"selling-{size}.png")
        till.keys(F5)
        till.wait_for("카드를 대 주세요")
        till.keys(F12)
        till.wait_for("체험판: 계산대 주변")
        till.keys("1")  # The rich one: cashback and a balance to show.
        till.wait_for("결제 완료")
        till.save(out / f"approved-{size}.png")
        till.follow(1.5)
        shutil.copyfile(home / "receipts" / "latest.png", out / "receipt.png")
    finally:
        os.kill(till.pid, signal.SIGKILL)
        os.waitpid(till.pid, 0)
