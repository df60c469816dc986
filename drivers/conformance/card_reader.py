"""The checks of a card reader's driver: the port's promises, one function each. Never about one device.

Each check takes a fresh bench and returns, or raises `Broken` with what was promised and what was
seen. `docs/write-a-driver.md` says how to run them; `python -m drivers.conformance` does.
"""

from __future__ import annotations

import asyncio
import time

from drivers.conformance.bench import CardBench, NotOffered, Role
from drivers.conformance.card_moves import (
    DEADLINE_MS,
    ends,
    is_card,
    laid,
    locals_of,
    new_request,
    reads,
    taken_away,
)
from drivers.conformance.checking import Broken, Suite, expect
from pos.domain.errors import (
    CardCancelled,
    CardError,
    CardRemoved,
    ForeignCard,
    NoCardInTime,
    ReaderUnavailable,
)

CARD_READER: Suite[CardBench] = Suite()
SHORT_MS = 300
CANCEL_S = 0.5  # A cashier who pressed Esc waits no longer.
LOOP_GAP_S = 0.1  # Nothing on the event loop may wait for a device.
COMMANDS_MAX = 12  # More than a voucher card's transaction has.
SWAPS = 12


@CARD_READER.check("a card that comes while one is awaited is read")
async def reads_a_card_that_comes(bench: CardBench) -> None:
    """Present first, then lay the card down."""
    is_card(bench, await (await laid(bench, Role.GOOD)), Role.GOOD)


@CARD_READER.check("a card that lies there already is read")
async def reads_a_card_that_lies_there(bench: CardBench) -> None:
    """Lay the card down first."""
    await bench.lay(Role.GOOD)
    await asyncio.sleep(bench.notice_s)
    is_card(bench, await bench.reader.present(new_request()), Role.GOOD)


@CARD_READER.check("without a card, time runs out when it should")
async def time_runs_out(bench: CardBench) -> None:
    """Never sooner than asked, and not much later."""
    began = time.monotonic()
    await ends(bench.reader.present(new_request(SHORT_MS)), NoCardInTime)
    took = time.monotonic() - began
    expect(SHORT_MS / 1000 * 0.9 <= took <= SHORT_MS / 1000 + 1.0, f"it took {took:.2f} s")


@CARD_READER.check("cancel ends a wait at once")
async def cancel_ends_a_wait(bench: CardBench) -> None:
    """The cashier pressed Esc; the reader is free after it."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await bench.reader.cancel()
    await ends(waiting, CardCancelled)
    expect(time.monotonic() - began < CANCEL_S, "it took longer than a cashier waits")
    await reads(bench, Role.GOOD)


@CARD_READER.check("cancel right after present is heard too")
async def cancel_at_once(bench: CardBench) -> None:
    """Before the reader's thread has even begun."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0)
    await bench.reader.cancel()
    await ends(waiting, CardCancelled)


@CARD_READER.check("cancel without a wait does nothing")
async def cancel_of_nothing(bench: CardBench) -> None:
    """Not to the next wait either."""
    await bench.reader.cancel()
    await reads(bench, Role.GOOD)


