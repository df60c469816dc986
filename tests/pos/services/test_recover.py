"""A terminal killed at any commit comes back with no won lost and none doubled."""

from __future__ import annotations

import contextlib

import pytest

from pos.domain.errors import LedgerSilent, LedgerUnreachable
from pos.domain.events import SaleCompleted
from pos.domain.payment import OPEN, STANDING, PaymentState
from pos.domain.won import Won
from tests.fakes import PowerCut, ScriptedLedger
from tests.world import World

STEPS_MAX = 6  # More commits than any payment below makes.


@pytest.mark.parametrize("survives", range(STEPS_MAX))
@pytest.mark.parametrize("line", ["up", "down", "lost answer", "gone for good", "no connection"])
async def test_killed_after_any_commit_the_money_is_whole(survives: int, line: str) -> None:
    world = World(ledger=_ledger(line))
    if line == "down":
        world.line.failed(world.clock.now())
    world.counter.scan("101")
    world.store.die_after_commits = survives
    with contextlib.suppress(PowerCut):
        await world.card.pay()
    world.store.die_after_commits = None

    await world.restart()
    again = await world.restart()  # Recovering twice must change nothing.

    assert () == again.completed
    assert not [p for p in world.payments() if p.state in OPEN]
    standing = [p for p in world.payments() if p.state in STANDING]
    sales = [event.sale for event in world.events() if isinstance(event, SaleCompleted)]
    assert Won.total(p.amount for p in standing) == Won.total(sale.total for sale in sales)
    assert len(sales) <= 1
    _ledger_agrees(world)
    assert len(sales) == len([job for job in world.store.jobs if job.kind == "sale_receipt"])


@pytest.mark.parametrize("survives", range(3))
async def test_killed_in_a_cash_sale_it_is_there_once_or_still_open(survives: int) -> None:
    world = World()
    world.counter.scan("101")
    world.store.open_draft = world.counter.sale
    world.store.die_after_commits = survives
    with contextlib.suppress(PowerCut):
        await world.cash.pay()
    world.store.die_after_commits = None

    await world.restart()

    sold = [event for event in world.events() if isinstance(event, SaleCompleted)]
    if survives == 0:
        assert [] == sold
        assert Won(5_000) == world.counter.sale.due
    else:
        assert 1 == len(sold)
        assert () == world.counter.sale.lines


async def test_a_part_payment_is_still_on_the_sale_after_a_restart() -> None:
    world = World()
    world.counter.scan("101")
    await world.card.pay(Won(2_000))

    recovered = await world.restart()

    assert recovered.restored
    assert Won(3_000) == world.counter.sale.due
    record = await world.cash.pay()
    assert [Won(2_000), Won(3_000)] == [tender.amount for tender in record.tenders]


async def test_a_draft_of_a_closed_sale_does_not_come_back() -> None:
    world = World()
    world.counter.scan("101")
    draft = world.counter.sale
    await world.cash.pay()
    world.store.open_draft = draft  # As if a late draft had been written after the sale's end.

    recovered = await world.restart()

    assert not recovered.restored
    assert () == world.counter.sale.lines


async def test_ids_go_on_after_a_restart() -> None:
    world = World()
    world.counter.scan("101")
    await world.card.pay()
    used = await world.store.last_sequence()

    await world.restart()

    assert world.ids.next().sequence > used


def _ledger(line: str) -> ScriptedLedger:
    match line:
        case "lost answer":
            return ScriptedLedger(fault_after=[LedgerSilent()])
        case "gone for good":
            return ScriptedLedger(fault_after=[LedgerSilent()], outcome_fault=LedgerSilent())
        case "no connection":
            return ScriptedLedger(fault_before=[LedgerUnreachable()])
        case _:
            return ScriptedLedger()


def _ledger_agrees(world: World) -> None:
    """What the ledger posted either stands on a sale or is being reversed."""
    states = {payment.id: payment.state for payment in world.payments()}
    for posted in world.ledger.posted:
        assert states[posted] in (PaymentState.APPROVED, PaymentState.REVERSING)
    approved = {key for key, state in states.items() if state is PaymentState.APPROVED}
    assert approved <= set(world.ledger.posted)
