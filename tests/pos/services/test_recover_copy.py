"""A copy of the journal that was put back: nothing of it is sold twice, and nothing kept that was not."""

from __future__ import annotations

import pytest

from pos.domain.events import SaleDropped, to_record
from pos.domain.payment import PaymentState
from pos.domain.payment_events import ReversalAsked, ReversalDeclined
from pos.domain.won import Won
from pos.ports import Change
from pos.services.card_outcome import (
    PaidInPart,
)
from tests.fakes import PowerCut
from tests.world import World


async def part_paid(world: World) -> None:
    """Scan for 5,000 won and let a card pay 2,000 of it."""
    world.counter.scan("101")
    assert isinstance(await world.card.pay(Won(2_000)), PaidInPart)


async def test_a_part_paid_sale_comes_back_unpaid_under_a_new_id() -> None:
    world = World()
    await part_paid(world)
    old = world.counter.sale.id
    world.store.is_copy, world.store.incarnation = True, 8

    found = await world.restart()

    assert found.restored
    assert world.counter.sale.id != old
    assert world.counter.sale.id.incarnation == 8
    assert (world.counter.sale.total, world.counter.sale.paid) == (Won(5_000), Won(0))
    assert world.payments()[0].state is PaymentState.REVERSING
    dropped = [e.sale_id for e in world.events() if isinstance(e, SaleDropped)]
    assert dropped == [old]
    assert world.store.open_draft == world.counter.sale
    assert not world.store.is_copy


async def test_lines_without_a_payment_come_back_under_a_new_id_too() -> None:
    world = World()
    world.counter.scan("101")
    await world.store.commit(Change(draft=world.counter.sale))
    old = world.counter.sale.id
    world.store.is_copy, world.store.incarnation = True, 8
    await world.restart()
    assert [line.code for line in world.counter.sale.lines] == ["101"]
    assert world.counter.sale.id != old


@pytest.mark.parametrize("survives", range(6))
async def test_killed_at_any_commit_of_it_the_next_start_does_the_rest(survives: int) -> None:
    world = World()
    await part_paid(world)
    old = world.counter.sale.id
    world.store.is_copy, world.store.incarnation = True, 8
    world.store.die_after_commits = survives
    try:
        await world.restart()
    except PowerCut:
        world.store.die_after_commits = None
        await world.restart()
    world.store.die_after_commits = None
    assert world.counter.sale.id != old
    assert (world.counter.sale.total, world.counter.sale.paid) == (Won(5_000), Won(0))
    assert world.payments()[0].state is PaymentState.REVERSING
    assert len([e for e in world.events() if isinstance(e, ReversalAsked)]) == 1


async def test_what_the_ledger_will_not_undo_stands_and_is_not_counted_as_reversed() -> None:
    world = World()
    await part_paid(world)
    world.store.is_copy, world.store.incarnation = True, 8
    await world.restart()
    payment = world.payments()[0]
    declined = ReversalDeclined(payment.id, payment.sale_id, world.clock.now())
    await world.store.commit(Change(records=(to_record(declined),)))
    assert world.payments()[0].state is PaymentState.APPROVED
    assert (await world.day.show()).summary.reversed.count == 0
    again = await world.restart()
    assert again.reversing == ()
    assert world.counter.sale.paid == Won(0)


async def test_what_a_copy_shows_as_only_intended_may_have_been_paid_since() -> None:
    world = World()
    world.counter.scan("101")
    await world.card.pay(Won(2_000))
    intended = world.store.journal[0]
    del world.store.journal[1:]  # The copy was made just then.
    assert intended.kind == "payment.intended"
    world.store.is_copy, world.store.incarnation = True, 8

    await world.restart()

    assert world.payments()[0].state is PaymentState.REVERSING
