"""The papers of a sale by few keys: gift receipt, card slips, phone, cash receipt; by number typed or looked up."""

from __future__ import annotations

import pytest

from composition.e_receipts import EReceipts
from pos.domain.cash_receipt import CashReceipt, CashReceiptUse
from pos.domain.codec import decode
from pos.domain.customer_view import Moment
from pos.domain.won import Won
from pos.ports import PrintKind
from pos.services.e_receipt import EReceipt
from pos.services.show_customer import ShowCustomer
from pos.ui.widgets.qr_picture import QrPicture
from pos.ui.widgets.table import Table
from receipts.renderer import ReceiptRenderer
from tests.receipts.samples import SHOP
from tests.ui.test_refund import sold
from tests.ui.till import LARGE, RICE_CAKE, SMALL, SNACK, Till, a_till
from tests.world import World

PHONE = "01098761234"


def cash_receipts(till: Till) -> list[CashReceipt]:
    jobs = [each for each in till.world.store.jobs if each.kind is PrintKind.CASH_RECEIPT]
    return [decode(CashReceipt, dict(each.body)) for each in jobs]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_mobile_number_after_the_cash_asks_for_its_receipt(size: tuple[int, int]) -> None:
    async with a_till(size=size) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f6")
        await till.write(f"{PHONE}\r")
        assert "PickScreen" == till.screen
        assert PHONE not in till.text()
        assert "010-****-1234" in till.text()
        await till.keys("1")
        [paper] = cash_receipts(till)
        assert (CashReceiptUse.INCOME, Won(5_000)) == (paper.use, paper.tax.total)
        assert "전송 대기" in till.message


async def test_a_mobile_number_before_the_cash_waits_for_it() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r{PHONE}\r")
        await till.keys("2")
        assert [] == cash_receipts(till)
        await till.keys("f6")
        [paper] = cash_receipts(till)
        assert CashReceiptUse.BUSINESS is paper.use


async def test_the_wish_of_a_customer_who_left_is_not_the_next_ones() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r{PHONE}\r")
        await till.keys("1", "escape", "escape")
        await till.write(f"{SNACK}\r")
        await till.keys("f6")
        assert [] == cash_receipts(till)


async def test_a_mobile_number_where_a_card_paid_says_why_there_is_none() -> None:
    world = World()
    world.counter.scan(RICE_CAKE)
    await world.card.pay(Won(5_000))
    async with a_till(world) as till:
        await till.write(f"{PHONE}\r")
        assert "SellingScreen" == till.screen
        assert "이미 신고" in till.message
        assert [] == cash_receipts(till)


@pytest.mark.parametrize(
    ("typed", "masked", "use"),
    [
        ("", "010-000-1234", CashReceiptUse.SELF_ISSUED),
        ("124-81-00998", "124-81-*****", CashReceiptUse.BUSINESS),
        ("1544202000001234", "154420******1234", CashReceiptUse.INCOME),
    ],
)
async def test_any_kind_of_number_from_the_sale_looked_up(
    typed: str, masked: str, use: CashReceiptUse
) -> None:
    world = World()
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7", "/", "6")
        await till.write(f"{typed}\r")
        await till.keys("1")
        [paper] = cash_receipts(till)
        assert (masked, use) == (paper.masked_id, paper.use)
        assert "RefundScreen" == till.screen


async def test_a_residents_number_is_refused_where_it_is_typed() -> None:
    world = World()
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7", "/", "6")
        await till.write("9001011234567\r")
        assert "AskOneScreen" == till.screen
        assert "현금영수증 번호가 아닙니다" in till.text().replace("\n", "")
        assert [] == cash_receipts(till)


