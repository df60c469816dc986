"""Customer displays: the rules for any of them, on a glass and on a screen of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.conformance.bench import DisplayBench
from drivers.conformance.checking import Broken, Check
from drivers.conformance.displays import CHANGE, DISPLAY, MILK, PAY_BY_QR, RINGING_UP, WELCOME
from drivers.displays.profile import BUILT_IN, load_profile
from drivers.displays.screen_link import ScreenLink
from drivers.displays.texts import rows_of
from drivers.displays.vfd_serial import VfdSerial
from drivers.simulators.display.vfd import COLUMNS, VfdGlass, VfdOnPty
from pos.domain.codec import decode
from pos.domain.customer_view import CustomerView, Moment, ShownLine
from pos.domain.errors import ConfigError
from pos.domain.scan_errors import DisplayError
from pos.domain.won import Won

KOREAN = load_profile("escpos-cp949", BUILT_IN.parent)
LATIN = load_profile("escpos", BUILT_IN.parent)


class VfdBench(DisplayBench):
    """The driver, and the glass on the other end of its line."""

    def __init__(self, folder: Path, profile: str = "escpos-cp949") -> None:
        self._link = folder / "vfd"
        self.device: VfdOnPty | None = VfdOnPty(self._link)
        self.display = VfdSerial(str(self._link), load_profile(profile, folder))

    async def seen(self) -> str:
        assert self.device is not None
        return "\n".join(self.device.glass.rows)

    async def unplug(self) -> None:
        assert self.device is not None
        await asyncio.to_thread(self.device.unplug)
        self.device = None

    async def plug_in(self) -> None:
        self.device = VfdOnPty(self._link)

    async def end(self) -> None:
        await self.display.close()
        if self.device is not None:
            self.device.unplug()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[VfdBench]:
    made = VfdBench(tmp_path)
    yield made
    await made.end()


@pytest.mark.parametrize("check", DISPLAY, ids=lambda each: each.name)
async def test_the_vfd_keeps_the_ports_promise(tmp_path: Path, check: Check[DisplayBench]) -> None:
    await check.run(VfdBench(tmp_path))


async def test_the_customer_sees_item_total_change_and_thanks_in_korean(bench: VfdBench) -> None:
    device = bench.device
    assert device is not None
    for view, rows in (
        (WELCOME, ("어서 오세요         ", "부평 이음마트       ")),
        (RINGING_UP, ("흰우유 1L      2,900", "합계           2,900")),
        (PAY_BY_QR, ("QR 결제             ", "받을 금액      2,900")),
        (CHANGE, ("합계           2,900", "거스름돈       7,100")),
    ):
        await bench.display.show(view)
        assert await asyncio.to_thread(device.sees, *rows), device.glass.rows
    assert device.glass.unknown == []
    assert device.glass.started == 1


async def test_a_display_that_hangs_does_not_block_for_longer_than_a_write(
    bench: VfdBench,
) -> None:
    await bench.display.show(WELCOME)
    assert bench.device is not None
    bench.device.deaf.set()

    async def fill_the_line() -> None:
        for _ in range(4_000):  # Until what nobody reads has filled it.
            await asyncio.wait_for(bench.display.show(RINGING_UP), 4)

    with pytest.raises(DisplayError):
        await fill_the_line()


class Forgetful(VfdBench):
    """A driver's fault: the rows are sent without what a shorter one must blank."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        write = self.display._write

        def unpadded(rows: tuple[str, ...]) -> None:
            write(tuple(row.rstrip() for row in rows))

        self.display._write = unpadded  # type: ignore[method-assign]


async def test_a_driver_that_leaves_old_letters_breaks_a_promise(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="'678' of"):
        await DISPLAY.named("nothing_of_the_last_view_stays").run(Forgetful(tmp_path))


def test_a_latin_glass_speaks_english_and_never_sends_a_broken_letter() -> None:
    assert rows_of(RINGING_UP, LATIN) == ("1L             2,900", "TOTAL          2,900")
    assert rows_of(CHANGE, LATIN)[1] == "CHANGE         7,100"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.integers(0, 9_999), st.integers(0, 99_999_999), st.booleans())
