"""Discounts, prices asked for, and sales set aside, at the counter."""

from __future__ import annotations

import pytest

from pos.domain.catalogue import Option, Product
from pos.domain.discount import Discount
from pos.domain.errors import PaymentPending, SaleEmpty, SaleHasTender, StoreUnavailable
from pos.domain.sale_errors import DiscountNeedsPermission, PriceNeeded, SaleNotHeld, SaleOpen
from pos.domain.won import Won
from pos.services.held_sales import HeldSales
from tests.fakes import ScriptedLedger
from tests.world import World

COFFEE = Product("c", "아메리카노", Won(3_000))
HAND_PRICED = Product("h", "수선비", Won(0))
MEAT = Product("m", "삼겹살", Won(30_000), by_weight=True)


def held_of(world: World) -> HeldSales:
    return HeldSales(counter=world.counter, store=world.store)


def test_options_add_their_price_and_part_the_lines() -> None:
    counter = World().counter
    counter.add(COFFEE)
    large = counter.add(COFFEE, options=(Option("라지", Won(500)), Option("샷 추가", Won(700))))
    again = counter.add(COFFEE, options=(Option("라지", Won(500)), Option("샷 추가", Won(700))))

    assert (Won(4_200), ("라지", "샷 추가")) == (large.unit_price, large.options)
    assert (large.number, 2) == (again.number, again.quantity)
    assert 2 == len(counter.sale.lines)


def test_what_has_no_price_is_not_sold_for_nothing() -> None:
    counter = World().counter
    for product in (HAND_PRICED, MEAT):
        with pytest.raises(PriceNeeded, match=product.name):
            counter.add(product)
    assert () == counter.sale.lines

    counter.add(HAND_PRICED, price=Won(12_000))
    counter.add(MEAT, weight_g=450)
    counter.add(MEAT, price=Won(9_990))  # A label that the scale printed.
    assert Won(12_000 + 13_500 + 9_990) == counter.sale.total


def test_more_than_a_tenth_off_needs_somebodys_word() -> None:
    counter = World().counter
    counter.add(COFFEE, 2)
    counter.discount(Discount(percent=10), line=1)
    with pytest.raises(DiscountNeedsPermission, match="600"):
        counter.discount(Discount(won=Won(1)))
    assert Won(5_400) == counter.sale.total

    counter.discount(Discount(percent=20, permitted_by="점장"), line=1)
    counter.discount(Discount(percent=10), line=1)  # Less than before needs none.
    counter.discount(None, line=1)
    assert Won(6_000) == counter.sale.total


async def test_a_sale_set_aside_survives_a_restart_and_comes_back_once() -> None:
    world = World()
    world.counter.scan("101")
    world.counter.discount(Discount(percent=10))
    world.counter.note("창가 자리")
    first = await held_of(world).hold()
    assert () == world.counter.sale.lines

    await world.restart()
    world.counter.scan("101", 3)
    await held_of(world).hold()
    waiting = await held_of(world).waiting()
    assert [first.id, Won(15_000)] == [waiting[0].sale.id, waiting[1].sale.total]

    await held_of(world).recall(waiting[0])
    assert ("창가 자리", Won(4_500)) == (world.counter.sale.note, world.counter.sale.total)
    with pytest.raises(SaleNotHeld):
        await held_of(world).recall(waiting[0])
    with pytest.raises(SaleOpen):
        await held_of(world).recall(waiting[1])
    await world.cash.pay()
    await held_of(world).recall(waiting[1])
    assert [] == await held_of(world).waiting()


async def test_a_restart_with_a_sale_set_aside_after_a_declined_card_brings_none_back() -> None:
    world = World(ledger=ScriptedLedger(balance=Won(0)))
    world.counter.scan("101")
    await world.card.pay()
    await held_of(world).hold()

    await world.restart()
    assert () == world.counter.sale.lines
    assert 1 == len(await held_of(world).waiting())


async def test_what_is_empty_or_partly_paid_is_not_set_aside() -> None:
    world = World()
    with pytest.raises(SaleEmpty):
        await held_of(world).hold()
    world.counter.scan("101")
    await world.card.pay(Won(1_000))
    with pytest.raises(SaleHasTender):
        await held_of(world).hold()


async def test_a_disk_that_fails_leaves_the_sale_at_the_counter() -> None:
    world = World()
    world.counter.scan("101")
    world.store.fail_next = StoreUnavailable(reason="full")
    with pytest.raises(StoreUnavailable):
        await held_of(world).hold()
    assert 1 == len(world.counter.sale.lines)


async def test_nothing_is_set_aside_while_it_is_being_paid() -> None:
    world = World()
    world.counter.scan("101")
    with world.counter.payment(), pytest.raises(PaymentPending):
        await held_of(world).hold()
