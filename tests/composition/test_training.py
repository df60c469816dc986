"""Training on the real assembly: marked everywhere, and of it the real record holds its two ends alone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from composition.clock import SystemClock
from composition.wiring import Assembly, Devices
from config.settings import load_settings
from pos.domain.news import NextKey
from pos.domain.people import Grant, Permission, Role
from pos.ui.app import IeumApp
from pos.ui.lone_keys import QUIET_SECONDS
from tests.fakes import FakePrinter, ScriptedLedger, ScriptedReader
from tests.ui.till import LARGE, SMALL, Till

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "sample_shop"
MARK = "교육용".encode("cp949")
FREE = Grant(Permission.PEOPLE, "shop")


class Ledger(ScriptedLedger):
    def trust(self, keys: Sequence[NextKey]) -> None:
        pass


class Shop:
    def __init__(self, folder: Path) -> None:
        for name in ("settings.toml", "products.csv"):
            shutil.copyfile(SAMPLE / name, folder / name)
        self.folder = folder
        self.ledger, self.reader, self.printer = Ledger(), ScriptedReader(), FakePrinter()
        self.clock = SystemClock()

    def assembly(self) -> Assembly:
        settings = load_settings(self.folder / "settings.toml")
        devices = Devices(self.reader, self.printer, lambda _: self.ledger, self.clock)
        return Assembly(settings, self.folder, devices)


@asynccontextmanager
async def trained(
    folder: Path, size: tuple[int, int] = SMALL
) -> AsyncIterator[tuple[Shop, Assembly, Till]]:
    shop = Shop(folder)
    assembly = shop.assembly()
    app = IeumApp(await assembly.start())
    try:
        async with app.run_test(size=size) as pilot:
            yield shop, assembly, Trained(app, pilot)
    finally:
        await assembly.stop()


class Trained(Till):
    def __init__(self, app: IeumApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def settle(self) -> None:
        await self.pilot.pause(QUIET_SECONDS * 1.5)
        await self.pilot.pause(0.1)  # The record is on a real disk here.

    async def until(self, text: str) -> None:
        for _ in range(80):
            if text in self.text():
                return
            await self.pilot.pause(0.1)
        raise AssertionError(f"never said: {text}\n{self.text()}")


def code_of(shop: Shop) -> str:
    return (shop.folder / "products.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]


async def kinds(assembly: Assembly) -> list[str]:
    records = await assembly.store.records()
    return [record.kind for record in records if record.kind != "shift.counting_began"]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_guided_first_sale_leaves_nothing_but_its_two_ends(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with trained(tmp_path, size) as (shop, assembly, till):
        await till.keys("f9", "9")
        await till.until("1/5")
        assert "실제 돈은 움직이지" in till.text()
        assert (tmp_path / "training" / "training.db").exists()
        await till.write(f"{code_of(shop)}\r")
        await till.until("2/5")
        await till.keys("f6")
        await till.until("3/5")
        await till.write(f"{code_of(shop)}\r")
        await till.until("F5")
        await till.keys("f5")
        await till.until("교육용 카드")
        await till.keys("1")
        await till.until("4/5")
        await till.keys("f7", "enter")
        await till.until("당일 취소")
        await till.keys("1")
        await till.until("전표")
        await till.keys("enter")
        await till.until("5/5")
        assert await kinds(assembly) == ["training.began"]
        assert not shop.ledger.posted
        assert not shop.reader.requests
        for _ in range(60):
            if len(shop.printer.printed) >= 3:
                break
            await asyncio.sleep(0.1)
        assert len(shop.printer.printed) == 3
        assert all(data.count(MARK) == 2 for data in shop.printer.printed)
        assert shop.printer.kicks == 0
        await till.keys("f9", "9")
        await till.settle()
        assert till.screen == "SellingScreen"
        assert not till.app.terminal.shop.training
        assert await kinds(assembly) == ["training.began", "training.ended"]
        assert not (tmp_path / "training").exists()


async def test_every_screen_bears_the_mark(tmp_path: Path) -> None:
    async with trained(tmp_path) as (shop, _assembly, till):
        await till.keys("f9", "9")
        await till.until("1/5")
        for key in ("f1", "f3", "f4", "f7", "f8", "f9"):
            await till.keys(key)
            assert till.screen != "SellingScreen", key
            assert "실제 돈은 움직이지" in till.text(), till.screen
            await till.keys("escape")
        await till.write(f"{code_of(shop)}\r")
        await till.keys("f5")
        await till.until("교육용 카드")
        assert "실제 돈은 움직이지" in till.text()
        await till.keys("3")  # A balance that may or may not do.
        await till.settle()


async def test_training_waits_for_an_open_sale(tmp_path: Path) -> None:
    async with trained(tmp_path) as (shop, assembly, till):
        await till.write(f"{code_of(shop)}\r")
        await till.keys("f9", "9")
        await till.until("실제 판매가 열려 있습니다")
        assert await kinds(assembly) == []


async def test_beginning_and_ending_ask_for_the_permission(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assembly = shop.assembly()
    terminal = await assembly.start()
    await terminal.staff.add(FREE, "김사장", Role.MANAGER, "2580")
    await terminal.staff.add(FREE, "이하늘", Role.CASHIER, "4569")
    await terminal.staff.sign_in("24569")
    app = IeumApp(terminal)
    async with app.run_test(size=SMALL) as pilot:
        till = Trained(app, pilot)
        await till.keys("f9", "9")
        await till.until("김사장")
        await till.keys(*"12580", "enter")
        await till.until("1/5")
        await till.keys("f9", "9")
        await till.until("김사장")
        await till.keys("escape")
        assert app.terminal.shop.training
        await till.keys("9")
        await till.until("김사장")
        await till.keys(*"12580", "enter")
        await till.settle()
        await till.settle()
        assert not app.terminal.shop.training
        assert app.terminal.staff.name == "이하늘"
    last = (await assembly.store.records())[-1]
    assert (last.kind, last.body["by"]) == ("training.ended", "김사장")
    await assembly.stop()


async def test_a_restart_ends_training_that_was_cut_off(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assembly = shop.assembly()
    terminal = await assembly.start()
    assert terminal.training is not None
    await terminal.training.begin(Grant(Permission.TRAINING, "김사장"))
    assembly._training = None  # As a kill: nobody ends it.
    await assembly.stop()
    again = shop.assembly()
    terminal = await again.start()
    assert not terminal.shop.training
    assert await kinds(again) == ["training.began", "training.ended"]
    assert not (tmp_path / "training").exists()
    await again.stop()
