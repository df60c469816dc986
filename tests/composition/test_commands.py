"""The command line as people type it: clear words, the right exit code, no traceback."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offline_queue.store import SqliteStore
from pos.domain.events import DrawerOpened, to_record
from pos.ports import Change

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "sample_shop"


def ieum(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "run_pos.py", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "100", "LINES": "30"},
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name in ("settings.toml", "products.csv"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    text = (tmp_path / "settings.toml").read_text(encoding="utf-8").replace('"pcsc"', '"none"')
    (tmp_path / "settings.toml").write_text(text.replace(":8440", ":9"), encoding="utf-8")
    return tmp_path


def test_the_doctor_names_each_thing_that_is_wrong_and_what_to_do(shop: Path) -> None:
    done = ieum("doctor", "--settings", str(shop / "settings.toml"))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert any("ok" in line and "상품 / products: 60" in line for line in lines)
    assert any("!!" in line and "프린터" in line and "unreachable" in line for line in lines)
    assert any("!!" in line and "서버 / ledger" in line for line in lines)
    assert "→" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_the_doctor_names_the_line_of_a_bad_setting(shop: Path) -> None:
    path = shop / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("columns = 42", "columns = 12"))
    done = ieum("doctor", "--settings", str(path))
    assert done.returncode == 1
    assert "settings.toml:30 printer.columns" in done.stdout


def test_a_bad_setting_stops_the_terminal_before_it_starts(shop: Path) -> None:
    path = shop / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("device = ", "devise = "))
    done = ieum("run", "--settings", str(path))
    assert done.returncode == 2
    assert "K01" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_report_before_the_first_sale_says_that_there_is_no_record(shop: Path) -> None:
    done = ieum("report", "--settings", str(shop / "settings.toml"))
    assert done.returncode == 2
    assert "no sale record yet" in done.stderr


def test_a_day_that_is_none_is_refused(shop: Path) -> None:
    done = ieum("report", "--settings", str(shop / "settings.toml"), "--day", "tomorrow")
    assert done.returncode == 2
    assert "YYYY-MM-DD" in done.stderr


def test_without_a_screen_the_till_says_so_and_ends(tmp_path: Path) -> None:
    done = ieum("demo", "--home", str(tmp_path / "shop"))
    assert done.returncode == 2
    assert "K04" in done.stderr
    assert not (tmp_path / "shop").exists()


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    done = ieum("demo", "--home", str(tmp_path / "shop"), "--lang", "fr")
    assert done.returncode == 2
    assert "fr" in done.stderr


def test_a_message_is_in_one_language_a_line(shop: Path) -> None:
    (shop / "settings.toml").unlink()
    done = ieum("run", "--settings", str(shop / "settings.toml"))
    korean, english = done.stderr.strip().splitlines()
    assert "파일 없음" in korean
    assert "no such file" in english
    assert not any("가" <= letter <= "힣" for letter in english)


def test_the_report_of_a_day_before_all_rates_is_no_traceback(shop: Path) -> None:
    text = (shop / "settings.toml").read_text(encoding="utf-8")
    device = int(text.split("device = ")[1].split()[0])
    store = SqliteStore(shop / "terminal.db", device=device, new_incarnation=lambda: 1)
    asyncio.run(store.close())
    words = ("report", "--settings", str(shop / "settings.toml"), "--day")
    done = ieum(*words, "2020-01-01")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "요율" in done.stderr
    assert ieum(*words, "2026-11-24").returncode == 0


def a_shop_that_sold(shop: Path, count: int = 3) -> None:
    text = (shop / "settings.toml").read_text(encoding="utf-8")
    device = int(text.split("device = ")[1].split()[0])
    store = SqliteStore(shop / "terminal.db", device=device, new_incarnation=lambda: 1)

    async def sell() -> None:
        for _ in range(count):
            event = DrawerOpened("change", datetime.now(UTC))
            await store.commit(Change(records=(to_record(event),)))
        await store.close()

    asyncio.run(sell())


def test_the_head_on_the_report_proves_later_that_nothing_was_cut_off(shop: Path) -> None:
    a_shop_that_sold(shop)
    report = ieum("report", "--settings", str(shop / "settings.toml"))
    found = re.search(r"기록 끝 번호\s+(3:[0-9a-f]{12})", report.stdout)
    assert found, report.stdout + report.stderr
    words = ("verify", "--journal", str(shop / "terminal.db"))
    done = ieum(*words, "--head", found[1])
    assert done.returncode == 0, done.stderr
    assert "3 records" in done.stdout
    short = ieum(*words, "--head", f"4:{found[1][2:]}")
    assert short.returncode == 2
    assert "J03" in short.stderr
    assert "only 3 records" in short.stderr
    assert ieum(*words, "--head", "three").returncode == 2
    assert ieum(*words, "--key", str(shop / "products.csv")).returncode == 2


def test_a_backup_comes_back_and_says_what_is_in_it(shop: Path) -> None:
    a_shop_that_sold(shop)
    settings = ("--settings", str(shop / "settings.toml"))
    copy = shop / "copy.db"
    done = ieum("backup", *settings, "--to", str(copy))
    assert done.returncode == 0, done.stderr
    a_shop_that_sold(shop, 2)
    assert ieum("verify", "--journal", str(copy), "--key", f"{copy}.pub").returncode == 0
    again = ieum("backup", *settings, "--to", str(copy))
    assert (again.returncode, "J06" in again.stderr) == (2, True)
    back = ieum("restore", *settings, "--from", str(copy))
    assert back.returncode == 0, back.stderr
    assert "3 records, the last at" in back.stdout
    assert "Traceback" not in again.stderr + back.stderr
    missing = ieum("restore", *settings, "--from", str(shop / "none.db"))
    assert (missing.returncode, "no such file" in missing.stderr) == (2, True)
