"""The QR key and scanned codes: one key or one scan, and every way it can end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import zxingcpp
from PIL import Image

from pos.domain.identifiers import TransactionId
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import Approval, Decline
from pos.domain.shop_code import read_shop_code
from pos.domain.won import Won
from pos.ports import PaymentFate, PrintKind
from pos.ui.widgets.qr_picture import QrPicture
from tests.fakes import FixedClock, ScriptedLedger
from tests.pos.services.test_take_qr import CODE
from tests.ui.till import LARGE, RICE_CAKE, SMALL, Till, a_till
from tests.world import World


class RealSleeps(FixedClock):
    """A clock whose waits take a little of real time, so that the screens get their turn."""

    async def sleep_ms(self, duration_ms: int) -> None:
        await asyncio.sleep(0.01)


class Customer(ScriptedLedger):
    """A ledger whose customer pays the shop's code as soon as `pays` is set."""

    pays = False

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        if self.pays:
            self._post(payment_id, Won(5_000), FixedClock().now())
        return await super().outcome(payment_id, deadline_ms=deadline_ms)


@asynccontextmanager
async def a_qr_till(size: tuple[int, int] = LARGE) -> AsyncIterator[tuple[Till, Customer]]:
    ledger = Customer()
    async with a_till(World(ledger=ledger, clock=RealSleeps()), size=size) as till:
        await till.write(f"{RICE_CAKE}\r")
        yield till, ledger


async def test_one_key_shows_the_code_and_the_customer_pays_it() -> None:
    async with a_qr_till() as (till, ledger):
        await till.keys("asterisk")
        assert "QrScreen" == till.screen
        assert "이 코드로 결제해 주세요" in till.text()
        code = till.world.qr.shown
        assert code is not None
        assert code.text == read_from_the_screen(till)
        assert Won(5_000) == read_shop_code(code.text).amount
        assert "3:00" in till.text()
        till.world.clock.time += timedelta(seconds=19)
        till.app.news()
        await till.settle()
        assert "2:41" in till.text()

        ledger.pays = True
        await till.settle()
        await till.settle()
        assert "SellingScreen" == till.screen
        assert 1 == till.sold
        assert "QR(매장 코드)" == till.rows()["결제수단"]


def read_from_the_screen(till: Till) -> str:
    """Read the code as a phone's camera does, from the cells as they are painted."""
    region = till.app.screen.query_one(QrPicture).content_region
    strips = till.app.screen._compositor.render_strips()
    rows = [strips[y].crop(region.x, region.right).text for y in range(region.y, region.bottom)]
    halves = {"█": (0, 0), "▀": (0, 255), "▄": (255, 0), " ": (255, 255)}
    width = len(rows[0])
    picture = Image.new("L", (width, 2 * len(rows)), 255)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            for half, shade in enumerate(halves[cell]):
                picture.putpixel((x, 2 * y + half), shade)
    [found] = zxingcpp.read_barcodes(picture.resize((width * 4, len(rows) * 8), 0))
    return found.text


async def test_a_small_screen_says_where_the_code_is_and_prints_it_on_a_key() -> None:
    async with a_qr_till(SMALL) as (till, _):
        await till.keys("asterisk")
        assert not till.app.screen.query_one(QrPicture).display
        assert "고객 화면" in till.text()
        await till.keys("f2")
        [job] = till.world.store.jobs
        shown = till.world.qr.shown
        assert shown is not None
        assert (PrintKind.PAY_CODE, {"code": shown.text}) == (job.kind, job.body)
        await till.keys("escape")
        await till.settle()
        assert "SellingScreen" == till.screen


async def test_esc_takes_the_code_back_and_reverses_it() -> None:
    async with a_qr_till() as (till, _):
        await till.keys("asterisk", "escape")
        await till.settle()
        assert "SellingScreen" == till.screen
        assert [PaymentState.REVERSING] == [each.state for each in till.world.payments()]
        assert Won(5_000) == till.world.counter.sale.due


async def test_cash_instead_takes_the_code_back_first() -> None:
    async with a_qr_till() as (till, _):
        await till.keys("asterisk", "f6")
        await till.settle()
        assert 1 == till.sold
        assert [PaymentState.REVERSING] == [each.state for each in till.world.payments()]


