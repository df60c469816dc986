"""Cash receipts asked for at the till, taken back with a refund, told to the tax office; the number stays out."""

from __future__ import annotations

import json

import pytest

from pos.domain.cash_receipt import (
    ApprovalCodeWrong,
    CancelReason,
    CashReceipt,
    CashReceiptGiven,
    CashReceiptIdWrong,
    CashReceiptNoCash,
    CashReceiptNone,
    CashReceiptUse,
)
from pos.domain.cash_receipt_life import CashReceiptState
from pos.domain.codec import decode, encode
from pos.domain.sale import SaleRecord
from pos.domain.won import Won
from pos.ports import PrintKind
from pos.ports.tax_office import CashReceiptRequest, CashReceiptWord, TaxOfficeSilent
from pos.services.cash_receipts import CashReceiptDesk
from tests.ui.till import MILK, RICE_CAKE, ROLL
from tests.world import World

PHONE, DIGITS = "010-9876-1234", "01098761234"
INCOME = CashReceiptUse.INCOME


async def sold(world: World, *codes: str, card: int = 0) -> SaleRecord:
    for code in codes:
        world.counter.scan(code)
    if card:
        await world.card.pay(Won(card))
    return await world.cash.pay(None)


def papers(world: World) -> list[CashReceipt]:
    jobs = [each for each in world.store.jobs if each.kind is PrintKind.CASH_RECEIPT]
    return [decode(CashReceipt, dict(each.body)) for each in jobs]


class Office:
    """Answers by a script; remembers what it was told."""

    def __init__(self, *words: CashReceiptWord | None) -> None:
        self.words = list(words)
        self.told: list[CashReceiptRequest] = []

    async def send(self, request: CashReceiptRequest) -> CashReceiptWord:
        self.told.append(request)
        word = self.words.pop(0)
        if word is None:
            raise TaxOfficeSilent
        return word


async def test_it_stands_for_the_cash_of_a_split_alone_and_says_that_it_is_not_sent_yet() -> None:
    world = World()
    record = await sold(world, RICE_CAKE, ROLL, card=6_000)
    receipt = await world.cash_receipts.ask(record, INCOME, PHONE)
    assert (Won(3_500), "") == (receipt.tax.total, receipt.approval_code)
    assert ["010-****-1234"] == [each.masked_id for each in papers(world)]
    [waiting] = await world.cash_receipts.waiting()
    assert CashReceiptState.TO_BE_SENT is waiting.state


async def test_the_whole_number_is_in_no_record_and_in_no_print_job() -> None:
    world = World()
    record = await sold(world, RICE_CAKE)
    await world.cash_receipts.ask(record, INCOME, PHONE)
    await world.cash_receipts.reprint(record)
    await world.refund.refund(record.receipt_number)
    written = json.dumps([encode(dict(each.body)) for each in world.store.journal], default=str)
    written += json.dumps([each.body for each in world.store.jobs], default=str)
    written += repr(world.store.due)
    assert "9876" not in written
    [first, _second] = await world.cash_receipts.waiting()
    assert DIGITS == await world.cash_receipts.number(first.key)


async def test_no_second_one_and_none_over_a_card() -> None:
    world = World()
    record = await sold(world, RICE_CAKE)
    await world.cash_receipts.ask(record, INCOME, PHONE)
    with pytest.raises(CashReceiptGiven):
        await world.cash_receipts.ask(record, INCOME, PHONE)
    world.counter.scan(MILK)
    await world.card.pay(Won(2_900))
    by_card = (await world.refund.recent(1))[0].sale
    with pytest.raises(CashReceiptNoCash):
        await world.cash_receipts.ask(by_card, INCOME, PHONE)
    with pytest.raises(CashReceiptNone):
        await world.cash_receipts.take_back(by_card)
    with pytest.raises(CashReceiptIdWrong):
        await world.cash_receipts.ask(record, INCOME, "900101-1234567")


