"""The checks of a customer display's driver: the port's promises, one function each. Never about one device.

Each shows something on a bench of its own and reads the glass.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from drivers.conformance.bench import DisplayBench
from drivers.conformance.checking import Suite, expect
from pos.domain.customer_view import CustomerView, Moment, ShownLine
from pos.domain.scan_errors import DisplayError
from pos.domain.won import ZERO, Won

DISPLAY: Suite[DisplayBench] = Suite()
ANSWER_S = 5.0
MILK = ShownLine("흰우유 1L", 1, Won(2_900))
WELCOME = CustomerView(Moment.WELCOME, "부평 이음마트")
RINGING_UP = CustomerView(Moment.RINGING_UP, "부평 이음마트", (MILK,), Won(2_900))
CHANGE = CustomerView(Moment.THANKS, "부평 이음마트", (), Won(2_900), Won(2_900), Won(7_100))
PAY_BY_QR = replace(RINGING_UP, moment=Moment.PAY_BY_QR, asked=Won(2_900), code="0002010102")


@DISPLAY.check("amounts are shown whole")
async def amounts_are_shown_whole(bench: DisplayBench) -> None:
    """What is to be paid, and the change, to the last digit."""
    for view, amount in (
        (RINGING_UP, "2,900"),
        (CHANGE, "7,100"),
        (PAY_BY_QR, "2,900"),
        (replace(RINGING_UP, total=Won(99_999_999)), "99,999,999"),
        (replace(RINGING_UP, paid=Won(1_000)), "1,900"),
    ):
        await _show(bench, view)
        await _sees(bench, amount)


@DISPLAY.check("nothing of the last view stays")
async def nothing_of_the_last_view_stays(bench: DisplayBench) -> None:
    """A longer view before must not shine through."""
    await _show(bench, replace(RINGING_UP, total=Won(12_345_678)))
    await _sees(bench, "12,345,678")
    await _show(bench, WELCOME)
    await _sees(bench, "678", gone=True)


@DISPLAY.check("long and strange names do no harm")
async def long_and_strange_names_do_no_harm(bench: DisplayBench) -> None:
    """A name from outside carries no command and pushes no amount off the glass."""
    for name in ("가" * 200, "\x1b@\x0c\x1f$\x01\x01", "🍙é́\u202e", "a\nb\rc\td", ""):
        line = ShownLine(name, 3, Won(4_500))
        await _show(bench, replace(RINGING_UP, lines=(line,), total=Won(4_500)))
        await _sees(bench, "4,500")


@DISPLAY.check("only the newest of many counts")
async def only_the_newest_of_many_counts(bench: DisplayBench) -> None:
    """Views that come faster than the line end with the last one."""
    views = [replace(RINGING_UP, total=Won(10_000 + number)) for number in range(30)]
    await asyncio.wait_for(asyncio.gather(*(bench.display.show(each) for each in views)), 30)
    await _show(bench, replace(RINGING_UP, total=Won(77_777)))
    await _sees(bench, "77,777")


@DISPLAY.check("a dead display is an error in time")
async def a_dead_display_is_an_error_in_time(bench: DisplayBench) -> None:
    """It is said as `DisplayError`, and never holds anyone up."""
    await _show(bench, WELCOME)
    await _dies(bench)
    expect(not (await bench.display.status()).ready, "dead, and it says that it is ready")


@DISPLAY.check("one that comes back shows the next view whole")
async def one_that_comes_back_shows_the_next_view_whole(bench: DisplayBench) -> None:
    """After its own power cut it is made ready anew."""
    await _show(bench, WELCOME)
    await _dies(bench)
    await bench.plug_in()
    await _show(bench, replace(CHANGE, change=ZERO))
    await _sees(bench, "2,900")
    expect((await bench.display.status()).ready, "it is back and does not say so")


async def _dies(bench: DisplayBench) -> None:
    """Pull the cable and wait until that is said."""
    await bench.unplug()
    end = asyncio.get_running_loop().time() + ANSWER_S
    while True:  # A line may take what nobody reads, once or twice.
        try:
            await asyncio.wait_for(bench.display.show(RINGING_UP), ANSWER_S)
        except DisplayError:
            return
        expect(asyncio.get_running_loop().time() < end, "nobody said that it is dead")


async def _show(bench: DisplayBench, view: CustomerView) -> None:
    await asyncio.wait_for(bench.display.show(view), ANSWER_S)


async def _sees(bench: DisplayBench, text: str, *, gone: bool = False) -> None:
    end = asyncio.get_running_loop().time() + ANSWER_S
    while (text in (seen := await bench.seen())) is gone:
        expect(asyncio.get_running_loop().time() < end, f"{text!r} of {seen!r}")
        await asyncio.sleep(0.02)