async def test_a_customers_code_scanned_at_any_time_pays_what_is_due() -> None:
    async with a_qr_till() as (till, _):
        await till.write(f"{CODE}\r")
        assert "SellingScreen" == till.screen
        assert 1 == till.sold
        assert "QR(고객 코드)" == till.rows()["결제수단"]


async def test_a_customers_code_scanned_over_the_shops_takes_that_back_and_pays() -> None:
    async with a_qr_till() as (till, _):
        await till.keys("asterisk")
        await till.write(f"{CODE}\r")
        await till.settle()
        assert 1 == till.sold
        states = {each.state for each in till.world.payments()}
        assert {PaymentState.REVERSING, PaymentState.APPROVED} == states


async def test_a_product_scanned_over_the_code_neither_pays_nor_cancels() -> None:
    async with a_qr_till() as (till, _):
        await till.keys("asterisk")
        await till.write("8801234000017\r")
        assert "QrScreen" == till.screen
        assert "결제 코드가 아닙니다" in till.text()
        assert till.world.qr.shown is not None
        await till.keys("escape")
        await till.settle()


async def test_without_the_line_qr_is_refused_kindly_and_cash_can_follow() -> None:
    async with a_qr_till() as (till, _):
        till.world.line.failed(till.world.clock.now())
        await till.keys("asterisk")
        assert "통신이 끊겨" in till.text()
        await till.keys("f6")
        assert 1 == till.sold
        assert [] == till.world.payments()


async def test_a_poor_customer_is_asked_for_a_part() -> None:
    async with a_qr_till() as (till, ledger):
        ledger.balance = Won(2_000)
        await till.write(f"{CODE}\r")
        assert "2,000원" in till.text()
        await till.write(f"{CODE}\r")  # The same fake ledger takes a code twice.
        assert "SellingScreen" == till.screen
        assert ("남은 금액", Won(3_000)) == (till.big.label, till.big.amount)


async def test_the_qr_key_on_an_empty_sale_opens_nothing() -> None:
    async with a_till() as till:
        await till.keys("asterisk")
        assert "SellingScreen" == till.screen
        await till.write(f"{CODE}\r")
        assert "SellingScreen" == till.screen
        assert "스캔" in till.message


async def test_a_customers_code_is_read_with_the_hangul_keyboard_on() -> None:
    async with a_qr_till() as (till, _):
        await till.write(f"{with_hangul_on(CODE)}\r")
        assert 1 == till.sold


async def test_a_receipts_code_on_the_selling_screen_opens_that_receipt() -> None:
    from pos.domain.receipt_body import ReceiptBody
    from pos.domain.receipt_code import encode_receipt, seal_text

    async with a_qr_till() as (till, _):
        await till.keys("f6")
        sale = await till.world.reprint.last_sale()
        assert sale is not None
        code = seal_text(encode_receipt(ReceiptBody(sale)), bytes(64), bytes(32))
        for text in (code, with_hangul_on(code)):
            await till.write(f"{text}\r")
            await till.settle()
            assert "GiveBackScreen" == till.screen
            assert sale.receipt_number in till.text()
            await till.keys("escape", "escape")
            assert "SellingScreen" == till.screen


def with_hangul_on(text: str) -> str:
    """Return what a terminal gets of a code that is typed with the two-set Hangul keyboard on."""
    from pos.ui.hangul_keys import _SHIFTED, _TWO_SET

    keys = {latin.upper(): jamo for jamo, latin in _TWO_SET.items()}
    keys |= {latin: jamo for jamo, latin in _SHIFTED.items()}
    typed = "".join(keys.get(each, each) for each in text)
    # The input method puts consonant and vowel together.
    return "".join(_composed(typed))


def _composed(typed: str) -> list[str]:
    firsts, vowels = (
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
        "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
    )
    out: list[str] = []
    for each in typed:
        if each in vowels and out and out[-1] in firsts:
            first = firsts.index(out.pop())
            out.append(chr(0xAC00 + (first * 21 + vowels.index(each)) * 28))
        else:
            out.append(each)
    return out
