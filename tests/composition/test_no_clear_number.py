"""Sales on every kind of reader, and then every byte that was written is searched for the card's number.

Searched: all files of the till's and the ledger's folders (database, WAL, logs, print spool, pictures
and texts of the papers, the readers' logs) and of the readers' processes, and the till's own memory.
Looked for: the number in ASCII, UTF-16 both ways, packed two digits a byte (with either padding), one
digit a byte, base64 at each offset, and in hex of each.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from composition.demo.enrolment import introduce
from composition.demo.home import Home
from composition.demo.servers import ledger_database, ledger_process, printer_process
from config.settings import load_settings
from drivers.simulators.card.card_process import CardFiles, CardProcess
from drivers.simulators.card.keys import CARD_FILE
from drivers.simulators.card.pcscd import PrivatePcscd, why_not
from drivers.simulators.card.profiles import CardProfile
from drivers.simulators.card.virtual_cards import SocketCards
from drivers.simulators.reader.keys import inject
from offline_queue.device_key import device_key

ROOT = Path(__file__).resolve().parents[2]
LINE_S = 40.0
Tap = Callable[[str], Awaitable[None]]


def forms_of(number: str) -> dict[str, bytes]:
    """Return how a number could be written."""
    ascii_ = number.encode("ascii")
    packed = bytes.fromhex(number if len(number) % 2 == 0 else number + "f")
    plain = {
        "ascii": ascii_,
        "utf-16-le": number.encode("utf-16-le"),
        "utf-16-be": number.encode("utf-16-be"),
        "packed": packed,
        "packed, shifted": bytes.fromhex(f"f{number}f"[: len(number) // 2 * 2]),
        "a digit a byte": bytes(int(each) for each in number),
        "spaced": " ".join(re.findall("....", number)).encode("ascii"),
        "dashed": "-".join(re.findall("....", number)).encode("ascii"),
    }
    hexed = {
        f"hex of {name}": value.hex().encode("ascii")
        for name, value in plain.items()
        if name != "packed"
    }
    base = {
        f"base64 at {offset}": base64.b64encode(b"\0" * offset + ascii_)[4:-4]
        for offset in range(3)
    }
    return {**plain, **hexed, **base}


def found_in(data: bytes, numbers: list[str]) -> list[str]:
    return [name for number in numbers for name, form in forms_of(number).items() if form in data]


def file(path: Path) -> bool:
    """Whether it is a file with something in it."""
    return path.is_file() and path.stat().st_size > 0


def scan_files(folder: Path, numbers: list[str]) -> tuple[list[str], int]:
    """Return where a number was found, and how many bytes were searched."""
    hits, size = [], 0
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            size += len(data)
            hits += [f"{path.name}: {name}" for name in found_in(data, numbers)]
    return hits, size


def scan_memory(pid: int, numbers: list[str]) -> tuple[list[str], int]:
    """Read all of a process's memory that can be read; what a core dump would hold."""
    hits, size = [], 0
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *rest = line.split()
            if not rights.startswith("rw") or rest[-1] in {"[vvar]", "[vsyscall]"}:
                continue
            start, end = (int(each, 16) for each in span.split("-"))
            memory.seek(start)
            try:
                data = memory.read(end - start)
            except OSError:
                continue
            size += len(data)
            hits += [f"memory: {name}" for name in found_in(data, numbers)]
    return hits, size


def dump_core(pid: int, folder: Path) -> Path | None:
    """Write a core of a running process with the debugger, where there is one."""
    gcore = shutil.which("gcore")
    if gcore is None:
        return None
    folder.mkdir()
    command = [gcore, "-o", str(folder / "core"), str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    # A machine may forbid tracing; the memory was read from outside all the same.
    return folder if done.returncode == 0 else None


@dataclass
class Shop:
    """A till in its folder, with a ledger and a printer, and the numbers that must not be found."""

    home: Home
    profiles: tuple[CardProfile, ...]

    @property
    def numbers(self) -> list[str]:
        return [each.pan for each in self.profiles if each.pan]

    def set_reader(self, text: str) -> None:
        path = self.home.settings
        path.write_text(path.read_text("utf-8").replace('kind = "pcsc"', text), "utf-8")

    async def sell(
        self, taps: list[str], tap: Tap
    ) -> tuple[list[dict[str, Any]], subprocess.Popen[str]]:
        """Start everything, pay once for each tap, and return what the till said, still running."""
        self._ledger, self._printer = ledger_process(self.home), printer_process(self.home)
        ready, printer = await asyncio.gather(
            self._ledger.start(IEUM_OPERATOR_TOKEN="0" * 32), self._printer.start()
        )
        self.home.set_ports(ledger=int(ready["port"]), printer=int(printer["port"]))
        settings = load_settings(self.home.settings)
        key = device_key(self.home.folder)
        introduce(ledger_database(self.home), settings.terminal.device, key.public)
        till = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.composition.scan_till",
                str(self.home.settings),
                str(len(taps)),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.home.logs / "till.log").open("w"),
            text=True,
        )
        said: list[dict[str, Any]] = []
        waiting = list(taps)
        while True:
            line = await asyncio.wait_for(asyncio.to_thread(till.stdout.readline), LINE_S)  # type: ignore[union-attr]
            assert line, (self.home.logs / "till.log").read_text()
            told = json.loads(line)
            if told == "tap":
                await asyncio.sleep(1.2)  # Connected, checked, armed.
                await tap(waiting.pop(0))
                continue
            said.append(told)
            if "unsent" in told:
                return said, till

    async def stop(self) -> None:
        await asyncio.gather(self._ledger.stop(), self._printer.stop())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    home = Home(tmp_path / "shop", ROOT)
    profiles = home.make(fresh=False)
    inject(home.folder)
    return Shop(home, profiles)


