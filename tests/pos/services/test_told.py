"""What papers say of fee and benefits: what the ledger told, on first print and copy alike, and nothing without it."""

from __future__ import annotations

from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.card_slip import CardSlip, FeeNote, SlipFor
from pos.domain.codec import decode
from pos.domain.errors import LedgerSilent, LedgerUnreachable
from pos.domain.receipt_body import ReceiptBody
from pos.domain.won import Won
from pos.ports import PrintKind
from tests.ui.till import RICE_CAKE, ROLL
from tests.world import World

FEE = FeeNote(Won(15), Won(15))
BENEFITS = (
    Benefit(BenefitKind.COUPON, "부평시장 가을맞이", Won(3_000)),
    Benefit(BenefitKind.PLUS, "5%", Won(100)),
)


def receipts(world: World) -> list[ReceiptBody]:
    jobs = [each for each in world.store.jobs if each.kind is PrintKind.SALE_RECEIPT]
    return [decode(ReceiptBody, dict(each.body)) for each in jobs]


def slips(world: World) -> list[CardSlip]:
    jobs = [each for each in world.store.jobs if each.kind is PrintKind.CARD_SLIP]
    return [decode(CardSlip, dict(each.body)) for each in jobs]


async def test_the_receipt_its_copy_and_the_shops_slip_say_what_the_ledger_told() -> None:
    world = World()
    world.ledger.benefits, world.ledger.fee = BENEFITS, FEE
    world.counter.scan(RICE_CAKE)
    await world.card.pay(Won(5_000))
    sale = await world.reprint.last_receipt()
    assert sale is not None
    assert [BENEFITS, BENEFITS] == [each.benefits for each in receipts(world)]
    await world.reprint.card_slips(sale, SlipFor.MERCHANT)
    await world.reprint.card_slips(sale, SlipFor.CUSTOMER)
    assert [FEE, None] == [each.fee for each in slips(world)]  # A customer's says no fee.


async def test_of_a_split_the_first_cards_benefits_come_from_the_journal() -> None:
    world = World()
    world.ledger.benefits, world.ledger.fee = BENEFITS, FEE
    world.counter.scan(RICE_CAKE)
    world.counter.scan(ROLL)
    await world.card.pay(Won(5_000))
    await world.cash.pay(None)
    assert BENEFITS == receipts(world)[-1].benefits


async def test_after_a_crash_behind_the_approval_the_receipt_says_the_same() -> None:
    world = World()
    world.ledger.benefits, world.ledger.fee = BENEFITS, FEE
    world.ledger.fault_after.append(LedgerSilent())
    world.counter.scan(RICE_CAKE)
    await world.card.pay(Won(5_000))
    assert BENEFITS == receipts(world)[-1].benefits


async def test_without_the_line_nothing_of_it_is_made_up() -> None:
    world = World()
    world.ledger.benefits, world.ledger.fee = BENEFITS, FEE
    world.ledger.fault_before += [LedgerUnreachable(), LedgerUnreachable()]
    world.counter.scan(RICE_CAKE)
    await world.card.pay(Won(5_000))
    sale = await world.reprint.last_receipt()
    assert sale is not None
    await world.reprint.card_slips(sale, SlipFor.MERCHANT)
    assert () == receipts(world)[-1].benefits
    assert slips(world)[-1].fee is None