def test_any_name_fills_each_row_exactly_and_carries_no_command(
    name: str, quantity: int, amount: int, korean: bool
) -> None:
    profile = KOREAN if korean else LATIN
    view = replace(
        RINGING_UP, shop=name, lines=(ShownLine(name, quantity, Won(amount)),), total=Won(amount)
    )
    for moment in Moment:
        rows = rows_of(replace(view, moment=moment), profile)
        assert [len(row.encode(profile.encoding)) for row in rows] == [COLUMNS] * 2
        assert all(row.isprintable() for row in rows)
    assert rows_of(view, profile)[1].endswith(f"{amount:,}")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=20), max_size=10))
def test_the_glass_takes_any_bytes_in_any_pieces(pieces: list[bytes]) -> None:
    glass, whole = VfdGlass(), VfdGlass()
    for piece in pieces:
        glass.take(piece)
    whole.take(b"".join(pieces))
    assert glass.rows == whole.rows


@pytest.mark.parametrize("name", ["nonsense", "missing.toml", "../escpos"])
def test_a_profile_that_is_none_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_profile(name, tmp_path)
    assert "escpos-cp949" in caught.value.message("en")


def test_a_shop_may_bring_a_profile_of_its_own(tmp_path: Path) -> None:
    table = BUILT_IN.read_text(encoding="utf-8").split("[cd5220]")[1].split("\n", 1)[1]
    (tmp_path / "own.toml").write_text(table, encoding="utf-8")
    assert load_profile("own.toml", tmp_path).move_to(2) == b"\x1bl\x01\x02"


# A screen in another window --------------------------------------------------------------------


async def read_view(reader: asyncio.StreamReader) -> CustomerView:
    line = await asyncio.wait_for(reader.readline(), 5)
    return decode(CustomerView, json.loads(line))


async def test_a_screen_sees_what_is_now_and_then_each_change(tmp_path: Path) -> None:
    link = ScreenLink(tmp_path / "display.sock")
    await link.show(RINGING_UP)
    reader, writer = await asyncio.open_unix_connection(tmp_path / "display.sock")

    assert await read_view(reader) == RINGING_UP
    await link.show(CHANGE)
    assert await read_view(reader) == CHANGE
    assert (tmp_path / "display.sock").stat().st_mode & 0o077 == 0

    writer.close()
    await link.close()
    assert not (tmp_path / "display.sock").exists()


async def test_a_screen_that_says_something_or_hangs_holds_nobody_up(tmp_path: Path) -> None:
    link = ScreenLink(tmp_path / "display.sock")
    await link.show(WELCOME)
    _, talker = await asyncio.open_unix_connection(tmp_path / "display.sock")
    talker.write(b"give me the drawer\n" * 100)
    _, sleeper = await asyncio.open_unix_connection(tmp_path / "display.sock")
    big = replace(RINGING_UP, lines=tuple(replace(MILK, name="가" * 400) for _ in range(200)))
    for _ in range(50):  # Many megabytes that nobody reads.
        await asyncio.wait_for(link.show(big), 1)
        await asyncio.sleep(0)

    reader, watcher = await asyncio.open_unix_connection(tmp_path / "display.sock", limit=1 << 20)
    assert await read_view(reader) == big
    for each in (talker, sleeper, watcher):
        each.close()
    await link.close()


async def test_a_killed_tills_socket_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "display.sock"
    dead = ScreenLink(path)
    await dead.show(WELCOME)
    link = ScreenLink(path)
    await link.show(CHANGE)
    reader, writer = await asyncio.open_unix_connection(path)
    assert await read_view(reader) == CHANGE
    writer.close()
    await link.close()


async def test_a_place_that_can_hold_no_socket_is_an_error_and_no_more(tmp_path: Path) -> None:
    link = ScreenLink(tmp_path / ("x" * 200) / "display.sock")
    with pytest.raises(DisplayError):
        await link.show(WELCOME)
    assert not (await link.status()).ready
    assert not list(tmp_path.iterdir())
