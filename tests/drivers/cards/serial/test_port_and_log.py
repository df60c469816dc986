"""The port by what does not change, and the log of the checks that outlives a power cut."""

from __future__ import annotations

import contextlib
import os
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.cards.serial import integrity
from drivers.cards.serial.integrity import Check, IntegrityLog, is_due, judge
from drivers.cards.serial.port import PortGone, PortInUse, UsbId, find_port, open_port

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WHO = ("M", "S1", "1.0")


@dataclass
class Found:
    device: str
    vid: int | None = 0x0403
    pid: int | None = 0x6001
    serial_number: str | None = "A1"


def test_a_usb_reader_is_found_under_whatever_name_it_has_now() -> None:
    for name in ("/dev/ttyUSB0", "/dev/ttyUSB3"):
        ports = [Found("/dev/ttyS0", None, None, None), Found(name), Found("/dev/ttyACM0", 0x1FC9)]
        assert find_port("usb:0403:6001:A1", lambda ports=ports: ports) == name


def test_two_readers_alike_need_their_serial_number() -> None:
    ports = [Found("/dev/ttyUSB0"), Found("/dev/ttyUSB1", serial_number="B2")]
    with pytest.raises(PortGone, match="2 ports"):
        find_port("usb:0403:6001", lambda: ports)
    assert find_port("usb:0403:6001:B2", lambda: ports) == "/dev/ttyUSB1"


def test_a_reader_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PortGone, match="0 ports"):
        find_port("usb:0403:6001", list)
    with pytest.raises(PortGone):
        open_port(str(tmp_path / "none"), 115_200)
    assert UsbId.parse("usb:0403") is None
    assert UsbId.parse("usb:0403:6001:x y") is None


def test_a_file_that_is_no_port_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PortGone):
        open_port(str(tmp_path / "file"), 115_200)


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    for each in (master, slave):
        with contextlib.suppress(OSError):
            os.close(each)


def test_a_port_is_one_programs_alone(line: tuple[int, str]) -> None:
    port = open_port(line[1], 115_200)
    with pytest.raises(PortInUse):
        open_port(line[1], 115_200)
    port.close()
    open_port(line[1], 115_200).close()


def test_a_closed_port_is_gone_and_never_another_error(line: tuple[int, str]) -> None:
    port = open_port(line[1], 115_200)
    os.write(line[0], b"abc")
    assert port.read() == b"abc"
    port.close()
    port.wake()
    port.close()
    with pytest.raises(PortGone):
        port.read()
    with pytest.raises(PortGone):
        port.write(b"x")


def check(at: datetime = NOON, digest: str = "aa", problem: str = "") -> Check:
    return Check(at, *WHO, "00", digest, problem)


def test_a_check_is_due_at_the_start_after_a_failure_and_on_each_korean_day() -> None:
    assert is_due(None, NOON)
    assert is_due(check(problem="result_13"), NOON)
    assert not is_due(check(), NOON + timedelta(hours=11, minutes=59))
    assert is_due(check(), NOON + timedelta(hours=12))  # Midnight in Korea.


def test_the_same_firmware_with_another_digest_does_not_pass() -> None:
    before = [check(digest="aa")]
    assert judge(NOON, WHO, "00", "aa", before).passed
    assert judge(NOON, WHO, "00", "bb", before).problem == "digest_changed"
    assert judge(NOON, ("M", "S1", "1.1"), "00", "bb", before).passed  # An update.
    assert judge(NOON, ("M", "S2", "1.0"), "00", "bb", before).passed  # Another reader.
    assert judge(NOON, WHO, "13", "aa", before).problem == "result_13"
    failed = [check(digest="bb", problem="digest_changed")]
    assert judge(NOON, WHO, "00", "aa", failed + before).passed


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    log = IntegrityLog(tmp_path / "log")
    assert log.read() == ()
    for digest in ("aa", "bb"):
        log.add(check(digest=digest))
    assert [each.digest for each in log.read()] == ["aa", "bb"]


def test_a_line_that_a_power_cut_tore_costs_no_other(tmp_path: Path) -> None:
    log = IntegrityLog(tmp_path / "log")
    log.add(check(digest="aa"))
    whole = log.path.read_bytes()
    for cut in range(1, len(whole)):
        log.path.write_bytes(whole + whole[:cut])
        log.add(check(digest="cc"))
        assert [each.digest for each in log.read()][-1] == "cc"
        assert log.read()[0].digest == "aa"


def test_the_log_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "LINES_MAX", 10)
    log = IntegrityLog(tmp_path / "log")
    for number in range(25):
        log.add(check(digest=f"{number:02x}"))
    assert len(log.path.read_text().splitlines()) <= 10
    assert log.read()[-1].digest == "18"
