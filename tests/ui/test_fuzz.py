"""An operator gone wild never crashes the till, never pays without the key, and the money reconciles.

`IEUM_FUZZ_KEYS=1000000` makes it long, in seeds of 2,000; a failure names the line that lives it again.
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import pytest

from pos.ui import lone_keys, order_answer
from pos.ui.app import IeumApp
from pos.ui.screens.pick import PickScreen
from tests.ui.fuzz import CASH, Broken, Operator, Seen, live
from tests.ui.till import SNACK, a_till
from tests.world import World

PER_SEED = 2_000
WANTED = int(os.environ.get("IEUM_FUZZ_KEYS", "0"))
SEEDS = [(seed, PER_SEED) for seed in range(WANTED // PER_SEED)] or [(1, 700), (4, 700), (8, 700)]


@pytest.mark.parametrize(("seed", "keys"), SEEDS)
async def test_no_key_breaks_it(
    seed: int, keys: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lone_keys, order_answer):  # Put back what the seed shortens.
        monkeypatch.setattr(module, "QUIET_SECONDS", module.QUIET_SECONDS)
    try:
        seen = await live(seed, keys, tmp_path)
    except BaseException as error:
        error.add_note(f"again: python -m tests.ui.fuzz {seed} {keys}")
        raise
    assert seen.keys == keys
    assert seen.payments[CASH]
    assert len(seen.screens) >= 6


async def test_the_operator_notices_a_payment_without_its_key(tmp_path: Path) -> None:
    async with a_till() as till:
        operator = Operator.__new__(Operator)
        operator._confirmed = {CASH: deque()}
        operator.last = deque()
        operator.seen = Seen()
        await till.write(f"{SNACK}\r")
        pay = operator._asking(CASH, till.world.cash.pay)
        with pytest.raises(Broken):
            await pay(None)
        assert till.sold == 0


async def test_a_key_pressed_while_the_screen_closes_answers_nothing_below() -> None:
    async with a_till(World()) as till:
        await till.write(f"{SNACK}\r")
        await till.pilot.press("slash", "0", "escape")  # The 0 counts 50 ms later.
        await till.settle()
        assert till.screen == "SellingScreen"
        assert till.world.counter.sale.lines


async def test_a_screen_closes_itself_alone_and_once() -> None:
    async with a_till(World()) as till:
        app: IeumApp = till.app
        answers: list[int | None] = []
        lower, upper = PickScreen("a", [("b", "c")]), PickScreen("d", [("e", "f")])
        await app.push_screen(lower, answers.append)
        await app.push_screen(upper, answers.append)
        lower.dismiss(0)
        await till.settle()
        assert answers == [None, 0]
        lower.dismiss(0)
        await till.settle()
        assert answers == [None, 0]
        assert till.screen == "SellingScreen"


async def test_more_lines_than_questions_in_one_paste_are_no_answers() -> None:
    async with a_till(World()) as till:
        await till.keys("f9", "1")
        if till.screen == "AskScreen":
            await till.write("\x1b[200~1000\n2\n3\n4\n\x1b[201~")
        assert till.screen in ("ShiftScreen", "AskScreen")


async def test_a_percentage_that_is_none_is_refused_in_words() -> None:
    async with a_till(World()) as till:
        await till.write(f"{SNACK}\r261%\r")
        assert "%" in till.message
        assert not till.world.counter.sale.off