async def test_a_void_takes_it_back_in_the_same_change() -> None:
    world = World()
    record = await sold(world, RICE_CAKE, MILK)
    await world.cash_receipts.ask(record, INCOME, PHONE)
    world.store.fail_next = None
    await world.refund.refund(record.receipt_number)
    back = papers(world)[-1]
    assert back.cancels is not None
    assert (CancelReason.SALE_VOIDED, record.tax) == (back.cancels.reason, back.tax)
    assert (await world.cash_receipts.of(record)).living is None


async def test_a_line_given_back_takes_back_its_part_and_the_rest_stands() -> None:
    world = World()
    record = await sold(world, RICE_CAKE, MILK)
    await world.cash_receipts.ask(record, INCOME, PHONE)
    refund = await world.refund.refund(record.receipt_number, {2: 1})
    assert refund.tax == papers(world)[-1].tax
    found = await world.cash_receipts.of(record)
    assert found.living is not None
    await world.refund.refund(record.receipt_number)
    assert (await world.cash_receipts.of(record)).living is None
    assert Won(7_900) == Won.total(each.tax.total for each in papers(world)[1:])


async def test_one_given_to_a_wrong_number_is_taken_back_and_asked_for_anew() -> None:
    world = World()
    record = await sold(world, RICE_CAKE)
    await world.cash_receipts.ask(record, INCOME, "010-1111-1111")
    back = await world.cash_receipts.take_back(record)
    assert back.cancels is not None
    assert CancelReason.ISSUED_IN_ERROR is back.cancels.reason
    again = await world.cash_receipts.ask(record, INCOME, PHONE)
    assert "010-****-1234" == again.masked_id


async def test_after_a_part_went_back_one_is_for_what_is_left() -> None:
    world = World()
    record = await sold(world, RICE_CAKE, MILK)
    await world.refund.refund(record.receipt_number, {1: 1})
    receipt = await world.cash_receipts.ask(record, INCOME, PHONE)
    assert (Won(2_900), Won(0)) == (receipt.tax.exempt, receipt.tax.vat)


async def test_the_self_issue_number_is_of_one_use_whatever_was_asked() -> None:
    world = World()
    record = await sold(world, RICE_CAKE)
    receipt = await world.cash_receipts.ask(record, CashReceiptUse.BUSINESS, "010-000-1234")
    assert (CashReceiptUse.SELF_ISSUED, "010-000-1234") == (receipt.use, receipt.masked_id)


async def test_the_number_that_a_person_notes_ends_the_waiting_and_erases_the_buyers() -> None:
    world = World()
    record = await sold(world, RICE_CAKE)
    await world.cash_receipts.ask(record, INCOME, PHONE)
    [waiting] = await world.cash_receipts.waiting()
    with pytest.raises(ApprovalCodeWrong):
        await world.cash_receipts.note_issued(waiting, "없음", by="점장")
    await world.cash_receipts.note_issued(waiting, "012345678", by="점장")
    assert () == await world.cash_receipts.waiting()
    assert "" == await world.cash_receipts.number(waiting.key)
    await world.cash_receipts.reprint(record)
    assert "012345678" == papers(world)[-1].approval_code


async def test_an_agent_is_told_in_order_and_its_silence_changes_nothing() -> None:
    world = World()
    office = Office(None, CashReceiptWord("012345678"), CashReceiptWord(refused="오류"))
    desk = CashReceiptDesk(store=world.store, spool=world.spool, clock=world.clock, office=office)
    record = await sold(world, RICE_CAKE)
    await desk.ask(record, INCOME, PHONE)
    await desk.take_back(record)
    assert not await desk.send()
    assert 2 == len(await desk.waiting())
    assert await desk.send()
    assert [DIGITS, DIGITS, ""] == [each.number for each in office.told]
    assert [CashReceiptState.ISSUED, CashReceiptState.REFUSED] == [
        each.state for each in (await desk.of(record)).receipts
    ]
    assert (await desk.of(record)).living is not None  # What was not taken back holds.
