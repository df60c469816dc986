"""From the tap to the cryptogram, and how much of it is ours; from the card's coming to our knowing it.

The same virtual card (RSA by hand, so slower than a chip's own engine) at each reader. "Ours" is what
the kernel does between the card's answers; the rest is the card and the way to it. On the serial line
the way is a pseudo-terminal, which has no baud rate: at 115,200 baud each byte adds 87 us.
A PC/SC card's coming is noticed by pcscd's own poll of the virtual reader, 400 ms.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.figures import Figure, percentile, spread
from drivers.cards.completion import AwaitingIssuer
from drivers.cards.in_process_reader import InProcessReader
from drivers.cards.kernel import IsStopped, Kernel, none_is_stopped
from drivers.cards.pcsc_reader import PcscReader
from drivers.cards.serial.integrity import IntegrityLog
from drivers.cards.serial.kernel import SerialKernel
from drivers.cards.serial.port import open_port
from drivers.cards.serial.profiles import PROFILES, Profile
from drivers.cards.serial.serial_reader import SerialReader
from drivers.cards.slot import Slot
from drivers.cards.terminal_keys import load_terminal_keys
from drivers.cards.threaded_reader import ThreadedReader
from drivers.simulators.card.keys import TERMINAL_FILE
from drivers.simulators.card.pcscd import why_not
from drivers.simulators.reader.keys import READER_FILE, inject, load_reader_keys
from drivers.simulators.reader.machine import ReaderMachine
from drivers.simulators.reader.pty_reader import PtyReader
from pos.domain.card import CardEntry, CardRead
from pos.ports import CardRequest
from tests.drivers.cards.cardworld import CardWorld, request
from tests.drivers.cards.readers import virtual_reader

TAPS, COMINGS = 100, 50
Begun = tuple[CardRead, AwaitingIssuer | None]


class Watch:
    """Times the kernel's runs: all of each, and what passed in the card and on the way to it."""

    def __init__(self) -> None:
        self.whole: list[float] = []
        self.away: list[float] = []

    @property
    def ours(self) -> list[float]:
        return [whole - away for whole, away in zip(self.whole, self.away, strict=True)]

    def run(
        self, run: Callable[..., Begun], transmit: Callable[[bytes], bytes], *rest: object
    ) -> Begun:
        away = 0.0

        def timed(command: bytes) -> bytes:
            nonlocal away
            begun = time.perf_counter()
            try:
                return transmit(command)
            finally:
                away += time.perf_counter() - begun

        begun = time.perf_counter()
        read = run(timed, *rest)
        self.whole.append((time.perf_counter() - begun) * 1_000)
        self.away.append(away * 1_000)
        return read


def _watched(kernel: type[Kernel], keys: Path, watch: Watch) -> Kernel:
    class Watched(kernel):  # type: ignore[misc, valid-type]
        def begin(
            self,
            transmit: Callable[[bytes], bytes],
            request: CardRequest,
            entry: CardEntry,
            is_stopped: IsStopped = none_is_stopped,
        ) -> Begun:
            return watch.run(super().begin, transmit, request, entry, is_stopped)

    made = Watched(load_terminal_keys(keys / TERMINAL_FILE))
    assert isinstance(made, Kernel)
    return made


async def _taps(reader: ThreadedReader) -> None:
    for _ in range(TAPS):
        assert (await reader.present(request())).genuine


class _Coming:
    """A card that notes when it was powered: then the terminal has known of it, and asked for it."""

    def __init__(self, world: CardWorld) -> None:
        self._card = world.card("rich")
        self.atr = self._card.atr
        self.powered = 0.0

    def power_on(self) -> None:
        self.powered = self.powered or time.perf_counter()
        self._card.power_on()

    def transmit(self, raw: bytes) -> bytes:
        return self._card.transmit(raw)


async def _comings(reader: ThreadedReader, world: CardWorld, line: PtyReader) -> list[float]:
    times = []
    for _ in range(COMINGS):
        waiting = asyncio.create_task(reader.present(request()))
        await asyncio.sleep(0.05)
        card = _Coming(world)
        begun = time.perf_counter()
        line.insert(card)
        await waiting
        times.append((card.powered - begun) * 1_000)
        line.remove()
    return times


def _serial(
    stack: ExitStack, world: CardWorld, profile: Profile, watch: Watch
) -> tuple[SerialReader, PtyReader]:
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ieum")))
    machine = ReaderMachine(load_reader_keys(world.keys / READER_FILE))
    line = PtyReader(profile, machine, place / "reader")
    stack.callback(line.close)
    kernel = _watched(SerialKernel, world.keys, watch)
    assert isinstance(kernel, SerialKernel)
    log = IntegrityLog(place / "log")
    port = str(place / "reader")
    reader = SerialReader(kernel, profile, lambda: open_port(port, profile.baud), log)
    stack.callback(reader.close)
    return reader, line


def _figure(how: str, watch: Watch) -> Figure:
    ours = percentile(watch.ours, 0.5)
    return Figure(
        f"tap to cryptogram, {how}, p50 / p95: all of it; ours alone beside it",
        spread(watch.whole),
        f"ours {spread(watch.ours)}",
        f"{ours / percentile(watch.whole, 0.5):.0%} is ours",
        "<= 5 ms of our own",
    )


def run() -> list[Figure]:
    figures = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        world = CardWorld(folder / "keys", folder / "state.json")
        inject(world.keys)
        watch, slot = Watch(), Slot()
        reader: ThreadedReader = InProcessReader(_watched(Kernel, world.keys, watch), slot)
        slot.insert(world.card("rich"))
        asyncio.run(_taps(reader))
        figures.append(_figure("in process", watch))
        for profile in PROFILES.values():
            watch = Watch()
            serial, line = _serial(stack, world, profile, watch)
            line.insert(world.card("rich"))
            asyncio.run(_taps(serial))
            line.remove()
            figures.append(_figure(f"{profile.name} over a pty", watch))
            times = asyncio.run(_comings(serial, world, line))
            figures.append(
                Figure(
                    f"card's coming to its power on, {profile.name} over a pty, p50 / p95",
                    spread(times),
                    "-",
                    "-",
                    "-",
                )
            )
        if problem := why_not():
            figures.append(
                Figure("tap to cryptogram, pcscd", f"not measured: {problem}", "", "", "")
            )
            return figures
        watch = Watch()
        with virtual_reader(world) as virtual:
            pcsc = PcscReader(_watched(Kernel, world.keys, watch), "Virtual PCD")
            asyncio.run(_pcsc_taps(pcsc, virtual.process.cards))
            pcsc.close()
        figures.append(_figure("pcscd and vpcd", watch))
    return figures


async def _pcsc_taps(reader: PcscReader, cards: object) -> None:
    await cards.insert("rich")  # type: ignore[attr-defined]
    await asyncio.sleep(0.5)
    await _taps(reader)


if __name__ == "__main__":
    from benchmarks.figures import table

    print(table(run()))
