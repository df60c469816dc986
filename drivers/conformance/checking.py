"""What the checks are made of: a promise, how it is found broken, and a hand's usual moves. Never a check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from drivers.conformance.bench import Bench, Role
from pos.domain.card import CardRead, mask_pan
from pos.domain.errors import CardError
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from pos.ports import CardRequest

DEADLINE_MS = 5_000


class Broken(AssertionError):
    """A promise of the port was not kept."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise."""

    promise: str
    run: Callable[[Bench], Awaitable[None]]


CHECKS: list[Check] = []


def check(
    promise: str,
) -> Callable[[Callable[[Bench], Awaitable[None]]], Callable[[Bench], Awaitable[None]]]:
    """Add a function to the checks, under the promise that it holds the driver to."""

    def add(run: Callable[[Bench], Awaitable[None]]) -> Callable[[Bench], Awaitable[None]]:
        CHECKS.append(Check(promise, run))
        return run

    return add


_payments = 0


def new_request(deadline_ms: int = DEADLINE_MS, *, online: bool = True) -> CardRequest:
    """Return a request for a payment that no other request is for."""
    global _payments  # noqa: PLW0603 - a sealed card is bound to its payment, so each needs its own.
    _payments += 1
    payment = TransactionId(1, 1, _payments)
    return CardRequest(payment, Won(1_000), online, datetime.now(UTC), deadline_ms)


async def reads(bench: Bench, role: Role) -> CardRead:
    """Have a card read from its coming to its going."""
    waiting = asyncio.create_task(bench.reader.present(new_request()))
    await asyncio.sleep(0.02)
    await bench.lay(role)
    try:
        read = await waiting
    finally:
        await bench.lift()
        await asyncio.sleep(bench.notice_s)
    is_card(bench, read, role)
    return read


def is_card(bench: Bench, read: CardRead, role: Role) -> None:
    """Expect that the card of this role was read."""
    expect(read.masked_pan == mask_pan(bench.numbers[role]), f"not the mask of {role.value}")


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


def expect(kept: bool, seen: str) -> None:
    """Break the promise, saying what was seen, unless it was kept."""
    if not kept:
        raise Broken(seen)