async def order(control: Path, message: dict[str, object]) -> None:
    reader, writer = await asyncio.open_unix_connection(control)
    writer.write(json.dumps(message).encode() + b"\n")
    answer = json.loads(await reader.readline())
    writer.close()
    assert answer == {"ok": True}, answer


@contextmanager
def reader_process(shop: Shop, profile: str, place: Path) -> Iterator[Tap]:
    """Run the simulated secure reader as its own command has it."""
    control, link = place / "reader.sock", place / "reader"
    command = [sys.executable, "-m", "drivers.simulators.reader", "--profile", profile]
    for name, path in (
        ("link", link),
        ("cards", shop.home.cards),
        ("keys", shop.home.folder),
        ("state", shop.home.folder / "cards_state.json"),
        ("control", control),
    ):
        command += [f"--{name}", str(path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=(shop.home.logs / "reader.log").open("w")
    )
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["profile"] == profile

        async def tap(card: str) -> None:
            if card.startswith("swipe:"):
                await order(control, {"swipe": card.removeprefix("swipe:")})
            else:
                await order(control, {"insert": card})
                await order(control, {"hold_ms": 3_000})

        shop.set_reader(f'kind = "serial"\nport = "{link}"\nprofile = "{profile}"')
        yield tap
    finally:
        process.terminate()
        process.wait(5)


@pytest.mark.parametrize("profile", ["tl3500", "fs-tagged"])
async def test_sales_on_a_secure_reader_leave_no_number_anywhere(
    shop: Shop, profile: str, tmp_path: Path
) -> None:
    with reader_process(shop, profile, tmp_path) as tap:
        said, till = await shop.sell(["rich", "swipe:samsung", "visa", "samsung"], tap)
        papers = _papers(shop)
        hits, _ = scan_files(shop.home.folder, shop.numbers)
        written = {path.suffix or path.name for path in shop.home.folder.rglob("*") if file(path)}
        _ends(till)
        await shop.stop()
    assert hits == []  # While it runs: the write-ahead logs are there, and full.
    assert {".db", ".db-wal", ".log", ".png", ".txt"} <= written
    assert [each.get("entry", each.get("not_paid")) for each in said[:4]] == [
        "contactless_chip",
        "mst",
        "C04",
        "contactless_chip",
    ]
    assert [each["wallet"] for each in said if "paid" in each] == [
        "none",
        "samsung_pay",
        "samsung_pay",
    ]
    assert said[4] == {"refunded_to": ["samsung_pay"]}
    assert said[5] == {"wallets": {"samsung_pay": 2 * said[0]["paid"]}}
    assert said[6] == {"unsent": 0, "failures": []}
    for word in ("결제수단", "삼성페이", "MST", "그중 삼성페이"):
        assert word in papers, word
    hits, size = scan_files(shop.home.folder, shop.numbers)
    assert hits == []
    assert size > 500_000
    assert (shop.home.folder / "reader_integrity.log").exists()


@pytest.mark.parametrize("profile", ["tl3500", "fs-tagged"])
async def test_a_phones_mst_is_in_the_clear_nowhere_in_the_tills_memory(
    shop: Shop, profile: str, tmp_path: Path
) -> None:
    with reader_process(shop, profile, tmp_path) as tap:
        said, till = await shop.sell(["swipe:samsung"], tap)
        phone = [each.pan for each in shop.profiles if each.id == "samsung"]
        hits, size = scan_memory(till.pid, phone)
        dumped = dump_core(till.pid, tmp_path / "dump")
        _ends(till)
        await shop.stop()
    assert said[0]["entry"] == "mst"
    assert hits == []
    assert size > 20_000_000
    if dumped is not None:
        hits, size = scan_files(dumped, phone)
        assert hits == []
        assert size > 20_000_000


def test_the_scan_finds_what_it_looks_for(tmp_path: Path) -> None:
    number = "6290990010001004"
    for name, form in forms_of(number).items():
        path = tmp_path / "planted"
        path.write_bytes(os.urandom(1_000) + form + os.urandom(1_000))
        hits, _ = scan_files(tmp_path, [number])
        assert any(name in each for each in hits), name
    assert scan_memory(os.getpid(), [number])[0] != []


@pytest.mark.pcsc
async def test_sales_on_pcsc_leave_no_number_in_any_file(shop: Shop, tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    place = Path("/tmp") / f"ieum-{os.getpid()}"
    place.mkdir()
    pcscd = PrivatePcscd(place)
    pcscd.start()
    files = CardFiles(
        shop.home.cards, shop.home.folder / CARD_FILE, shop.home.folder / "cards_state.json"
    )
    process = CardProcess(pcscd, files, place / "cards.sock")
    try:
        process.start()
        cards: SocketCards = process.cards
        said, till = await shop.sell(["rich", "visa", "samsung"], cards.tap)
        _ends(till)
        await shop.stop()
        hits, size = scan_files(shop.home.folder, shop.numbers)
        hits += scan_files(place, shop.numbers)[0]
    finally:
        process.stop()
        pcscd.stop()
    assert [each["wallet"] for each in said if "paid" in each] == ["none", "samsung_pay"]
    assert hits == []
    assert size > 500_000


def _papers(shop: Shop) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(shop.home.receipts.glob("*.txt")))


def _ends(till: subprocess.Popen[str]) -> None:
    assert till.stdin is not None
    till.stdin.write("\n")
    till.stdin.close()
    assert till.wait(10) == 0