async def test_a_wrong_one_is_cancelled_and_a_number_read_off_hometax_is_noted() -> None:
    world = World()
    record = await sold(world, RICE_CAKE)
    await world.cash_receipts.ask(record, CashReceiptUse.INCOME, PHONE)
    async with a_till(world) as till:
        await till.keys("f7", "/", "6")
        assert "전송 대기" in till.text()
        await till.keys("3")
        assert (
            PHONE in till.text()
        )  # For whoever may see the day, to be typed at the tax office's page.
        await till.write("G12345678\r")
        assert "지웠습니다" in till.message
        assert PHONE not in till.text()
        await till.keys("/", "6")
        assert "G12345678" in till.text()
        await till.keys("2")
        paper = cash_receipts(till)[-1]
        assert paper.cancels is not None
        assert "G12345678" == paper.cancels.approval_code


async def test_the_lookups_digits_print_the_gift_receipt_and_either_copy_of_the_slip() -> None:
    world = World()
    await sold(world, RICE_CAKE, card=5_000)
    before = len(world.store.jobs)
    async with a_till(world) as till:
        await till.keys("f7", "/", "2", "/", "3", "/", "4", "/", "1")
        kinds = [(each.kind, each.reprint) for each in world.store.jobs[before:]]
        assert [
            (PrintKind.GIFT_RECEIPT, False),
            (PrintKind.CARD_SLIP, True),
            (PrintKind.CARD_SLIP, True),
            (PrintKind.SALE_RECEIPT, True),
        ] == kinds
        assert not any(each.open_drawer for each in world.store.jobs[before:])


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_phone_fetches_the_receipt_by_the_code_here_and_on_the_customers_display(
    size: tuple[int, int],
) -> None:
    world = World()
    record = await sold(world, RICE_CAKE, SNACK, card=5_000)
    pages = EReceipts(ReceiptRenderer(SHOP, 42).to_html, world.clock)
    await pages.open("127.0.0.1", 0, "192.168.100.100")
    world.e_receipt = EReceipt(store=world.store, links=pages)
    world.customer = ShowCustomer(counter=world.counter, shop="이음", language="ko", displays=())
    world.customer.follow(world.finish, world.qr, world.balance)
    try:
        async with a_till(world, size=size) as till:
            await till.keys("f7", "/", "5")
            drawn = till.app.screen.query_one(QrPicture)
            assert drawn.display
            assert drawn.text.startswith("http://192.168.100.100:")
            assert (Moment.TAKE_RECEIPT, drawn.text) == (
                world.customer.view.moment,
                world.customer.view.code,
            )
            path = drawn.text[drawn.text.index("/r/") :]
            page = pages._answer(f"GET {path} HTTP/1.1".encode()).decode()
            assert record.receipt_number in page
            await till.keys("enter")
            assert "RefundScreen" == till.screen
            assert Moment.WELCOME is world.customer.view.moment
    finally:
        await pages.close()


async def test_without_a_host_for_phones_it_says_what_is_missing() -> None:
    world = World()
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7", "/", "5")
        assert "phone_host" in till.message


async def test_without_a_card_there_is_no_slip_and_it_says_so() -> None:
    world = World()
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7", "/", "3")
        assert "전표가 없습니다" in till.message


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_owner_enters_what_waits_one_by_one_and_the_list_empties(
    size: tuple[int, int],
) -> None:
    world = World()
    record = await sold(world, RICE_CAKE)
    await world.cash_receipts.ask(record, CashReceiptUse.INCOME, PHONE)
    await world.cash_receipts.take_back(record)
    async with a_till(world, size=size) as till:
        await till.keys("f4", "7")
        assert "CashReceiptsDueScreen" == till.screen
        amounts = [row[-1] for row in till.app.screen.query_one(Table).rows]
        assert ["5,000", "-5,000"] == amounts
        assert PHONE not in till.text()
        await till.keys("1")
        assert PHONE in till.text()
        await till.write("G00000001\r")
        await till.keys("1")
        await till.write("G00000002\r")
        assert () == till.app.screen.query_one(Table).rows
        await till.keys("1")
        assert "CashReceiptsDueScreen" == till.screen
