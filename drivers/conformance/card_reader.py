"""The checks of a card reader's driver: the port's promises, one function each. Never about one device.

Each check takes a fresh bench and returns, or raises `Broken` with what was promised and what was
seen. `docs/write-a-driver.md` says how to run them; `python -m drivers.conformance` does.
"""

from __future__ import annotations

import asyncio
import time

from drivers.conformance.bench import Bench, NotOffered, Role
from drivers.conformance.checking import (
    CHECKS,
    DEADLINE_MS,
    Broken,
    Check,
    check,
    ends,
    expect,
    is_card,
    locals_of,
    new_request,
    reads,
)
from pos.domain.card import mask_pan
from pos.domain.errors import (
    CardCancelled,
    CardError,
    CardRemoved,
    ForeignCard,
    NoCardInTime,
    ReaderUnavailable,
)

__all__ = ["CHECKS", "Broken", "Check"]
SHORT_MS = 300
CANCEL_S = 0.5  # A cashier who pressed Esc waits no longer.
LOOP_GAP_S = 0.1  # Nothing on the event loop may wait for a device.
COMMANDS_MAX = 12  # More than a voucher card's transaction has.
SWAPS = 12


@check("a card that comes while one is awaited is read")
async def reads_a_card_that_comes(bench: Bench) -> None:
    """Present first, then lay the card down."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.05)
    await bench.lay(Role.GOOD)
    is_card(bench, await waiting, Role.GOOD)


@check("a card that lies there already is read")
async def reads_a_card_that_lies_there(bench: Bench) -> None:
    """Lay the card down first."""
    await bench.lay(Role.GOOD)
    await asyncio.sleep(bench.notice_s)
    is_card(bench, await bench.reader.present(new_request()), Role.GOOD)


@check("without a card, time runs out when it should")
async def time_runs_out(bench: Bench) -> None:
    """Never sooner than asked, and not much later."""
    began = time.monotonic()
    await ends(bench.reader.present(new_request(SHORT_MS)), NoCardInTime)
    took = time.monotonic() - began
    expect(SHORT_MS / 1000 * 0.9 <= took <= SHORT_MS / 1000 + 1.0, f"it took {took:.2f} s")


@check("cancel ends a wait at once")
async def cancel_ends_a_wait(bench: Bench) -> None:
    """The cashier pressed Esc; the reader is free after it."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await bench.reader.cancel()
    await ends(waiting, CardCancelled)
    expect(time.monotonic() - began < CANCEL_S, "it took longer than a cashier waits")
    await reads(bench, Role.GOOD)


@check("cancel right after present is heard too")
async def cancel_at_once(bench: Bench) -> None:
    """Before the reader's thread has even begun."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0)
    await bench.reader.cancel()
    await ends(waiting, CardCancelled)


@check("cancel without a wait does nothing")
async def cancel_of_nothing(bench: Bench) -> None:
    """Not to the next wait either."""
    await bench.reader.cancel()
    await reads(bench, Role.GOOD)


@check("a wait whose task was cancelled frees the reader")
async def a_cancelled_task_frees_the_reader(bench: Bench) -> None:
    """The screen went away."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await reads(bench, Role.GOOD)


