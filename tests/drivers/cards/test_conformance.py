"""Every card reader of the product, put to the checks that any driver has to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from drivers.conformance.bench import CardBench, NotOffered, Role
from drivers.conformance.card_reader import CARD_READER
from drivers.conformance.checking import Broken, Check
from pos.domain.card import CardRead
from pos.ports import CardRequest
from tests.drivers.cards.benches import BENCHES, HandBench, in_process_bench
from tests.drivers.cards.cardworld import CardWorld

KINDS = [pytest.param(each, marks=pytest.mark.pcsc if each == "pcsc" else ()) for each in BENCHES]


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, world: CardWorld) -> Iterator[CardBench]:
    with BENCHES[request.param](world) as made:
        yield made


@pytest.mark.parametrize("check", CARD_READER, ids=lambda each: each.name)
async def test_a_reader_keeps_the_ports_promise(bench: CardBench, check: Check[CardBench]) -> None:
    try:
        await check.run(bench)
    except NotOffered:
        pytest.skip("this bench has no hand for it")


class Wrong:
    """A reader in front of a right one, that breaks a promise."""

    def __init__(self, bench: HandBench) -> None:
        self._right = bench.reader
        self._first: CardRead | None = None

    async def present(self, request: CardRequest) -> CardRead:
        return await self._right.present(request)

    async def cancel(self) -> None:
        await self._right.cancel()

    async def status(self) -> object:
        return await self._right.status()


class Deaf(Wrong):
    async def cancel(self) -> None:
        return


class Blocking(Wrong):
    async def present(self, request: CardRequest) -> CardRead:
        waiting = asyncio.create_task(self._right.present(request))
        while not waiting.done():
            import time

            time.sleep(0.2)
            await asyncio.sleep(0)
        return await waiting


class Mixing(Wrong):
    """Keeps the reference of the first card that it read."""

    async def present(self, request: CardRequest) -> CardRead:
        read = await self._right.present(request)
        self._first = self._first or read
        return replace(read, card_ref=self._first.card_ref)


class Showing(Wrong):
    def __init__(self, bench: HandBench) -> None:
        super().__init__(bench)
        self._numbers = bench.numbers

    async def present(self, request: CardRequest) -> CardRead:
        return replace(await self._right.present(request), sealed=self._numbers[Role.GOOD])


class Impatient(Wrong):
    async def present(self, request: CardRequest) -> CardRead:
        return await self._right.present(replace(request, deadline_ms=request.deadline_ms // 3))


class Patient(Wrong):
    async def present(self, request: CardRequest) -> CardRead:
        return await self._right.present(replace(request, deadline_ms=request.deadline_ms + 2_000))


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (Deaf, "cancel_at_once"),
        (Blocking, "the_loop_goes_on"),
        (Mixing, "references"),
        (Mixing, "never_mixed"),
        (Showing, "no_clear_number"),
        (Showing, "sealed_for_each_payment"),
        (Impatient, "time_runs_out"),
        (Patient, "time_runs_out"),
    ],
)
async def test_a_reader_that_breaks_a_promise_is_found(
    world: CardWorld, wrong: type[Wrong], check: str
) -> None:
    with in_process_bench(world) as bench:
        bench.reader = wrong(bench)  # type: ignore[assignment]
        with pytest.raises(Broken):
            await CARD_READER.named(check).run(bench)
