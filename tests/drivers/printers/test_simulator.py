"""The simulated printer by itself: strict about bytes, and true to the modes of a real one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from drivers.simulators.printer.head import Head
from drivers.simulators.printer.machine import Fault, Machine
from drivers.simulators.printer.paper import PaperTray
from drivers.simulators.printer.parser import Parser
from receipts.rows import Align, CutMark, Printed, QrCode, Row
from tests.drivers.printers.simulated import ROOT, receipt, simulated

HANGUL = b"\x1b@\x1c&"


def print_bytes(data: bytes, columns: int = 42) -> Head:
    head = Head(columns)
    for token in Parser().feed(data):
        head.take(token)
    return head


def machine() -> tuple[Machine, list[list[Printed]]]:
    papers: list[list[Printed]] = []
    return Machine(42, papers.append), papers


def only_row(head: Head) -> Row:
    (row,) = head.rows
    assert isinstance(row, Row)
    return row


def test_hangul_after_a_bare_reset_is_garbage_as_on_a_real_printer() -> None:
    assert only_row(print_bytes(HANGUL + "김밥\n".encode("cp949"))).text == "김밥"
    assert "김밥" not in only_row(print_bytes(b"\x1b@" + "김밥\n".encode("cp949"))).text


def test_what_it_does_not_know_is_recorded() -> None:
    assert print_bytes(b"\x1b@\x1bZ\x07A\n").unknown == ["1b5a", "07"]


def test_a_row_wider_than_the_paper_breaks_and_is_counted() -> None:
    head = print_bytes(HANGUL + ("가" * 17).encode("cp949") + b"\n", columns=32)
    assert head.strayed == 1
    assert [row.text for row in head.rows if isinstance(row, Row)] == ["가" * 16, "가"]


def test_size_bold_and_underline_are_kept_by_the_letter() -> None:
    row = only_row(print_bytes(b"\x1b@A\x1d!\x11\x1bE\x01B\x1d!\x00\x1bE\x00\x1b-\x01C\n"))
    looks = [(span.text, span.wide, span.high, span.bold, span.underline) for span in row.spans]
    assert looks == [
        ("A", 1, 1, False, False),
        ("B", 2, 2, True, False),
        ("C", 1, 1, False, True),
    ]


def test_alignment_is_the_rows() -> None:
    head = print_bytes(b"\x1ba\x01A\n\x1ba2B\n")
    assert [row.align for row in head.rows if isinstance(row, Row)] == [Align.CENTER, Align.RIGHT]


def test_a_qr_code_is_read_back() -> None:
    data = b"\x1d(k\x03\x001C\x06\x1d(k\x07\x001P0IEUM\x1d(k\x03\x001Q0"
    assert print_bytes(data).rows == [QrCode("IEUM", 6, Align.LEFT)]


@given(st.lists(st.integers(1, 30), max_size=60))
def test_a_job_may_arrive_in_any_pieces(cuts: list[int]) -> None:
    data = receipt("test_page")
    whole = print_bytes(data)
    head, parser = Head(42), Parser()
    for cut in [*cuts, len(data)]:
        for token in parser.feed(data[:cut]):
            head.take(token)
        data = data[cut:]
    assert head.rows == whole.rows
    assert head.unknown == []


@given(st.binary(max_size=300))
def test_noise_does_not_bring_it_down(noise: bytes) -> None:
    device, _ = machine()
    device.receive(noise)
    device.hang_up()


def test_statuses_and_echo_are_the_standards_bytes() -> None:
    device, _ = machine()
    assert device.receive(b"\x10\x04\x01\x10\x04\x04") == b"\x12\x12"
    assert device.receive(b"\x1d(H\x06\x0000A001") == b"7\x22A001\x00"
    device.set_fault(Fault.PAPER_OUT)
    assert device.receive(b"\x10\x04\x01\x10\x04\x02\x10\x04\x04") == b"\x1a\x32\x7e"


def test_what_came_in_without_paper_is_printed_once_there_is_some() -> None:
    device, papers = machine()
    device.set_fault(Fault.PAPER_OUT)
    device.receive(receipt())
    assert papers == []
    device.set_fault(Fault.NONE)
    assert len(papers) == 1


def test_half_a_command_at_the_end_of_a_connection_is_recorded() -> None:
    device, _ = machine()
    device.receive(b"\x1d(k\x10\x00")
    device.hang_up()
    assert device.counts()["unknown"] == ["1d286b1000"]


def test_papers_are_numbered_on_after_a_restart(tmp_path: Path) -> None:
    paper: list[Printed] = [Row.of("가"), CutMark()]
    PaperTray(tmp_path, 32).take(paper)
    PaperTray(tmp_path, 32).take(paper)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "latest.png",
        "latest.txt",
        "receipt-0001.png",
        "receipt-0001.txt",
        "receipt-0002.png",
        "receipt-0002.txt",
    ]


async def test_a_wrong_word_on_the_control_socket_is_answered(tmp_path: Path) -> None:
    async with simulated(tmp_path) as running:
        assert (await running.ask(fault="on_fire"))["ok"] is False
        assert (await running.ask(hello=1))["ok"] is False
        assert (await running.state())["fault"] == "none"


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    start = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'drivers.simulators.printer',"
        f" '--out', {str(tmp_path)!r}], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", start], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    ends_at = time.monotonic() + 5
    while alive(child) and time.monotonic() < ends_at:
        time.sleep(0.02)
    assert not alive(child)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has buried yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_the_drawers_count_is_a_file_from_the_start(tmp_path: Path) -> None:
    PaperTray(tmp_path, 42).drawer(0)
    assert json.loads((tmp_path / "drawer.json").read_text()) == {"kicks": 0}
