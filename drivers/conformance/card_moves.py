"""What a hand at a card reader usually does, and what is then expected. Never a check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime

from drivers.conformance.bench import CardBench, Role
from drivers.conformance.checking import Broken, expect
from pos.domain.card import CardRead
from pos.domain.errors import CardError
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from pos.ports import CardRequest

DEADLINE_MS = 5_000


_payments = 0


def new_request(deadline_ms: int = DEADLINE_MS, *, online: bool = True) -> CardRequest:
    """Return a request for a payment that no other request is for."""
    global _payments  # noqa: PLW0603 - a sealed card is bound to its payment, so each needs its own.
    _payments += 1
    payment = TransactionId(1, 1, _payments)
    return CardRequest(payment, Won(1_000), online, datetime.now(UTC), deadline_ms)


async def laid(bench: CardBench, role: Role) -> asyncio.Task[CardRead]:
    """Lay a card down for a wait that has begun, and return the wait."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.02)
    await bench.lay(role)
    return waiting


async def taken_away(bench: CardBench) -> None:
    """Lift the card and give the reader time to notice."""
    await bench.lift()
    await asyncio.sleep(bench.notice_s)


async def reads(bench: CardBench, role: Role) -> CardRead:
    """Have a card read from its coming to its going."""
    waiting = await laid(bench, role)
    try:
        read = await waiting
    finally:
        await taken_away(bench)
    is_card(bench, read, role)
    return read


def is_card(bench: CardBench, read: CardRead, role: Role) -> None:
    """Expect that the card of this role was read."""
    expect(bench.is_of(read, role), f"not the card of {role.value}")


async def ends(awaited: Awaitable[CardRead], how: type[CardError]) -> CardError:
    """Wait for an error of a kind and return it."""
    try:
        read = await awaited
    except how as error:
        return error
    except Exception as error:
        raise Broken(f"{type(error).__name__} in place of {how.__name__}") from error
    raise Broken(f"a card ending in {read.masked_pan[-4:]} in place of {how.__name__}")


def locals_of(error: BaseException) -> list[object]:
    """Return what the frames of an error's traceback hold: a log of it could show them."""
    found: list[object] = []
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if not module.startswith("drivers.conformance"):  # Its own frames know the numbers.
            found += list(trace.tb_frame.f_locals.values())
        trace = trace.tb_next
    return found
