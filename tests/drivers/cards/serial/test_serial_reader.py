"""A secure reader that misbehaves, on a real line: no fault charges a card twice or takes another's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.cards import threaded_reader
from drivers.cards.serial.integrity import IntegrityLog
from drivers.simulators.card.keys import LEDGER_FILE
from drivers.simulators.reader.faults import Fault
from ledger.server.cardcrypto import load_ledger_keys
from ledger.server.opener import KeyedOpener
from pos.domain.card import CardEntry, CardRead, Cryptogram, Wallet, mask_pan
from pos.domain.errors import (
    CardCancelled,
    CardError,
    CardRemoved,
    CardUnreadable,
    NoCardInTime,
    ReaderNotSecure,
    ReaderUnavailable,
    SwipeNotTaken,
)
from pos.ports import CardRequest
from tests.drivers.cards.benches import SerialBench
from tests.drivers.cards.cardworld import PAYMENT, CardWorld, request


async def tapped(bench: SerialBench, card: str = "rich", **kind: object) -> CardRead:
    return await _meanwhile(bench, bench.hand.insert(card))


async def swiped(bench: SerialBench, card: str) -> CardRead:
    return await _meanwhile(bench, bench.hand.swipe(card))


async def _meanwhile(
    bench: SerialBench, doing: object, asked: CardRequest | None = None
) -> CardRead:
    waiting = asyncio.create_task(bench.reader.present(asked or request()))
    await asyncio.sleep(0.3)  # Connected, checked and armed.
    try:
        await doing  # type: ignore[misc]
        return await waiting
    finally:
        await bench.hand.remove()


async def outcome(awaited: Awaitable[CardRead]) -> str:
    """Return the mask of the card that was read, or that there was an error of the card's."""
    try:
        return (await awaited).masked_pan
    except (CardCancelled, ReaderNotSecure):
        raise
    except CardError:
        return "error"


# Cards -----------------------------------------------------------------------------------------


async def test_a_chip_is_read_by_the_same_kernel_as_everywhere(bench: SerialBench) -> None:
    read = await tapped(bench)
    assert (read.entry, read.genuine, read.wallet) == (
        CardEntry.CONTACTLESS_CHIP,
        True,
        Wallet.NONE,
    )


async def test_an_inserted_chip_is_known_as_contact(bench: SerialBench) -> None:
    card = bench.world.card("rich")
    card.atr = b"\x3b\x65\x00\x00"  # type: ignore[misc]
    waiting = asyncio.create_task(bench.reader.present(request()))
    await asyncio.sleep(0.3)
    bench.line.insert(card, CardEntry.CONTACT_CHIP)
    assert (await waiting).entry is CardEntry.CONTACT_CHIP


async def test_a_phones_mst_is_taken_and_only_the_ledger_can_open_it(bench: SerialBench) -> None:
    first = await swiped(bench, "samsung")
    assert (first.entry, first.wallet) == (CardEntry.MST, Wallet.SAMSUNG_PAY)
    assert (first.cryptogram, first.genuine) == (Cryptogram.ARQC, False)
    assert first.masked_pan == mask_pan(bench.world.profile("samsung").pan)
    opener = KeyedOpener(load_ledger_keys(bench.world.keys / LEDGER_FILE))
    facts = opener.open(first.sealed, PAYMENT.hex)
    assert facts.pan_key == opener.pan_key(bench.world.profile("samsung").pan)
    assert facts.cryptogram_right
    second = await swiped(bench, "samsung")
    assert opener.open(second.sealed, PAYMENT.hex).atc == facts.atc + 1
    assert second.card_ref == first.card_ref


async def test_a_plastics_stripe_is_refused_kindly_also_after_a_chip_failed(
    bench: SerialBench,
) -> None:
    with pytest.raises(SwipeNotTaken):
        await swiped(bench, "rich")
    with pytest.raises(CardUnreadable):
        await _meanwhile(bench, bench.hand.break_chip())
    assert (await tapped(bench)).genuine


async def test_mst_beside_a_failed_chip_is_no_fallback_and_is_taken(bench: SerialBench) -> None:
    with pytest.raises(CardUnreadable):
        await _meanwhile(bench, bench.hand.break_chip())
    assert (await swiped(bench, "samsung")).entry is CardEntry.MST


async def test_a_swipe_while_nobody_waits_pays_nothing(bench: SerialBench) -> None:
    await tapped(bench)
    await bench.hand.swipe("samsung")
    with pytest.raises(NoCardInTime):
        await bench.reader.present(request(deadline_ms=400))


# Faults ----------------------------------------------------------------------------------------

MENDED = [
    Fault.WRONG_CHECK,
    Fault.GARBAGE,
    Fault.DUPLICATE,
    Fault.LENGTH_LIES,
    Fault.FLOOD,
    Fault.DRIPPING,
    Fault.STX_INSIDE,
    Fault.SHORT_FRAME,
    Fault.NAK_STORM,
]


