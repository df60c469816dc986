"""A day in the demo's shop, typed: online, offline, kill -9 in between, a sync; then all is compared."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.compare import compare, read_journal
from tests.e2e.till import ROOT, Till

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here"),
]
BREAD, CRACKERS, EGGS = (
    (ROOT / "config" / "sample_shop" / "products.csv").read_text(encoding="utf-8").splitlines()[n]
    for n in (30, 1, 27)
)
RICH, OFFLINE = "1", "6"  # Places on the side panel, in the order of demo_cards.toml.


def code_of(product: str) -> str:
    return product.split(",", maxsplit=1)[0]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    shop = Till(tmp_path / "shop")
    shop.home.mkdir()
    shop.start()
    yield shop
    shop.end()


def tap(till: Till, place: str) -> None:
    till.keys("F12")
    till.wait_for("체험판: 계산대 주변")
    till.keys(place)


def close_panel(till: Till) -> None:
    till.keys("F12", pause_s=0.4)


def wait_until_drained(till: Till) -> None:
    for _ in range(200):
        journal = read_journal(till.home / "terminal.db")
        if journal.unsent == journal.unprinted == 0:
            return
        time.sleep(0.1)
    raise AssertionError(f"still unsent or unprinted; the screen:\n{till.screen()}")


def test_a_day_with_an_outage_and_two_power_cuts_agrees_to_the_last_won(till: Till) -> None:
    # An online sale: two kinds of product, a tap, cashback and balance from the ledger.
    till.keys(code_of(CRACKERS), "Enter", f"3*{code_of(EGGS)}", "Enter", "F5")
    till.wait_for("카드를 대 주세요")
    tap(till, RICH)
    shown = till.wait_for("결제 완료", "온라인 승인", "캐시백", "잔액")
    assert "20" in shown

    # A cash sale with change.
    till.keys(code_of(BREAD), "Enter", "5000", "F6")
    till.wait_for("거스름돈")

    # kill -9 with a sale on the screen: it comes back.
    till.keys(f"2*{code_of(BREAD)}", "Enter", pause_s=0.5)
    till.kill_9()
    till.start(until="되살렸습니다")
    till.wait_for("확인했습니다")
    till.confirm("확인했습니다")
    till.keys("F6")
    till.wait_for("현금 결제 완료")

    # kill -9 while the ledger is being asked: it posted, and the terminal never heard.
    till.ask_ledger("POST", "/demo/faults", delay_ms=3_000)
    till.keys(code_of(BREAD), "Enter", "F5")
    till.wait_for("카드를 대 주세요")
    tap(till, RICH)
    till.wait_for("승인 요청 중입니다")
    time.sleep(0.4)
    till.kill_9()
    till.start(until="확인했습니다")
    time.sleep(0.5)
    told = till.screen()
    assert "마무리한 판매" in told or "되돌리는 결제" in told
    till.confirm("확인했습니다")
    if "되살렸습니다" in told:  # The ledger was killed before it posted: the sale is to be paid.
        till.keys("F6")
        till.wait_for("현금 결제 완료")

    # The line goes; a genuine card pays offline, out of what the ledger has set aside for it.
    till.keys("F12")
    till.wait_for("체험판: 계산대 주변")
    till.keys("n")
    close_panel(till)
    till.keys(code_of(EGGS), "Enter", "F5")
    till.wait_for("카드를", seconds=20)
    tap(till, OFFLINE)
    till.wait_for("오프라인 승인", seconds=20)
    till.wait_for("회선")
    assert read_journal(till.home / "terminal.db").unsent > 0

    # The report reads the journal beside the running terminal.
    report = subprocess.run(
        [sys.executable, "run_pos.py", "report", "--settings", str(till.home / "settings.toml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "미전송" in report.stdout

    # kill -9 with the queue full; the start plugs the cable in again, and it drains.
    till.kill_9()
    till.start()
    wait_until_drained(till)
    journal = read_journal(till.home / "terminal.db")
    assert len(journal.offline) == 1
    assert len(journal.sales) >= 4
    compare(journal, till.ask_ledger("GET", "/demo/entries"), till.home / "receipts")


def test_the_line_comes_back_and_the_queue_drains_before_the_cashiers_eyes(till: Till) -> None:
    healthy = subprocess.run(
        [sys.executable, "run_pos.py", "doctor", "--settings", str(till.home / "settings.toml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "!!" not in healthy.stdout.replace("!!  화면", ""), healthy.stdout

    till.keys("F12")
    till.wait_for("체험판: 계산대 주변")
    till.keys("n")  # Pulled.
    close_panel(till)
    for _ in range(2):
        till.keys(code_of(BREAD), "Enter", "F5")
        till.wait_for("카드를", seconds=20)
        tap(till, OFFLINE)
        till.wait_for("결제 완료", "오프라인 승인", seconds=20)
        till.keys("Escape", pause_s=0.6)
    till.wait_for("회선 끊김", "2건", "3,200원")

    till.keys("F12")
    till.wait_for("체험판: 계산대 주변")
    till.keys("n", pause_s=0.4)  # Plugged in again, without a restart.
    till.keys("o")
    close_panel(till)
    shown = till.wait_for("연결됨", "새 주문", seconds=30)
    assert "회선 끊김" not in shown

    till.keys("F3")
    till.wait_for("접수까지 남은 시간")
    till.keys("Enter")
    till.wait_for("접수했습니다")
    wait_until_drained(till)
    papers = "".join(
        path.read_text(encoding="utf-8") for path in (till.home / "receipts").glob("receipt-*.txt")
    )
    assert "주방 주문서" in papers
    book = till.ask_ledger("GET", "/demo/entries")
    compare(read_journal(till.home / "terminal.db"), book, till.home / "receipts")
    assert any(posting["kind"].startswith("order") for posting in book["postings"])

    till.keys("Escape", "F4", pause_s=0.6)
    till.wait_for("아낀 금액", "낸 중개수수료")
