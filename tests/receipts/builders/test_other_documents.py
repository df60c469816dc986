from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pos.domain.identifiers import TransactionId
from pos.domain.order import Order
from pos.domain.order_events import OrderAccepted, OrderLeftUnpaid, OrderPosted, OrderRefunded
from pos.domain.rates import ChannelRate
from pos.domain.report import DaySummary, TenderSum, summarize
from pos.domain.won import Won
from pos.ports import PrintKind
from receipts.renderer import ReceiptRenderer
from receipts.rows import Row, Size
from tests.receipts.samples import DAY, ORDER, SHOP, body_of
from tests.receipts.shift_samples import X


def ticket(order: Order = ORDER, columns: int = 42) -> str:
    return ReceiptRenderer(SHOP, columns).to_text(PrintKind.KITCHEN_TICKET, body_of(order))


def report(day: DaySummary = DAY) -> str:
    return ReceiptRenderer(SHOP, 42).to_text(PrintKind.DAY_REPORT, body_of(day))


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_kitchen_sees_no_price_and_no_phone(columns: int) -> None:
    text = ticket(columns=columns)
    assert not re.search(r"\d,\d{3}|\d원", text)
    assert ORDER.phone_masked not in text
    assert ORDER.address_masked[:10] in text


def test_dishes_and_their_numbers_are_large() -> None:
    rows = ReceiptRenderer(SHOP, 42).rows(PrintKind.KITCHEN_TICKET, body_of(ORDER), copy=1)
    dish = next(row for row in rows if isinstance(row, Row) and "참치김밥" in row.text)
    assert dish.text.endswith("1개")
    assert (dish.spans[0].wide, dish.spans[0].high) == Size.LARGE.value


def test_requests_disposables_and_minutes_are_all_there() -> None:
    text = ticket()
    for words in ("단무지 많이", "문 앞에 놓고", "불필요", "20분", "A-17", "치즈 추가"):
        assert words in text


def test_it_says_where_the_money_is() -> None:
    assert "앱에서 결제 완료" in ticket()
    assert "만나서 결제" in ticket(replace(ORDER, paid_in_app=False))


def test_what_was_not_asked_for_takes_no_row() -> None:
    text = ticket(replace(ORDER, shop_note="", rider_note="", address_masked="", minutes=None))
    assert not any(words in text for words in ("요청", "배달지", "조리시간"))


def test_the_day_shows_the_voucher_share() -> None:
    assert "83.3%" in report()


def test_a_day_without_sales_has_no_share() -> None:
    text = report(DaySummary(date(2026, 11, 24)))
    assert next(line for line in text.splitlines() if "비중" in line).endswith("-")


def test_a_way_to_pay_that_is_new_is_not_lost() -> None:
    text = report(replace(DAY, tenders={**DAY.tenders, "zeropay": TenderSum(2, Won(7_000))}))
    assert re.search(r"zeropay +2 +7,000", text)


def test_a_negative_saving_is_printed_as_such() -> None:
    assert "-3,220원" in report(replace(DAY, order_private_cost=Won(0)))


def amounts(text: str) -> dict[str, int]:
    """Return the last sum of each row that has one, by what it is of."""
    found = re.findall(r"^ *(\S(?:.*?\S)?) {2,}.*?(-?[\d,]+)원 *$", text, re.MULTILINE)
    return {label.strip(): int(amount.replace(",", "")) for label, amount in found}


def test_what_was_given_back_of_orders_stands_apart_and_the_sums_come_out() -> None:
    at = datetime(2026, 11, 24, 4, tzinfo=UTC)
    one, two = (TransactionId(1, 1, number) for number in (1, 2))
    events = (
        OrderAccepted(one, "baedal-eum:1", Won(25_000), 20, at),
        OrderPosted("baedal-eum:1", Won(25_000), Won(250), at),
        OrderAccepted(two, "baedal-eum:2", Won(10_000), 20, at),
        OrderPosted("baedal-eum:2", Won(10_000), Won(100), at),
        OrderRefunded("r1", "baedal-eum:1", Won(5_000), Won(50), at),
        OrderRefunded("r2", "baedal-eum:2", Won(10_000), Won(100), at),
        OrderLeftUnpaid("baedal-eum:3", Won(7_000), "refused", at),
    )
    day = summarize(date(2026, 11, 24), events, ChannelRate("private", 780, 300, 1_000, 0))
    z = replace(X, number=3, summary=day)
    shift = ReceiptRenderer(SHOP, 42).to_text(PrintKind.SHIFT_REPORT, body_of(z))
    for text in (report(day), shift):
        said = amounts(text)
        assert (said["배달주문"], said["주문 취소·환불"], said["못 받은 주문 대금"]) == (
            35_000,
            15_000,
            7_000,
        )
        assert said["주문 순액"] == said["배달주문"] - said["주문 취소·환불"]
    said = amounts(report(day))
    assert said["중개수수료"] == 250 + 100 - 50 - 100
    assert said["아낀 수수료"] == said["민간 배달앱이라면"] - said["중개수수료"]
    assert said["취소·반품"] == 0  # An order's refund is no refund of a sale.


def test_a_day_without_order_refunds_has_no_row_for_them_and_a_shift_without_orders_none() -> None:
    assert "주문 순액" not in report()
    without = replace(X, summary=replace(DAY, orders=TenderSum()))
    text = ReceiptRenderer(SHOP, 42).to_text(PrintKind.SHIFT_REPORT, body_of(without))
    assert "배달주문" not in text
