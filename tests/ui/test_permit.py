"""A payment at risk above the limit: a person answers for it, or it is not taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pos.domain.card import CardRead
from pos.domain.payment_events import OfflineApproved
from pos.domain.won import Won
from pos.ports import CardRequest
from tests.fakes import LIMITS, ScriptedReader, good_card
from tests.ui.till import LARGE, RICE_CAKE, SMALL, SNACK, Till, a_till
from tests.world import World

LIMITED = replace(LIMITS, at_risk_allowed=True, permission_above=Won(3_000))


class NoGuarantee(ScriptedReader):
    """A card that asks for the ledger even where there is none."""

    async def present(self, request: CardRequest) -> CardRead:
        self.requests.append(request)
        return good_card()


def risky() -> World:
    world = World(limits=LIMITED, reader=NoGuarantee())
    world.line.failed(world.clock.now())
    return world


async def tapped(till: Till, code: str = RICE_CAKE) -> None:
    await till.write(f"{code}\r")
    await till.keys("f5")


def approved(world: World) -> list[OfflineApproved]:
    return [event for event in world.events() if isinstance(event, OfflineApproved)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_risk_is_said_plainly_and_1_takes_it(size: tuple[int, int]) -> None:
    async with a_till(risky(), size=size) as till:
        await tapped(till)
        assert "PermitScreen" == till.screen
        assert "가게가 손해를 봅니다" in till.text()
        assert [] == approved(till.world)
        await till.keys("1")
        assert ["부평 이음마트"] == [event.permitted_by for event in approved(till.world)]
        assert "SellingScreen" == till.screen
        assert 1 == till.sold


@pytest.mark.parametrize("key", ["2", "0", "escape"])
async def test_a_refusal_draws_nothing(key: str) -> None:
    async with a_till(risky()) as till:
        await tapped(till)
        await till.keys(key)
        assert "PaymentScreen" == till.screen
        assert "받지 않기로 했습니다" in till.text()
        assert [] == approved(till.world)
        await till.keys("f6")
        assert 1 == till.sold


async def test_nothing_else_confirms_it() -> None:
    async with a_till(risky()) as till:
        await tapped(till)
        await till.keys("enter", "space", "y", "f5", "f6", "f10")
        await till.write("1\r")
        await till.write(f"{SNACK}\r")
        assert "PermitScreen" == till.screen
        assert [] == approved(till.world)
        await till.keys("escape")


async def test_below_the_limit_nobody_is_asked() -> None:
    async with a_till(risky()) as till:
        await tapped(till, SNACK)
        assert "SellingScreen" == till.screen
        assert [""] == [event.permitted_by for event in approved(till.world)]
