"""Serial and USB lines over pseudo-terminals, with the simulated printer at the other end."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.printers.device_line import (
    open_serial,
    open_usb,
    serial_ports,
    usb_path,
    usb_printers,
)
from drivers.printers.escpos_printer import EscposPrinter
from drivers.printers.escpos_replies import KICK_PIN_5, Drawer
from drivers.simulators.printer.machine import Fault, Machine
from pos.ports import PrintOutcome
from tests.drivers.printers.simulated import receipt


@dataclass
class Wired:
    path: Path
    machine: Machine
    papers: list[int]
    master: int

    def pull(self) -> None:
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        self.master = -1


@asynccontextmanager
async def wired() -> AsyncIterator[Wired]:
    """A printer at the end of a wire that looks like a device file."""
    master, slave = os.openpty()
    tty.setraw(slave)
    papers: list[int] = []
    machine = Machine(42, lambda rows: papers.append(len(rows)))
    there = Wired(Path(os.ttyname(slave)), machine, papers, master)

    def come() -> None:
        if answers := machine.receive(os.read(master, 65_536)):
            os.write(master, answers)

    asyncio.get_running_loop().add_reader(master, come)
    try:
        yield there
    finally:
        if there.master >= 0:
            there.pull()
        os.close(slave)


def over_serial(wire: Wired) -> EscposPrinter:
    return EscposPrinter(lambda: open_serial(str(wire.path), 115_200), name="serial")


async def test_a_job_over_a_serial_line_is_confirmed_by_the_printer() -> None:
    async with wired() as wire:
        printer = over_serial(wire)
        for token in ("0001", "0002"):
            result = await printer.print(
                receipt(), token=token, kick_drawer=True, deadline_ms=5_000
            )
            assert result.outcome is PrintOutcome.CONFIRMED
        assert len(wire.papers) == 2
        assert wire.machine.kicks == 2
        assert wire.machine.counts()["unknown"] == []


async def test_trouble_is_told_over_a_serial_line_before_a_byte_is_printed() -> None:
    async with wired() as wire:
        wire.machine.set_fault(Fault.COVER_OPEN)
        result = await over_serial(wire).print(
            receipt(), token="0001", kick_drawer=True, deadline_ms=3_000
        )
        assert (result.outcome, result.problem) == (PrintOutcome.NOT_STARTED, "cover_open")
        assert wire.machine.kicks == 0


async def test_a_port_that_is_not_there_starts_nothing_and_raises_nothing(tmp_path: Path) -> None:
    printer = EscposPrinter(lambda: open_serial(str(tmp_path / "gone"), 9_600), name="serial")
    result = await printer.print(b"x", token="0001", kick_drawer=False, deadline_ms=1_000)
    assert (result.outcome, result.problem) == (PrintOutcome.NOT_STARTED, "unreachable")
    assert not (await printer.status()).ready


async def test_a_cable_pulled_out_in_a_job_breaks_it_off() -> None:
    async with wired() as wire:
        wire.machine.set_fault(Fault.JAM_MIDWAY)
        printer = over_serial(wire)
        job = asyncio.create_task(
            printer.print(receipt(), token="0001", kick_drawer=False, deadline_ms=3_000)
        )
        await asyncio.sleep(0.1)
        wire.pull()
        result = await job
        assert result.outcome in (PrintOutcome.BROKEN_OFF, PrintOutcome.NOT_STARTED)
        assert result.outcome is not PrintOutcome.CONFIRMED


def plugged(root: Path, name: str, facts: dict[str, str]) -> None:
    """Put a USB printer into a made-up sysfs."""
    interface = root / "devices" / name / "1-1:1.0"
    interface.mkdir(parents=True)
    for fact, text in facts.items():
        (interface.parent / fact).write_text(text + "\n", encoding="utf-8")
    entry = root / "class" / name
    entry.mkdir(parents=True)
    (entry / "device").symlink_to(interface)


EPSON = {
    "idVendor": "04b8",
    "idProduct": "0202",
    "serial": "J4FF01",
    "manufacturer": "EPSON",
    "product": "TM-T88V",
}


async def test_a_usb_printer_is_found_by_what_it_is_wherever_it_is_plugged_in(
    tmp_path: Path,
) -> None:
    plugged(tmp_path, "lp0", {"idVendor": "1504", "idProduct": "0006", "serial": "B1"})
    plugged(tmp_path, "lp3", EPSON)
    sysfs, dev = tmp_path / "class", tmp_path / "dev"
    (dev / "usb").mkdir(parents=True)
    found = usb_printers(sysfs=sysfs, dev=dev)
    assert [each.name for each in found] == ["usb:1504:0006:B1", "usb:04b8:0202:J4FF01"]
    assert found[1].title == "EPSON TM-T88V"
    for name in ("usb:04b8:0202:J4FF01", "usb:04b8:0202"):
        assert usb_path(name, sysfs=sysfs, dev=dev) == dev / "usb" / "lp3"
    for name in ("usb:04b8:0202:other", "usb:ffff:0001", "usb:nonsense"):
        with pytest.raises(OSError, match="no USB printer"):
            usb_path(name, sysfs=sysfs, dev=dev)
    async with wired() as wire:
        (dev / "usb" / "lp3").symlink_to(wire.path)
        printer = EscposPrinter(
            lambda: open_usb("usb:04b8:0202", sysfs=sysfs, dev=dev),
            name="usb",
            drawer=Drawer(KICK_PIN_5),
        )
        result = await printer.print(receipt(), token="0001", kick_drawer=True, deadline_ms=5_000)
        assert result.outcome is PrintOutcome.CONFIRMED
        assert wire.machine.kicks == 1


def test_serial_ports_go_by_their_stable_names(tmp_path: Path) -> None:
    assert serial_ports(tmp_path / "none") == []
    (tmp_path / "usb-FTDI_A1-if00-port0").touch()
    assert serial_ports(tmp_path) == [str(tmp_path / "usb-FTDI_A1-if00-port0")]


@pytest.mark.parametrize(
    ("high", "wired_so", "is_open"),
    [(True, True, True), (True, False, False), (False, True, False), (True, None, None)],
)
def test_the_drawer_s_sensor_is_read_as_it_is_wired(
    high: bool, wired_so: bool | None, is_open: bool | None
) -> None:
    assert Drawer(open_when_high=wired_so).is_open(pin_high=high) is is_open


async def test_an_open_drawer_and_a_low_roll_are_told_while_nothing_prints() -> None:
    async with wired() as wire:
        wire.machine.has_sensor = True
        printer = EscposPrinter(
            lambda: open_serial(str(wire.path), 115_200),
            name="counter",
            drawer=Drawer(open_when_high=True),
        )
        assert (await printer.status()).drawer_open is False
        await printer.kick_drawer(deadline_ms=3_000)
        assert (await printer.status()).drawer_open is True
        wire.machine.drawer_open = False
        wire.machine.set_fault(Fault.NEAR_END)
        status = await printer.status()
        assert (status.ready, status.warning, status.drawer_open) == (True, "paper_low", False)
        wire.machine.set_fault(Fault.PAPER_OUT)
        status = await printer.status()
        assert (status.ready, status.problem, status.warning) == (False, "paper_out", "")


async def test_a_printer_that_falls_silent_gets_no_job_and_one_that_never_spoke_does() -> None:
    async with wired() as wire:
        printer = over_serial(wire)
        assert (await printer.status()).ready
        wire.machine.set_fault(Fault.MUTE)
        result = await printer.print(receipt(), token="0001", kick_drawer=True, deadline_ms=3_000)
        assert (result.outcome, result.problem) == (PrintOutcome.NOT_STARTED, "no_answer")
        assert wire.machine.kicks == 0
        never = over_serial(wire)
        result = await never.print(receipt(), token="0002", kick_drawer=True, deadline_ms=3_000)
        assert result.outcome is PrintOutcome.UNCONFIRMED
        assert wire.machine.kicks == 1