@CARD_READER.check("a wait whose task was cancelled frees the reader")
async def a_cancelled_task_frees_the_reader(bench: CardBench) -> None:
    """The screen went away."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await reads(bench, Role.GOOD)


@CARD_READER.check("two waits at once are refused as the program's fault")
async def one_wait_at_a_time(bench: CardBench) -> None:
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


@CARD_READER.check("a card torn away is said, and the next one is read right")
async def a_torn_card(bench: CardBench) -> None:
    """After any error the card is read anew."""
    if Role.TORN not in bench.numbers:
        raise NotOffered
    await ends(await laid(bench, Role.TORN), CardRemoved)
    await taken_away(bench)
    await reads(bench, Role.OTHER)


@CARD_READER.check("whichever command a card leaves after, it is an error and nothing else")
async def torn_after_each_command(bench: CardBench) -> None:
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
        await taken_away(bench)
        await reads(bench, Role.OTHER)
    raise Broken(f"a card that answers {COMMANDS_MAX} commands was still not read")


@CARD_READER.check("another scheme's card is refused kindly")
async def a_foreign_card(bench: CardBench) -> None:
    """Known by its name, before any record is read."""
    if Role.FOREIGN not in bench.numbers:
        raise NotOffered
    await ends(await laid(bench, Role.FOREIGN), ForeignCard)


@CARD_READER.check("the same card has one reference, two cards have two")
async def references(bench: CardBench) -> None:
    """Limits by card hang on it."""
    if not bench.knows_cards:
        raise NotOffered
    first = await reads(bench, Role.GOOD)
    other = await reads(bench, Role.OTHER)
    again = await reads(bench, Role.GOOD)
    expect(first.card_ref == again.card_ref, "the same card has two references")
    expect(first.card_ref != other.card_ref, "two cards have one reference")


@CARD_READER.check("two cards swapped at any moment are never mixed")
async def never_mixed(bench: CardBench) -> None:
    """What is read is the one card or the other, whole; or an error."""
    known: dict[str, Role] = {}
    if bench.knows_cards:
        known = {(await reads(bench, role)).card_ref: role for role in (Role.GOOD, Role.OTHER)}
        expect(len(known) == 2, "two cards have one reference")
    for turn in range(SWAPS):
        waiting = await laid(bench, Role.GOOD if turn % 2 else Role.OTHER)
        await asyncio.sleep(bench.notice_s * turn / SWAPS / 4)
        await bench.lay(Role.OTHER if turn % 2 else Role.GOOD)
        try:
            read = await waiting
        except CardError:
            continue
        finally:
            await taken_away(bench)
        whose = [role for role in (Role.GOOD, Role.OTHER) if bench.is_of(read, role)]
        expect(len(whose) == 1, "it is neither card, or both")
        known.setdefault(read.card_ref, whose[0])
        expect(known[read.card_ref] is whose[0], "a reference and another's mask")


@CARD_READER.check("each payment has its own sealed card")
async def sealed_for_each_payment(bench: CardBench) -> None:
    """Bound to its id, so none can be used for another."""
    first, second = await reads(bench, Role.GOOD), await reads(bench, Role.GOOD)
    expect(bool(first.sealed and second.sealed), "nothing was sealed for the ledger")
    expect(first.sealed != second.sealed, "two payments have one sealed card")


@CARD_READER.check("no clear number shows in a result, an error or a status")
async def no_clear_number(bench: CardBench) -> None:
    """In no form that digits are commonly written in."""
    said = [repr(await reads(bench, Role.GOOD)), repr(await bench.reader.status())]
    if Role.TORN in bench.numbers:
        error = await ends(await laid(bench, Role.TORN), CardError)
        said += [repr(error), *(str(each) for each in locals_of(error))]
    for number in filter(None, bench.numbers.values()):
        spelled = (number, number[6:-4] + number[-4:], number.encode("ascii").hex())
        expect(not any(form in each for form in spelled for each in said), "a clear number")


@CARD_READER.check("a ready reader says so, idle and waiting")
async def status_when_ready(bench: CardBench) -> None:
    """And asking disturbs no wait."""
    expect((await bench.reader.status()).ready, "not ready while idle")
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.1)
    expect((await bench.reader.status()).ready, "not ready while it waits")
    await bench.lay(Role.GOOD)
    is_card(bench, await waiting, Role.GOOD)


@CARD_READER.check("the event loop never waits for the reader")
async def the_loop_goes_on(bench: CardBench) -> None:
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


@CARD_READER.check("a reader that is gone is said at once, and back again it reads")
async def unplugged(bench: CardBench) -> None:
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


@CARD_READER.check(
    "a reader pulled out in the middle of a wait comes back and reads, or is said to be gone"
)
async def unplugged_while_waiting(bench: CardBench) -> None:
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
        await taken_away(bench)
        await reads(bench, Role.OTHER)
    else:
        is_card(bench, read, Role.GOOD)