@check("two waits at once are refused as the program's fault")
async def one_wait_at_a_time(bench: Bench) -> None:
    """And the first goes on."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0)
    try:
        await bench.reader.present(new_request(SHORT_MS))
    except RuntimeError:
        pass
    else:
        raise Broken("a second wait was taken")
    await bench.lay(Role.GOOD)
    is_card(bench, await waiting, Role.GOOD)


@check("a card torn away is said, and the next one is read right")
async def a_torn_card(bench: Bench) -> None:
    """After any error the card is read anew."""
    if Role.TORN not in bench.numbers:
        raise NotOffered
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.05)
    await bench.lay(Role.TORN)
    await ends(waiting, CardRemoved)
    await bench.lift()
    await asyncio.sleep(bench.notice_s)
    await reads(bench, Role.OTHER)


@check("whichever command a card leaves after, it is an error and nothing else")
async def torn_after_each_command(bench: Bench) -> None:
    """Each step in turn, and after each the other card, whole."""
    for commands in range(COMMANDS_MAX):
        await bench.tear_after(Role.GOOD, commands)
        try:
            read = await bench.reader.present(new_request())
        except (CardError, TimeoutError) as error:
            expect(isinstance(error, CardError), f"{type(error).__name__} after {commands}")
        else:
            is_card(bench, read, Role.GOOD)
            expect(commands > 0, "a card that never answered was read")
            return
        await bench.lift()
        await asyncio.sleep(bench.notice_s)
        await reads(bench, Role.OTHER)
    raise Broken(f"a card that answers {COMMANDS_MAX} commands was still not read")


@check("another scheme's card is refused kindly")
async def a_foreign_card(bench: Bench) -> None:
    """Known by its name, before any record is read."""
    if Role.FOREIGN not in bench.numbers:
        raise NotOffered
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.05)
    await bench.lay(Role.FOREIGN)
    await ends(waiting, ForeignCard)


@check("the same card has one reference, two cards have two")
async def references(bench: Bench) -> None:
    """Limits by card hang on it."""
    first = await reads(bench, Role.GOOD)
    other = await reads(bench, Role.OTHER)
    again = await reads(bench, Role.GOOD)
    expect(first.card_ref == again.card_ref, "the same card has two references")
    expect(first.card_ref != other.card_ref, "two cards have one reference")


@check("two cards swapped at any moment are never mixed")
async def never_mixed(bench: Bench) -> None:
    """What is read is the one card or the other, whole; or an error."""
    known = {}
    for role in (Role.GOOD, Role.OTHER):
        read = await reads(bench, role)
        known[read.card_ref] = mask_pan(bench.numbers[role])
    expect(len(known) == 2, "two cards have one reference")
    for turn in range(SWAPS):
        waiting = asyncio.create_task(bench.reader.present(new_request()))
        await asyncio.sleep(0.02)
        await bench.lay(Role.GOOD if turn % 2 else Role.OTHER)
        await asyncio.sleep(bench.notice_s * turn / SWAPS / 4)
        await bench.lay(Role.OTHER if turn % 2 else Role.GOOD)
        try:
            read = await waiting
        except CardError:
            continue
        finally:
            await bench.lift()
            await asyncio.sleep(bench.notice_s)
        expect(known.get(read.card_ref) == read.masked_pan, "a reference and another's mask")


@check("each payment has its own sealed card")
async def sealed_for_each_payment(bench: Bench) -> None:
    """Bound to its id, so none can be used for another."""
    first, second = await reads(bench, Role.GOOD), await reads(bench, Role.GOOD)
    expect(bool(first.sealed and second.sealed), "nothing was sealed for the ledger")
    expect(first.sealed != second.sealed, "two payments have one sealed card")


@check("no clear number shows in a result, an error or a status")
async def no_clear_number(bench: Bench) -> None:
    """In no form that digits are commonly written in."""
    said = [repr(await reads(bench, Role.GOOD)), repr(await bench.reader.status())]
    if Role.TORN in bench.numbers:
        waiting = asyncio.create_task(bench.reader.present(new_request()))
        await asyncio.sleep(0.05)
        await bench.lay(Role.TORN)
        error = await ends(waiting, CardError)
        said += [repr(error), *(str(each) for each in locals_of(error))]
    for number in filter(None, bench.numbers.values()):
        spelled = (number, number[6:-4] + number[-4:], number.encode("ascii").hex())
        expect(not any(form in each for form in spelled for each in said), "a clear number")


@check("a ready reader says so, idle and waiting")
async def status_when_ready(bench: Bench) -> None:
    """And asking disturbs no wait."""
    expect((await bench.reader.status()).ready, "not ready while idle")
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.1)
    expect((await bench.reader.status()).ready, "not ready while it waits")
    await bench.lay(Role.GOOD)
    is_card(bench, await waiting, Role.GOOD)


@check("the event loop never waits for the reader")
async def the_loop_goes_on(bench: Bench) -> None:
    """While a card is awaited, read, and while status is asked."""
    gaps: list[float] = []

    async def tick() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - began)

    ticking = asyncio.create_task(tick())
    try:
        await bench.reader.status()
        waiting = asyncio.create_task(bench.reader.present(new_request()))
        await asyncio.sleep(0.2)
        await bench.lay(Role.GOOD)
        await waiting
    finally:
        ticking.cancel()
    # One gap may be the machine's own; a reader that blocks makes them at each turn.
    expect(sorted(gaps)[-2] < LOOP_GAP_S, f"it stood still for {max(gaps):.2f} s")


@check("a reader that is gone is said at once, and back again it reads")
async def unplugged(bench: Bench) -> None:
    """Whatever name it comes back under."""
    await reads(bench, Role.GOOD)
    await bench.unplug()
    began = time.monotonic()
    await ends(bench.reader.present(new_request()), ReaderUnavailable)
    expect(time.monotonic() - began < 2.0, "the cashier was not told at once")
    status = await bench.reader.status()
    expect(not status.ready and bool(status.problem), "it says that it is ready")
    await bench.plug_in()
    await reads(bench, Role.OTHER)
    expect((await bench.reader.status()).ready, "it is back and does not say so")


@check("a reader pulled out in the middle of a wait comes back and reads, or is said to be gone")
async def unplugged_while_waiting(bench: Bench) -> None:
    """Nobody is left waiting beyond the deadline."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.2)
    await bench.unplug()
    await asyncio.sleep(0.3)
    await bench.plug_in()
    await asyncio.sleep(bench.notice_s)
    await bench.lay(Role.GOOD)
    try:
        read = await asyncio.wait_for(waiting, DEADLINE_MS / 1000 + 2)
    except ReaderUnavailable:
        await bench.lift()
        await asyncio.sleep(bench.notice_s)
        await reads(bench, Role.OTHER)
    else:
        is_card(bench, read, Role.GOOD)
