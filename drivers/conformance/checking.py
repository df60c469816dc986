"""What the checks are made of: a promise, and how it is found broken. Never about one kind of device."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.conformance.bench import Bench

CHECK_LIMIT_S = 120.0
B = TypeVar("B", bound=Bench)


class Broken(AssertionError):
    """A promise of the port was not kept."""


@dataclass(frozen=True, slots=True)
class Check(Generic[B]):
    """One promise, and what finds it broken on a fresh bench."""

    promise: str
    try_it: Callable[[B], Awaitable[None]]

    @property
    def name(self) -> str:
        """The check's function, for a test's name."""
        return str(getattr(self.try_it, "__name__", self.promise))

    async def run(self, bench: B) -> None:
        """Put the driver on this bench to it.

        Raises:
            Broken: it was not kept.
            NotOffered: the bench has no hand for it.
        """
        async with asyncio.timeout(CHECK_LIMIT_S):
            await bench.begin()
            try:
                await self.try_it(bench)
            finally:
                await bench.end()


class Suite(list[Check[B]]):
    """The checks of one kind of device, in the order in which they are told."""

    def check(
        self, promise: str
    ) -> Callable[[Callable[[B], Awaitable[None]]], Callable[[B], Awaitable[None]]]:
        """Add a function, under the promise that it holds the driver to."""

        def add(try_it: Callable[[B], Awaitable[None]]) -> Callable[[B], Awaitable[None]]:
            self.append(Check(promise, try_it))
            return try_it

        return add

    def named(self, name: str) -> Check[B]:
        """Return one check by its function's name."""
        return next(each for each in self if each.name == name)


def expect(kept: bool, seen: str) -> None:
    """Break the promise, saying what was seen, unless it was kept."""
    if not kept:
        raise Broken(seen)