@pytest.mark.parametrize("fault", MENDED)
async def test_a_fault_in_the_middle_is_mended_or_is_an_error_and_never_another_card(
    bench: SerialBench, fault: Fault
) -> None:
    await tapped(bench)  # Connected: what is spoilt is the transaction.
    for times in (1, 2):
        bench.line.misbehave(fault, times)
        assert await outcome(tapped(bench)) in {mask_pan(bench.world.profile("rich").pan), "error"}
        bench.line.misbehave(fault, 0)
        await asyncio.sleep(0.05)
        assert (await tapped(bench, "poor")).masked_pan.endswith(
            bench.world.profile("poor").pan[-4:]
        )


@pytest.mark.parametrize(
    "fault", [Fault.WRONG_CHECK, Fault.DUPLICATE, Fault.STX_INSIDE, Fault.GARBAGE]
)
async def test_a_single_spoilt_answer_costs_nobody_a_second_tap(
    bench: SerialBench, fault: Fault
) -> None:
    await tapped(bench)
    waiting = asyncio.create_task(bench.reader.present(request()))
    await asyncio.sleep(0.3)
    bench.line.misbehave(Fault.LOST_EVENTS, 1)
    bench.line.misbehave(fault, 1)
    await bench.hand.insert("rich")
    assert (await waiting).genuine
    await bench.hand.remove()


async def test_a_reader_that_takes_nothing_is_unavailable_in_time(bench: SerialBench) -> None:
    await tapped(bench)
    bench.line.misbehave(Fault.NO_ACK)
    began = time.monotonic()
    with pytest.raises((ReaderUnavailable, NoCardInTime)):
        await bench.reader.present(request(deadline_ms=2_000))
    assert time.monotonic() - began < 4.0
    bench.line.misbehave(Fault.NO_ACK, 0)
    assert (await tapped(bench)).genuine


async def test_a_lost_ack_is_sent_again_after_three_seconds(bench: SerialBench) -> None:
    await tapped(bench)
    await bench.reader.complete(request().payment_id, None)  # Nothing is owed to the card before.
    bench.line.misbehave(Fault.NO_ACK, 1)
    began = time.monotonic()
    assert (await _meanwhile(bench, bench.hand.insert("rich"), request(deadline_ms=8_000))).genuine
    assert 2.5 < time.monotonic() - began < 5.0


async def test_a_late_track_is_not_taken_for_the_next_customers(bench: SerialBench) -> None:
    """The first phone's track comes when the second phone's was asked for."""
    await tapped(bench)
    bench.line.misbehave(Fault.LATE_ANSWER, 0)
    waiting = asyncio.create_task(bench.reader.present(request(deadline_ms=1_500)))
    await asyncio.sleep(0.3)
    bench.line.misbehave(Fault.LATE_ANSWER, 1)
    await bench.hand.swipe("samsung")
    with pytest.raises(CardError):
        await waiting
    read = await tapped(bench, "poor")
    assert read.masked_pan == mask_pan(bench.world.profile("poor").pan)


async def test_a_swap_that_no_event_tells_of_ends_the_transaction(bench: SerialBench) -> None:
    """The reader counts stays: a command to the card that was is never answered by the one that is."""
    for _ in range(4):
        waiting = asyncio.create_task(bench.reader.present(request()))
        await asyncio.sleep(0.3)
        bench.line.misbehave(Fault.DRIPPING, 30)  # So that there is a middle to swap in.
        await bench.hand.insert("rich")
        await bench.hand.swap("poor")
        pans = {mask_pan(bench.world.profile(each).pan) for each in ("rich", "poor")}
        assert await outcome(waiting) in pans | {"error"}
        bench.line.misbehave(Fault.DRIPPING, 0)
        await bench.hand.remove()


class Swapping:
    """A real card that is swapped for another, without an event, once it has answered a command."""

    def __init__(self, bench: SerialBench, ins: int) -> None:
        self._card = bench.world.card("rich")
        self._swap = lambda: bench.line.swap_silently(bench.world.card("poor"))
        self._ins = ins
        self.atr = self._card.atr

    def power_on(self) -> None:
        self._card.power_on()

    def transmit(self, raw: bytes) -> bytes:
        reply = self._card.transmit(raw)
        if raw[1] == self._ins:
            self._swap()
        return reply


@pytest.mark.parametrize("ins", [0xA4, 0xA8, 0xB2])
async def test_no_command_reaches_a_card_that_was_not_powered_for_it(
    bench: SerialBench, ins: int
) -> None:
    bench.line.insert(Swapping(bench, ins))
    with pytest.raises(CardRemoved):
        await bench.reader.present(request())
    read = await bench.reader.present(request())
    assert read.masked_pan == mask_pan(bench.world.profile("poor").pan)


async def test_events_that_are_lost_only_cost_a_second(bench: SerialBench) -> None:
    await tapped(bench)
    bench.line.misbehave(Fault.LOST_EVENTS)
    began = time.monotonic()
    assert (await tapped(bench)).genuine
    assert time.monotonic() - began < 2.5


