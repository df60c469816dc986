"""What papers say of QR: the slip of a payment, the code to pay by, the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from drivers.simulators.printer.head import Head
from drivers.simulators.printer.parser import Parser
from pos.domain.card import CardEntry
from pos.domain.codec import encode
from pos.domain.report import DaySummary, TenderSum
from pos.domain.won import Won
from pos.ports import PrintKind
from receipts.builders.pay_code import build_pay_code
from receipts.encoders.png import to_image
from receipts.renderer import ReceiptRenderer
from tests.pos.domain.receipts import sale_of
from tests.pos.domain.test_qr_codes import SHOP as CODE
from tests.receipts.samples import ONLINE, SHOP, body_of
from tests.receipts.test_scanning import scan

WIDTHS = pytest.mark.parametrize("columns", [32, 42, 48])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (CardEntry.CUSTOMER_QR, "QR(고객 코드)"),
        (CardEntry.SHOP_QR, "QR(매장 코드)"),
        (CardEntry.CONTACTLESS_CHIP, "비접촉(RF)"),
        (None, None),
    ],
)
def test_the_slip_says_how_it_was_paid(entry: CardEntry | None, said: str | None) -> None:
    from pos.domain.receipt_body import ReceiptBody

    body = ReceiptBody(sale_of(replace(ONLINE, entry=entry)))
    text = ReceiptRenderer(SHOP, 42).to_text(PrintKind.SALE_RECEIPT, body_of(body))
    assert ("입력방식" in text) is (said is not None)
    assert said is None or said in text


@WIDTHS
def test_the_code_on_paper_is_read_by_a_phone_and_says_amount_and_end(columns: int) -> None:
    renderer = ReceiptRenderer(SHOP, columns)
    body = {"code": CODE.text}
    head = Head(columns)
    for token in Parser().feed(renderer.render(PrintKind.PAY_CODE, body, copy=1)):
        head.take(token)
    assert head.unknown == []
    assert scan(to_image(renderer.rows(PrintKind.PAY_CODE, body, copy=1), columns)) == [CODE.text]
    text = renderer.to_text(PrintKind.PAY_CODE, body)
    assert "12,500원" in text
    assert "12:00:00까지" in text
    assert "영수증 아님" in text


@pytest.mark.parametrize("body", [{}, {"code": 7}, {"code": "8801234000017"}])
def test_a_slip_without_a_code_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of two kinds; the spool asks no more.
        build_pay_code(body, SHOP, copy=1)  # type: ignore[arg-type]


def test_the_days_paper_says_how_much_came_by_qr_where_some_did() -> None:
    day = DaySummary(date(2026, 11, 24), qr=TenderSum(2, Won(10_000)))
    renderer = ReceiptRenderer(SHOP, 42)
    with_qr, without = encode(day), encode(replace(day, qr=TenderSum()))
    assert isinstance(with_qr, dict)
    assert isinstance(without, dict)
    said = renderer.to_text(PrintKind.DAY_REPORT, with_qr)
    assert "2건 10,000원" in next(row for row in said.splitlines() if "그중 QR" in row)
    assert "QR" not in renderer.to_text(PrintKind.DAY_REPORT, without)
