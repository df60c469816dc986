"""Keys counted over a real terminal: what is done after a sale, and for the shift, against what the best need."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.screen_picture import Watched

CASHIER = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
ENTER, DOWN, F2, F6, F7, F9, F11 = (
    "\r",
    "\x1b[B",
    "\x1bOQ",
    "\x1b[17~",
    "\x1b[18~",
    "\x1b[20~",
    "\x1b[23~",
)
PATIENCE_S = 30  # The machine may be busy with other things.


class Counted:
    """A till whose keys are counted; each waits for what it leads to, as a person does."""

    def __init__(self, home: Path, *options: str) -> None:
        command = [sys.executable, "-m", "tests.e2e.counted_till", str(home), *options]
        self.home = home
        self.till = Watched(command, 80, 24, CASHIER)
        self.count = 0

    def scan(self, *codes: str) -> None:
        """A scan is no key."""
        for code in codes:
            self.till.keys(f"{code}\r")
            self.till.follow(0.4)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.till.keys(key)
            self.till.follow(0.25)
            self.count += 1

    def wait(self, text: str) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while text not in self.shown():
            if time.monotonic() > give_up:
                raise AssertionError(f"never said {text}:\n{self.shown()}")
            self.till.follow(0.2)

    def shown(self) -> str:
        # Cell by cell: the emulator's own reading stumbles over half of a wide letter.
        screen = self.till.screen
        rows = (screen.buffer[row] for row in range(screen.lines))
        return "\n".join("".join(row[at].data for at in range(screen.columns)) for row in rows)

    def kinds(self) -> list[str]:
        with sqlite3.connect(self.home / "terminal.db") as db:
            rows = db.execute("SELECT kind FROM journal ORDER BY sequence").fetchall()
        return [str(row[0]) for row in rows if not row[0].startswith("payment")]

    def jobs(self) -> list[tuple[str, int]]:
        with sqlite3.connect(self.home / "terminal.db") as db:
            return db.execute("SELECT kind, reprint FROM print_job ORDER BY id").fetchall()

    def end(self) -> None:
        os.kill(self.till.pid, signal.SIGKILL)
        os.waitpid(self.till.pid, 0)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Counted]:
    made = Counted(tmp_path, "ko")
    made.wait("F6")
    yield made
    made.end()


def sell(till: Counted, *codes: str) -> None:
    till.scan(*codes)
    till.press(F6)
    till.wait("결제 완료")


def goods_of(till: Counted) -> list[str]:
    rows = (till.home / "products.csv").read_text(encoding="utf-8").splitlines()[1:3]
    return [row.split(",")[0] for row in rows]


def test_reprint_void_and_refund_take_no_more_keys_than_the_best_need(till: Counted) -> None:
    goods = goods_of(till)
    till.count = 0
    sell(till, *goods)
    assert till.count == 1  # Exact cash, after the last scan.
    sell(till, goods[0])

    till.count = 0
    till.press(F2)
    till.wait("영수증 재발행")
    assert (till.count, till.jobs()[-1]) == (1, ("sale_receipt", 1))

    till.count = 0
    till.press(F7)
    till.wait("돌려준 돈")
    till.wait("x 1")
    till.press(ENTER)
    till.wait("당일 취소")
    till.press("1")
    till.wait("전표")
    assert till.count <= 3
    assert till.kinds()[-1] == "sale.refunded"
    till.press(ENTER)
    till.wait("F6")

    till.count = 0  # The second line of the older sale, by the receipt's number.
    till.press(F7)
    till.wait("돌려준 돈")
    till.wait("x 1")
    till.press("1", ENTER)
    till.wait("전부")
    till.press("2", DOWN, "+")
    till.wait("반품")
    till.press("1")
    till.wait("전표")
    assert till.count <= 8
    assert till.kinds().count("sale.refunded") == 2


def test_x_and_z_take_no_more_keys_than_the_best_need(till: Counted) -> None:
    sell(till, goods_of(till)[0])
    till.count = 0
    till.press(F9)
    till.wait("마감 전 확인")
    till.press("1")
    till.wait("중간 정산(X)")
    assert till.count <= 3
    assert till.jobs()[-1][0] == "shift_report"
    till.press("\x1b")
    till.wait("F6")

    till.count = 0
    till.press(F9)
    till.wait("마감 전 확인")
    till.press("6")
    till.wait("서랍의 현금을 셉니다")
    counting = till.count
    till.press(*[ENTER] * 8)
    till.wait("1을 누르면")
    till.count = counting  # Whoever counts, counts.
    till.press("1")
    till.wait("마감했습니다")
    assert till.count <= 5
    assert till.kinds()[-2:] == ["shift.counted", "shift.closed"]


def test_another_person_takes_over_by_one_key_and_a_pin_and_the_sale_stays(tmp_path: Path) -> None:
    till = Counted(tmp_path, "ko", "people")
    try:
        till.wait("이하늘")
        till.till.follow(2.5)  # What warms up in the background may hold the first keys back.
        till.press(*"24569", ENTER)
        till.wait("이하늘  IE")
        code = (tmp_path / "products.csv").read_text(encoding="utf-8").splitlines()[1]
        till.scan(code.split(",")[0])
        till.count = 0
        till.press(F11)
        till.wait("담당자가 누구인가요")
        till.press(*"12580", ENTER)
        till.wait("김사장  IE")
        assert till.count == 1 + len("12580") + 1
        assert till.kinds().count("person.signed_in") == 2
        till.press(F6)
        till.wait("결제 완료")
    finally:
        till.end()
