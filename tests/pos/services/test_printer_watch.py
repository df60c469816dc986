from __future__ import annotations

import asyncio

import pytest

from pos.ports import DeviceStatus
from pos.services.printer_watch import PrinterWatch
from tests.fakes import FakePrinter, FixedClock


class Told(FakePrinter):
    def __init__(self, *statuses: DeviceStatus) -> None:
        super().__init__()
        self.statuses = list(statuses)

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


def status(problem: str = "", warning: str = "", drawer: bool | None = None) -> DeviceStatus:
    return DeviceStatus("p", not problem, problem, warning, drawer)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (status(), ""),
        (status("cover_open"), "cover_open"),
        (status(warning="paper_low"), "paper_low"),
        (status("no_answer"), ""),  # Many cheap ones never answer, and print.
        (status("no_printer"), ""),
    ],
)
async def test_it_tells_trouble_and_what_will_soon_be_trouble(
    told: DeviceStatus, problem: str
) -> None:
    watch = PrinterWatch(printer=Told(told), clock=FixedClock())
    await watch.look()
    assert watch.problem == problem


async def test_it_goes_on_asking_and_says_only_what_changed() -> None:
    printer = Told(status(), status("paper_out"), status("paper_out"), status(drawer=True))
    watch, changes = PrinterWatch(printer=printer, clock=FixedClock()), []
    watch.on_change(lambda: changes.append((watch.problem, watch.drawer_open)))
    task = asyncio.create_task(watch.run())
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    assert changes == [("", False), ("paper_out", False), ("", True)]
