"""Which papers a sale and an order leave, beyond the receipt and the ticket."""

from __future__ import annotations

from pos.domain.card_slip import CardSlip, SlipFor
from pos.domain.codec import decode
from pos.ports import PrintKind
from pos.services.finish_sale import FinishSale
from pos.services.handle_orders import OrderDesk
from pos.services.reprint import Reprint
from tests.fakes import MemoryStore, Waker
from tests.pos.services.test_orders_and_feed import an_order
from tests.receipts.samples import BASKET, ONLINE, SPLIT, sale
from tests.world import World


async def test_the_shop_s_slip_comes_with_the_receipt_in_the_same_change() -> None:
    world = World()
    finish = FinishSale(
        counter=world.counter,
        store=world.store,
        spool=world.spool,
        sync=world.sync,
        clock=world.clock,
        merchant_copy=lambda card: card.amount.amount >= 10_500,
    )
    paid = sale(BASKET, (ONLINE,))
    open_sale = world.counter.sale
    from dataclasses import replace

    await finish.finish(replace(open_sale, lines=paid.lines, tenders=paid.tenders))
    receipt, slip = world.store.jobs
    assert (receipt.kind, slip.kind) == (PrintKind.SALE_RECEIPT, PrintKind.CARD_SLIP)
    read = decode(CardSlip, slip.body)
    assert (read.audience, read.payment_id) == (SlipFor.MERCHANT, ONLINE.payment_id)
    assert not slip.open_drawer
    assert not slip.reprint


async def test_without_a_rule_there_is_no_slip() -> None:
    world = World()
    world.counter.scan("101")
    await world.cash.pay()
    assert [job.kind for job in world.store.jobs] == [PrintKind.SALE_RECEIPT]


async def test_slips_and_gift_receipts_are_queued_on_demand() -> None:
    store, spool = MemoryStore(), Waker()
    reprint = Reprint(store=store, spool=spool)
    assert await reprint.card_slips(SPLIT, SlipFor.CUSTOMER) == 1
    await reprint.gift_receipt(SPLIT)
    await reprint.test_page()
    slip, gift, page = store.jobs
    assert slip.reprint
    assert not gift.open_drawer
    assert page.open_drawer  # The technician wants to see it open.
    assert spool.woken == 3


async def test_a_rider_slip_and_a_label_come_with_the_ticket_where_the_shop_wants_them() -> None:
    world = World()
    desk = OrderDesk(
        store=world.store,
        spool=world.spool,
        sync=world.sync,
        ids=world.ids,
        clock=world.clock,
        also_print=(PrintKind.RIDER_SLIP, PrintKind.ORDER_LABEL),
    )
    order = an_order()
    from pos.domain.order_events import OrderReceived

    desk.take_in([OrderReceived(order, world.clock.now())])
    await desk.accept(order.key)
    assert [job.kind for job in world.store.jobs] == [
        PrintKind.KITCHEN_TICKET,
        PrintKind.RIDER_SLIP,
        PrintKind.ORDER_LABEL,
    ]
