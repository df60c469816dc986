"""What only a real pcscd can show: restarts, removals in a command, hung cards, its fence."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from drivers.cards import threaded_reader
from drivers.cards.apdu import select
from drivers.cards.pcsc_link import PcscLink
from drivers.cards.pcsc_reader import PcscReader
from drivers.cards.scheme import PPSE
from drivers.simulators.card.pcscd import why_not
from drivers.simulators.card.vpcd import DEFAULT_PORT
from pos.domain.errors import CardError, CardRemoved, NoCardInTime, ReaderUnavailable
from tests.drivers.cards.cardworld import CardWorld, request
from tests.drivers.cards.readers import POLL_S, VirtualReader, virtual_reader

pytestmark = pytest.mark.pcsc


@pytest.fixture
def virtual(world: CardWorld) -> Iterator[VirtualReader]:
    with virtual_reader(world) as made:
        yield made


@pytest.fixture
def reader(world: CardWorld, virtual: VirtualReader) -> Iterator[PcscReader]:
    made = PcscReader(world.kernel)
    yield made
    made.close()


async def test_without_the_service_the_cashier_is_told_at_once(
    virtual: VirtualReader, reader: PcscReader
) -> None:
    assert (await reader.status()).ready
    virtual.pcscd.stop()
    began = time.monotonic()
    with pytest.raises(ReaderUnavailable):
        await reader.present(request())
    assert time.monotonic() - began < 0.5
    assert (await reader.status()).problem == "no_service"


async def test_a_restart_while_waiting_is_survived(
    virtual: VirtualReader, reader: PcscReader
) -> None:
    waiting = asyncio.create_task(reader.present(request(deadline_ms=8_000)))
    await asyncio.sleep(0.2)
    virtual.pcscd.stop()
    virtual.process.stop()
    await asyncio.sleep(0.3)
    virtual.pcscd.start()
    virtual.process.start()
    await virtual.process.cards.insert("rich")
    assert (await waiting).genuine


async def test_a_service_that_stays_away_ends_the_wait(
    virtual: VirtualReader, reader: PcscReader
) -> None:
    waiting = asyncio.create_task(reader.present(request(deadline_ms=30_000)))
    await asyncio.sleep(0.2)
    virtual.pcscd.stop()
    with pytest.raises(ReaderUnavailable):
        await asyncio.wait_for(waiting, 6)


async def test_a_restart_between_payments_is_not_noticed(
    virtual: VirtualReader, reader: PcscReader
) -> None:
    await virtual.process.cards.insert("rich")
    assert (await reader.present(request())).genuine
    virtual.pcscd.stop()
    virtual.process.stop()
    virtual.pcscd.start()
    virtual.process.start()
    await virtual.process.cards.insert("rich")
    assert (await reader.present(request())).genuine


async def test_a_card_just_removed_is_not_there(virtual: VirtualReader, reader: PcscReader) -> None:
    """The service still shows it for one poll."""
    await virtual.process.cards.insert("rich")
    await reader.present(request())
    await virtual.process.cards.remove()
    with pytest.raises(NoCardInTime):
        await reader.present(request(deadline_ms=700))


async def test_a_swap_within_the_poll_is_read_as_the_card_it_is(
    virtual: VirtualReader, reader: PcscReader, world: CardWorld
) -> None:
    await virtual.process.cards.insert("rich")
    await reader.present(request())
    await virtual.process.cards.remove()
    await virtual.process.cards.insert("poor")
    read = await reader.present(request())
    assert read.masked_pan.endswith(world.profile("poor").pan[-4:])


async def test_cards_swapped_at_random_are_never_mixed(
    virtual: VirtualReader, reader: PcscReader, world: CardWorld
) -> None:
    """Two honest cards change places while the terminal reads: each read is one card's, whole."""
    tails = {world.profile(each).pan[-4:] for each in ("rich", "poor")}
    reads = 0

    async def juggle() -> None:
        for turn in range(6):
            await virtual.process.cards.insert(("rich", "poor")[turn % 2])
            await asyncio.sleep(0.15 * (turn % 4))

    juggling = asyncio.create_task(juggle())
    while not juggling.done():
        try:
            card = await reader.present(request(deadline_ms=500))
        except CardError:
            continue
        assert card.genuine
        assert card.masked_pan[-4:] in tails
        reads += 1
    await juggling
    await asyncio.sleep(POLL_S)
    assert (await reader.present(request())).genuine


