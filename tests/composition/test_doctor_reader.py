"""The doctor at a secure reader: what it says when all is well, and of each thing that can be wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from composition.devices import reader_of
from composition.doctor import examine
from composition.doctor_reader import integrity, serial_reader
from config.settings import Settings, load_settings
from drivers.cards.serial.integrity import LOG_NAME, Check, IntegrityLog
from drivers.cards.serial.port import open_port
from drivers.cards.serial.profiles import TL3500
from drivers.cards.serial.serial_reader import SerialReader
from drivers.simulators.card.keys import generate_keys
from drivers.simulators.card.profiles import load_profiles
from drivers.simulators.reader.faults import Fault
from drivers.simulators.reader.keys import READER_FILE, inject, load_reader_keys
from drivers.simulators.reader.machine import ReaderMachine
from drivers.simulators.reader.pty_reader import PtyReader
from pos.services.hotlist import Hotlist

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "sample_shop"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    generate_keys(tmp_path, load_profiles(ROOT / "config" / "demo_cards.toml"))
    inject(tmp_path)
    text = (SAMPLE / "settings.toml").read_text("utf-8")
    serial = f'kind = "serial"\nport = "{tmp_path / "reader"}"'
    (tmp_path / "settings.toml").write_text(text.replace('kind = "pcsc"', serial), "utf-8")
    (tmp_path / "products.csv").write_bytes((SAMPLE / "products.csv").read_bytes())
    return tmp_path


@pytest.fixture
def settings(shop: Path) -> Settings:
    return load_settings(shop / "settings.toml")


@pytest.fixture
def line(shop: Path) -> Iterator[PtyReader]:
    made = PtyReader(TL3500, ReaderMachine(load_reader_keys(shop / READER_FILE)), shop / "reader")
    yield made
    made.close()


def test_settings_make_the_reader(shop: Path, settings: Settings) -> None:
    reader = reader_of(settings, shop, Hotlist())
    assert isinstance(reader, SerialReader)
    reader.close()


async def test_a_reader_that_is_well_is_named_with_its_port_and_its_check(
    shop: Path, settings: Settings, line: PtyReader
) -> None:
    found = await serial_reader(settings, shop)
    assert (found.wrong, str(shop / "reader") in found.good) == ("", True)
    checked = await integrity(shop)
    assert checked.wrong == ""
    for word in ("SIM0000001", "1.0.3", "통과", LOG_NAME):
        assert word in checked.good


async def test_the_whole_doctor_shows_both(shop: Path, line: PtyReader) -> None:
    said = [each.line() for each in await examine(ROOT, shop / "settings.toml")]
    assert any(each.startswith("  ok  카드 리더기") and "tl3500" in each for each in said)
    assert any(each.startswith("  ok  리더기 무결성") for each in said)


@pytest.mark.parametrize(
    ("what", "code"), [("no_port", "no_port"), ("use", "port_in_use"), ("mute", "no_answer")]
)
async def test_what_is_wrong_is_named_with_what_to_do(
    shop: Path,
    settings: Settings,
    line: PtyReader,
    what: str,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("composition.doctor_reader.FIRST_CHECK_S", 0.1)
    held = None
    if what == "no_port":
        line.unplug()
    elif what == "use":
        held = open_port(str(shop / "reader"), 115_200)
    else:
        line.misbehave(Fault.NO_ACK)
    found = await serial_reader(settings, shop)
    assert code in found.wrong
    assert found.fix
    if held is not None:
        held.close()


async def test_a_check_that_failed_is_said_loudly(
    shop: Path, settings: Settings, line: PtyReader
) -> None:
    line.misbehave(Fault.TAMPERED)
    assert "not_secure" in (await serial_reader(settings, shop)).wrong
    assert "result_13" in (await integrity(shop)).wrong


async def test_no_check_or_none_today_is_said(tmp_path: Path) -> None:
    assert "none made" in (await integrity(tmp_path)).wrong
    yesterday = datetime.now(UTC) - timedelta(days=1)
    IntegrityLog(tmp_path / LOG_NAME).add(Check(yesterday, "M", "S", "1", "00", "aa"))
    assert "none today" in (await integrity(tmp_path)).wrong


def test_a_shops_till_leaves_no_core() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import ctypes, resource\n"
            "from composition.no_core import PR_GET_DUMPABLE, forbid_core_dumps\n"
            "forbid_core_dumps()\n"
            "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(PR_GET_DUMPABLE))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "(0, 0) 0"
