"""The driver against the simulated printer, over a real socket, with every fault it knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from pos.ports import Printer, PrintOutcome, PrintResult
from tests.drivers.printers.simulated import Simulated, receipt, simulated
from tests.receipts.samples import SAMPLES

GOLDEN = Path(__file__).parents[2] / "receipts" / "golden"
DEADLINE_MS = 5_000


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Simulated]:
    async with simulated(tmp_path / "paper") as running:
        yield running


async def send(
    machine: Simulated, *, kick: bool = False, token: str = "A001", deadline_ms: int = DEADLINE_MS
) -> PrintResult:
    printer: Printer = machine.driver
    return await printer.print(receipt(), token=token, kick_drawer=kick, deadline_ms=deadline_ms)


@pytest.mark.parametrize("name", SAMPLES)
async def test_what_is_on_paper_is_what_was_meant(machine: Simulated, name: str) -> None:
    result = await machine.driver.print(
        receipt(name), token="T001", kick_drawer=False, deadline_ms=DEADLINE_MS
    )
    assert result == PrintResult(PrintOutcome.CONFIRMED)
    meant = (GOLDEN / f"{name}-42.txt").read_text(encoding="utf-8")
    assert machine.latest() == meant
    assert (await machine.state())["unknown"] == []
    assert (await machine.state())["strayed"] == 0


async def test_the_echo_comes_after_the_paper(machine: Simulated) -> None:
    assert (await send(machine)).outcome is PrintOutcome.CONFIRMED
    with Image.open(machine.out / "receipt-0001.png") as picture:
        assert picture.width == 42 * 24 + 96
    assert (machine.out / "latest.png").read_bytes() == (
        machine.out / "receipt-0001.png"
    ).read_bytes()


async def test_the_drawer_opens_once_and_only_when_asked(machine: Simulated) -> None:
    assert machine.kicks() == 0
    await send(machine)
    assert machine.kicks() == 0
    await send(machine, kick=True)
    assert machine.kicks() == 1


async def test_the_drawer_can_be_opened_alone(machine: Simulated) -> None:
    result = await machine.driver.kick_drawer(deadline_ms=DEADLINE_MS)
    assert result == PrintResult(PrintOutcome.CONFIRMED)
    assert machine.kicks() == 1
    assert (await machine.state())["receipts"] == 0


async def test_a_new_connection_serves_each_job(machine: Simulated) -> None:
    driver = machine.driver
    for number in range(5):
        result = await driver.print(
            receipt(), token=f"{number:04d}", kick_drawer=False, deadline_ms=DEADLINE_MS
        )
        assert result.outcome is PrintOutcome.CONFIRMED
    assert (await machine.state())["receipts"] == 5


async def test_jobs_at_the_same_time_take_turns(machine: Simulated) -> None:
    driver = machine.driver
    jobs = [
        driver.print(receipt(), token=f"{n:04d}", kick_drawer=False, deadline_ms=20_000)
        for n in range(4)
    ]
    assert {result.outcome for result in await asyncio.gather(*jobs)} == {PrintOutcome.CONFIRMED}
    assert (await machine.state())["receipts"] == 4


@pytest.mark.parametrize("fault", ["paper_out", "cover_open"])
async def test_nothing_is_sent_to_a_printer_that_cannot_print(
    machine: Simulated, fault: str
) -> None:
    await machine.fault(fault)
    assert await send(machine, kick=True) == PrintResult(PrintOutcome.NOT_STARTED, fault)
    status = await machine.driver.status()
    assert (status.ready, status.problem) == (False, fault)
    await machine.fault("none")
    assert machine.kicks() == 0
    assert (await machine.state())["receipts"] == 0
    assert (await send(machine)).outcome is PrintOutcome.CONFIRMED


async def test_a_jam_in_the_middle_breaks_the_job_off(machine: Simulated) -> None:
    await machine.fault("jam_midway")
    result = await send(machine)
    assert result == PrintResult(PrintOutcome.BROKEN_OFF, "cutter_error")
    assert await send(machine) == PrintResult(PrintOutcome.NOT_STARTED, "cutter_error")
    await machine.fault("none")
    torn = machine.latest()
    assert "영수증" in torn
    assert "이용해 주셔서" not in torn
    assert (await send(machine)).outcome is PrintOutcome.CONFIRMED


async def test_a_mute_printer_ends_unconfirmed_within_the_deadline(machine: Simulated) -> None:
    await machine.fault("mute")
    receipt()  # The first one draws libraries in.
    began = asyncio.get_running_loop().time()
    result = await send(machine, kick=True, deadline_ms=1_500)
    assert result == PrintResult(PrintOutcome.UNCONFIRMED, "no_answer")
    assert asyncio.get_running_loop().time() - began < 1.6
    for _ in range(200):  # It says nothing, so the paper has to be waited for.
        if machine.kicks():
            break
        await asyncio.sleep(0.05)
    assert machine.kicks() == 1
    assert (await machine.state())["receipts"] == 1
    assert (await machine.driver.status()).problem == "no_answer"


async def test_a_printer_known_to_be_mute_is_not_waited_for_as_long(machine: Simulated) -> None:
    await machine.fault("mute")
    driver = machine.driver
    await driver.print(receipt(), token="0001", kick_drawer=False, deadline_ms=1_500)
    began = asyncio.get_running_loop().time()
    result = await driver.print(receipt(), token="0002", kick_drawer=False, deadline_ms=20_000)
    assert result.outcome is PrintOutcome.UNCONFIRMED
    assert asyncio.get_running_loop().time() - began < 4
    await machine.fault("none")
    result = await driver.print(receipt(), token="0003", kick_drawer=False, deadline_ms=5_000)
    assert result == PrintResult(PrintOutcome.CONFIRMED)


async def test_a_low_roll_is_a_warning_and_prints_on(machine: Simulated) -> None:
    await machine.fault("near_end")
    driver = machine.driver
    result = await driver.print(receipt(), token="0001", kick_drawer=False, deadline_ms=5_000)
    assert result == PrintResult(PrintOutcome.CONFIRMED)
    assert driver.near_end
    assert (await driver.status()).ready


async def test_a_printer_that_is_well_says_so(machine: Simulated) -> None:
    status = await machine.driver.status()
    assert (status.name, status.ready, status.problem) == ("counter", True, "")


async def test_a_printer_that_died_cannot_be_reached(machine: Simulated) -> None:
    machine.process.kill()
    await machine.process.wait()
    assert await send(machine) == PrintResult(PrintOutcome.NOT_STARTED, "unreachable")
    assert (await machine.driver.status()).problem == "unreachable"