async def test_a_reader_that_is_power_cycled_while_it_waits_is_checked_and_armed_anew(
    bench: SerialBench, world: CardWorld
) -> None:
    await tapped(bench)
    log = bench_log(bench)
    checks = len(log.read())
    waiting = asyncio.create_task(bench.reader.present(request()))
    await asyncio.sleep(0.3)
    bench.line.power_cycle()
    await asyncio.sleep(1.4)
    await bench.hand.insert("rich")
    assert (await waiting).genuine
    assert len(log.read()) == checks + 1


async def test_a_reader_power_cycled_in_the_middle_of_a_card_ends_the_card(
    bench: SerialBench,
) -> None:
    await tapped(bench)
    waiting = asyncio.create_task(bench.reader.present(request()))
    await asyncio.sleep(0.3)
    bench.line.misbehave(Fault.DRIPPING)
    await bench.hand.insert("rich")
    await asyncio.sleep(0.02)
    bench.line.power_cycle()
    bench.line.misbehave(Fault.DRIPPING, 0)
    assert await outcome(waiting) in {mask_pan(bench.world.profile("rich").pan), "error"}
    await bench.hand.remove()
    assert (await tapped(bench, "poor")).genuine


async def test_a_port_that_comes_back_under_another_name_is_found(bench: SerialBench) -> None:
    link = bench.line._link
    before = link.resolve()
    await tapped(bench)
    bench.line.unplug()
    with pytest.raises(ReaderUnavailable):
        await bench.reader.present(request())
    assert (await bench.reader.status()).problem == "no_port"
    bench.line.plug_in()
    assert link.resolve() != before
    assert (await tapped(bench)).genuine


async def test_a_reader_that_hangs_is_written_off_and_its_port_is_free_for_the_next(
    bench: SerialBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threaded_reader, "TRANSACTION_LIMIT_MS", 300)
    await tapped(bench)
    waiting = asyncio.create_task(bench.reader.present(request()))
    await asyncio.sleep(0.3)
    card = Hanging(bench.world.card("rich"))
    bench.line.insert(card)
    with pytest.raises(ReaderUnavailable):
        await waiting
    card.released.set()
    bench.line.remove()
    await asyncio.sleep(0.2)
    assert (await tapped(bench, "poor")).genuine


class Hanging:
    """A card whose answer to the second command never comes."""

    def __init__(self, card: object) -> None:
        import threading

        self._card = card
        self._count = 0
        self.atr = card.atr  # type: ignore[attr-defined]
        self.released = threading.Event()

    def power_on(self) -> None:
        self._card.power_on()  # type: ignore[attr-defined]

    def transmit(self, raw: bytes) -> bytes:
        self._count += 1
        if self._count == 2:
            self.released.wait(5)
        return self._card.transmit(raw)  # type: ignore[attr-defined, no-any-return]


# Security --------------------------------------------------------------------------------------


def bench_log(bench: SerialBench) -> IntegrityLog:
    return bench.serial._links[0]._log


async def test_the_check_is_made_at_the_start_and_once_a_day_and_kept(bench: SerialBench) -> None:
    now = [datetime(2026, 11, 24, 3, 0, tzinfo=UTC)]
    bench.serial._links[0]._now = lambda: now[0]
    log = bench_log(bench)
    await tapped(bench)
    await tapped(bench)
    assert len(log.read()) == 1
    now[0] += timedelta(days=1)
    assert (await bench.reader.status()).ready
    assert [each.passed for each in log.read()] == [True, True]
    assert log.read()[-1].serial == "SIM0000001"


async def test_a_reader_whose_check_fails_takes_no_card(bench: SerialBench) -> None:
    bench.line.misbehave(Fault.TAMPERED)
    with pytest.raises(ReaderNotSecure):
        await bench.reader.present(request())
    assert (await bench.reader.status()).problem == "not_secure"
    assert [each.problem for each in bench_log(bench).read()][-1] == "result_13"
    bench.line.misbehave(Fault.TAMPERED, 0)
    assert (await tapped(bench)).genuine


async def test_a_reader_that_passes_with_another_program_inside_takes_no_card(
    bench: SerialBench,
) -> None:
    await tapped(bench)
    bench.line.misbehave(Fault.CHANGED)
    bench.line.unplug()
    bench.line.plug_in()
    with pytest.raises(ReaderNotSecure):
        await bench.reader.present(request())
    assert bench_log(bench).read()[-1].problem == "digest_changed"


async def test_a_check_that_can_not_be_kept_is_as_good_as_none(bench: SerialBench) -> None:
    bench_log(bench)._path = Path("/proc/none/reader_integrity.log")
    with pytest.raises(ReaderNotSecure):
        await bench.reader.present(request())


async def test_a_reader_that_hands_a_number_over_in_clear_is_not_used(bench: SerialBench) -> None:
    bench.line.misbehave(Fault.CLEAR_NUMBER)
    with pytest.raises(ReaderNotSecure) as caught:
        await swiped(bench, "samsung")
    said = repr(caught.value) + str(caught.getrepr(showlocals=True))
    assert bench.world.profile("samsung").pan not in said
