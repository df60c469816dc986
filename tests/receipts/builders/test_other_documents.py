from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from pos.domain.order import Order
from pos.domain.report import DaySummary, TenderSum
from pos.domain.won import Won
from pos.ports import PrintKind
from receipts.renderer import ReceiptRenderer
from receipts.rows import Row, Size
from tests.receipts.samples import DAY, ORDER, SHOP, body_of


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
