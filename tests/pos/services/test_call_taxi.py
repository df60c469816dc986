"""A taxi is called once for a customer, whatever is lost in between, and called off until it has left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pos.domain.taxi import TaxiNotCalled, TaxiState, TaxiUnderWay
from pos.services.call_taxi import TaxiDesk
from tests.fakes import PowerCut
from tests.ui.till import a_till
from tests.world import World


def state(desk: TaxiDesk) -> TaxiState | None:
    return desk.taxi and desk.taxi.state


async def test_one_call_sends_one_taxi_though_answers_are_lost_and_the_power_goes() -> None:
    world = World()
    await world.taxi.call()
    with pytest.raises(TaxiUnderWay):
        await world.taxi.call()
    world.taxis.lost = 1
    await world.taxi.look()
    world.store.die_after_commits = 0
    with pytest.raises(PowerCut):
        await world.taxi.look()
    world.store.die_after_commits = None

    again = TaxiDesk(store=world.store, ids=world.ids, clock=world.clock, service=world.taxis)
    await again.load()
    await again.look()
    assert (world.taxis.sent, state(again)) == (1, TaxiState.CALLED)


async def test_it_is_followed_to_the_door_and_the_next_customer_gets_another() -> None:
    world = World()
    await world.taxi.call()
    seen = []
    for seconds in (0, 10, 240, 100):
        world.clock.time += timedelta(seconds=seconds)
        await world.taxi.look()
        seen.append(state(world.taxi))
    assert seen == [TaxiState.CALLED, TaxiState.COMING, TaxiState.HERE, TaxiState.GONE]
    with pytest.raises(TaxiNotCalled):
        await world.taxi.cancel()
    await world.taxi.call()
    await world.taxi.look()
    assert world.taxis.sent == 2


async def test_it_is_called_off_before_it_has_left() -> None:
    world = World()
    with pytest.raises(TaxiNotCalled):
        await world.taxi.cancel()
    await world.taxi.call()
    await world.taxi.cancel()
    await world.taxi.look()
    assert (state(world.taxi), world.taxis.sent) == (TaxiState.CANCELLED, 0)


async def test_the_screen_calls_it_and_shows_its_plate() -> None:
    async with a_till() as till:
        await till.keys("slash", "9", "enter")
        till.world.clock.time += timedelta(seconds=1)
        await till.world.taxi.look()
        till.world.clock.time += timedelta(seconds=60)
        await till.world.taxi.look()
        await till.settle()
        assert "30바" in till.text()
        await till.keys("c")
        await till.world.taxi.look()
        await till.settle()
        assert "취소함" in till.text()