async def test_a_session_is_over_at_its_first_fault(
    virtual: VirtualReader, reader: PcscReader
) -> None:
    await virtual.process.cards.insert("rich")
    link = PcscLink()
    waiting = asyncio.to_thread(link.wait_for_card, time.monotonic() + 3, threading.Event())
    session = await waiting
    assert session is not None
    await virtual.process.cards.remove()
    with pytest.raises(CardRemoved):
        session.transmit(select(PPSE))
    await virtual.process.cards.insert("poor")
    await asyncio.sleep(0.1)
    with pytest.raises(CardRemoved):
        session.transmit(select(PPSE))
    session.close()


async def test_an_unknown_reader_is_unavailable(world: CardWorld, virtual: VirtualReader) -> None:
    reader = PcscReader(world.kernel, "No such reader")
    assert (await reader.status()).problem == "no_reader"
    with pytest.raises(ReaderUnavailable):
        await reader.present(request())
    reader.close()


async def test_the_loop_goes_on_while_the_service_hangs(
    virtual: VirtualReader, reader: PcscReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped daemon answers nothing: the wait ends by itself and the loop never stands."""
    monkeypatch.setattr(threaded_reader, "TRANSACTION_LIMIT_MS", 300)
    monkeypatch.setattr(threaded_reader, "WAIT_GRACE_MS", 300)
    process = virtual.pcscd._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        longest = asyncio.create_task(_longest_pause(1.0))
        with pytest.raises(ReaderUnavailable):
            await reader.present(request(deadline_ms=200))
        assert await longest < 0.2
    finally:
        os.kill(process.pid, signal.SIGCONT)
    await virtual.process.cards.insert("rich")
    assert (await reader.present(request())).genuine


async def test_a_card_that_hangs_is_written_off_and_read_once_it_answers(
    virtual: VirtualReader, reader: PcscReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transmit can't be cancelled: its thread is left behind and the loop never stands."""
    monkeypatch.setattr(threaded_reader, "WAIT_GRACE_MS", 300)
    await virtual.process.cards.insert("rich")
    assert (await reader.present(request())).genuine
    process = virtual.process._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        longest = asyncio.create_task(_longest_pause(0.8))
        with pytest.raises(ReaderUnavailable):
            await reader.present(request(deadline_ms=200))
        assert await longest < 0.2
    finally:
        os.kill(process.pid, signal.SIGCONT)
    await asyncio.sleep(0.1)
    assert (await reader.present(request())).genuine


def test_the_virtual_reader_listens_on_no_address_of_this_machine(virtual: VirtualReader) -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", DEFAULT_PORT)) != 0


def test_the_virtual_reader_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with TemporaryDirectory(prefix="ieum") as folder:
        parent = subprocess.Popen(
            [sys.executable, "-c", _STARTS_AND_WAITS, folder], stdout=subprocess.PIPE, cwd=_ROOT
        )
        assert parent.stdout is not None
        daemon = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        parent.stdout.close()
        give_up_s = time.monotonic() + 2
        while _is_running(daemon) and time.monotonic() < give_up_s:
            time.sleep(0.01)
        assert not _is_running(daemon)


def _is_running(pid: int) -> bool:
    """A zombie, waiting for its new parent to notice, runs no more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


_ROOT = Path(__file__).parents[3]
_STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from drivers.simulators.card.pcscd import PrivatePcscd
pcscd = PrivatePcscd(Path(sys.argv[1]))
pcscd.start()
print(pcscd._process.pid, flush=True)
time.sleep(30)
"""


async def _longest_pause(for_s: float) -> float:
    longest, until = 0.0, time.monotonic() + for_s
    while (now := time.monotonic()) < until:
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - now)
    return longest
