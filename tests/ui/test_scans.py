"""Codes by every way they come: keyboards with Hangul on, a line of their own, labels and misreadings."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.catalogue import Product
from pos.domain.scan_errors import CodeUnreadable, ScanError, ScannerUnavailable
from pos.domain.won import Won
from pos.ports import DeviceStatus
from pos.services.listen_scanner import ListenScanner
from pos.ui.app import IeumApp
from pos.ui.hangul_keys import has_hangul, latin
from pos.ui.scans import as_code, is_ours, ways_to_read
from tests.pos.domain.test_barcode import with_check
from tests.pos.services.test_take_qr import CODE
from tests.ui.test_qr import with_hangul_on
from tests.ui.till import SNACK, Till, a_till
from tests.world import World


@pytest.mark.parametrize(
    ("hangul", "keys"),
    [
        ("안녕", "dkssud"),
        ("값", "rkqt"),
        ("의", "dml"),
        ("왜", "dho"),
        ("ㅃㅉㄸㄲㅆㅒㅖ", "QWERTOP"),
        ("ㄳ", "rt"),
        ("ㅑ뗘ㅡ1:", "iEum1:"),
        ("ABC-123", "ABC-123"),
        ("\u1100\u1161", "rk"),  # Sent in parts, as some input methods do.
        ("\u11ab", "s"),
    ],
)
def test_hangul_is_taken_back_to_its_keys(hangul: str, keys: str) -> None:
    assert latin(hangul) == keys


@given(st.text("abcdefghijklmnopqrstuvwxyzQWERTOP0123456789:- $%*+./", max_size=30))
def test_whatever_is_typed_with_hangul_on_comes_back(typed: str) -> None:
    assert latin(with_hangul_on(typed.upper())).upper() == typed.upper()


@given(st.text(max_size=60))
def test_any_text_is_taken_back_to_something_without_hangul(text: str) -> None:
    assert not has_hangul(latin(text))
    as_code(text)


def test_a_prefix_that_the_scanner_was_told_to_send_is_taken_off() -> None:
    assert as_code("~8801234000017", "~") == "8801234000017"
    assert as_code("8801234000017", "~") == "8801234000017"


def test_our_codes_are_known_in_small_letters_and_in_hangul_and_names_are_not() -> None:
    assert is_ours(with_hangul_on(CODE))
    assert as_code(CODE.lower()) == CODE
    for name in ("이음", "IEU", "새우깡", "", "8801234000017"):
        assert not is_ours(name), name
    assert ways_to_read("새우") == ("새우", "todn", "TODN")


async def test_a_code_of_letters_is_found_with_hangul_on() -> None:
    world = World()
    world.counter.catalogue._by_code["AB-12"] = Product("AB-12", "봉투", Won(50))
    async with a_till(world) as till:
        await till.write(f"{with_hangul_on('AB-12')}\r")
        assert "봉투" in till.message


async def test_a_name_in_hangul_is_still_a_name() -> None:
    async with a_till() as till:
        await till.write("새우\r")
        assert "새우깡" in till.message


async def test_a_misread_barcode_is_told_from_one_that_is_not_sold() -> None:
    async with a_till() as till:
        await till.write("8801234000018\r")
        assert "검증 숫자" in till.message
        await till.write("8809999999997\r")
        assert "등록되지 않은" in till.message
        assert [] == list(till.world.counter.sale.lines)


async def test_a_weighed_label_sells_at_its_price() -> None:
    world = World()
    world.counter.catalogue._by_code["2123456"] = Product("2123456", "삼겹살", Won(23_900))
    async with a_till(world) as till:
        await till.write(f"{with_check('212345601500')}\r")
        assert Won(1_500) == till.world.counter.sale.total


class HandedScanner:
    """A scanner that hands on what the test puts in."""

    def __init__(self) -> None:
        self.given: asyncio.Queue[str | ScanError] = asyncio.Queue()

    async def next_code(self) -> str:
        found = await self.given.get()
        if isinstance(found, ScanError):
            raise found
        return found

    async def status(self) -> DeviceStatus:
        return DeviceStatus("by hand", ready=True)

    async def close(self) -> None:
        return


async def test_a_scanner_of_its_own_line_feeds_the_same_field() -> None:
    world, scanner = World(), HandedScanner()
    desk = ListenScanner(scanner)
    terminal = world.terminal()
    object.__setattr__(terminal, "scanner", desk)
    app = IeumApp(terminal)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        till = Till(world, app, pilot)
        listening = asyncio.ensure_future(desk.run())

        async def scan(found: str | ScanError) -> None:
            scanner.given.put_nowait(found)
            await till.settle()

        await till.write("3*")
        await scan(SNACK)
        assert Won(4_500) == world.counter.sale.total  # Three of them, as typed before.
        await scan(CodeUnreadable(problem="중간에 끊김 / cut off"))
        assert "중간에 끊김" in till.message
        await scan(ScannerUnavailable(scanner="/dev/x"))
        assert "/dev/x" in till.message
        world.clock.time += timedelta(seconds=1)
        await till.keys("enter")  # The menu asks a question:
        assert "MenuScreen" == till.screen
        await scan(SNACK)  # a code is no answer to it.
        assert "MenuScreen" == till.screen
        await till.keys("escape")
        await scan(CODE)
        assert 1 == till.sold
        listening.cancel()
