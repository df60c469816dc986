"""What the ledger said of a day is kept: statement and comparison side by side, and not more than is looked at."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from pos.domain.errors import LedgerSilent
from pos.domain.reconciliation import Comparison, Difference, Sums, What
from pos.domain.won import Won
from pos.services.settle_day import KEPT_MAX
from tests.fakes import NOON
from tests.world import World

TODAY = date(2026, 11, 24)
SAME = Sums(Won(0), Won(0))


async def test_a_statement_and_a_comparison_that_come_at_once_are_both_kept() -> None:
    world = World()
    await asyncio.gather(world.settle.compare(TODAY), world.settle.statement(TODAY))
    answer = (await world.settle.kept(TODAY)).answer
    assert answer.statement is not None
    assert answer.comparison is not None
    assert (answer.statement_at, answer.compared_at) == (NOON, NOON)
    assert world.line.heard_at == NOON


async def test_no_answer_leaves_what_was_kept() -> None:
    world = World()
    before = await world.settle.statement(TODAY)
    world.ledger.day_fault = LedgerSilent()
    for ask in (world.settle.statement, world.settle.compare):
        with pytest.raises(LedgerSilent):
            await ask(TODAY)
    assert await world.settle.kept(TODAY) == before


async def test_of_very_many_differences_some_are_kept_and_the_rest_counted() -> None:
    world = World()
    found = tuple(
        Difference(What.SALE_UNKNOWN, f"{each:032x}", Won(0), Won(1))
        for each in range(KEPT_MAX + 7)
    )
    world.ledger.comparison = Comparison(SAME, SAME, found)
    answer = (await world.settle.compare(TODAY)).answer
    assert answer.comparison is not None
    assert (len(answer.comparison.differences), answer.more) == (KEPT_MAX, 7)
    assert answer.papers == {}
