"""The plain parts of the screens: cells, entries, safe texts, bars, the day's rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.cells import cell_len

from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import DeclineReason
from pos.domain.report import DaySummary, TenderSum
from pos.domain.tender import ApprovalMode, VoucherTender
from pos.domain.won import Won
from pos.ports import Backlog
from pos.services.ids import IdSource
from pos.services.line import Line
from pos.services.receivables import Owed, Receivable
from pos.ui import i18n
from pos.ui.big_digits import big_rows_within
from pos.ui.cells import Column, both_ends, fit, wrap
from pos.ui.day_rows import money_rows, money_tones, sales_rows, share_text
from pos.ui.hangul_keys import letter
from pos.ui.key_labels import key_labels
from pos.ui.results import part_result
from pos.ui.safe_text import safe
from pos.ui.summaries import clock_bar, line_bar, order_bar
from pos.ui.typed import Typed, amount_of, parse
from pos.ui.when import countdown, date_and_time, since, skew_text
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.table import Table
from tests.fakes import DEVICE, INCARNATION, NOON
from tests.pos.services.test_orders_and_feed import an_order

NOTHING = Backlog(0, None, 0, Won(0), Won(0), 0)


def a_receivable(owed: Owed, amount: int) -> Receivable:
    subject = TransactionId(DEVICE, INCARNATION, amount)
    reason = DeclineReason.CARD_BLOCKED
    return Receivable(owed, subject, subject, subject, Won(amount), reason, NOON, "6290******1")


@pytest.fixture(autouse=True)
def _korean() -> None:
    i18n.use("ko")


@pytest.mark.parametrize("width", range(12))
@pytest.mark.parametrize("text", ["", "새우깡", "ab", "참치김밥 1줄", "a가b나c다"])
def test_a_fitted_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert width == cell_len(fit(text, width))
    assert width == cell_len(fit(text, width, right=True))


def test_the_right_end_of_a_row_is_never_cut() -> None:
    assert both_ends("아주 긴 상품 이름입니다", "12,500", 12).endswith(" 12,500")


def test_a_long_path_is_broken_and_nothing_of_it_lost() -> None:
    assert "/home/shop/receipts/last.png" == "".join(wrap("/home/shop/receipts/last.png", 10, 4))


@pytest.mark.parametrize(
    ("entry", "typed"),
    [
        ("8801234000017", Typed(None, "8801234000017")),
        ("3*101", Typed(3, "101")),
        (" 12 x 새우깡", Typed(12, "새우깡")),
        ("5*", Typed(5, "")),
        ("x", Typed(None, "x")),
    ],
)
def test_an_entry_is_taken_apart(entry: str, typed: Typed) -> None:
    assert typed == parse(entry)


def test_a_barcode_is_no_amount_of_money() -> None:
    assert amount_of("8801234000017") is None
    assert amount_of("만원") is None
    assert Won(50_000) == amount_of("50,000")


def test_letters_count_by_their_key_also_in_hangul() -> None:
    assert "r" == letter("ㄱ") == letter("R") == letter("r")


def test_text_from_outside_carries_no_command() -> None:
    assert "ab c" == safe("a\x1b\x9bb\n\u202e c")
    assert 400 == len(safe("가" * 1_000))


def test_the_largest_digits_that_fit_are_drawn() -> None:
    assert [6, 3, 1] == [
        len(big_rows_within("19,700", *room)) for room in ((90, 6), (40, 3), (9, 3))
    ]


def test_times_are_korean_and_counted_up_to_the_second() -> None:
    assert "11월 24일 (화) 12:00" == date_and_time(NOON)
    assert "11/23 12:00" == since(NOON - timedelta(days=1), NOON)
    assert ["1:01", "0:01", "0:00"] == [
        countdown(timedelta(seconds=left)) for left in (60.5, 0.1, -5)
    ]


def test_a_line_that_is_up_says_nothing_and_one_that_is_down_says_since_when() -> None:
    line = Line(NOON)
    assert "" == line_bar(line, NOTHING, NOON).left
    line.failed(NOON)
    bar = line_bar(line, Backlog(3, NOON, 2, Won(9_000), Won(0), 0), NOON)
    assert "12:00" in bar.left
    assert ("미전송 결제 2건 9,000원", "warning") == (bar.right, bar.level)


@pytest.mark.parametrize(
    "backlog",
    [
        Backlog(1, NOON, 1, Won(9_000), Won(9_000), 0),
        Backlog(1, NOON - timedelta(days=2), 1, Won(9_000), Won(0), 0),
        Backlog(0, None, 0, Won(0), Won(0), 1),
    ],
    ids=["at risk", "too old", "refused"],
)
def test_money_that_may_be_lost_is_a_danger(backlog: Backlog) -> None:
    line = Line(NOON)
    line.failed(NOON)
    assert "danger" == line_bar(line, backlog, NOON).level


def test_orders_whose_time_is_over_are_announced_no_more() -> None:
    orders = [an_order("A1", minutes=1), an_order("A2", minutes=9)]
    bar = order_bar(orders, NOON + timedelta(minutes=5))
    assert "1건" in bar.left
    assert "4:00" in bar.left


def test_the_saving_stands_beside_what_was_paid() -> None:
    day = DaySummary(
        NOON.date(),
        orders=TenderSum(1, Won(25_000)),
        order_commission=Won(250),
        order_private_cost=Won(2_970),
    )
    owed = [a_receivable(Owed.BY_CUSTOMER, 9_000), a_receivable(Owed.TO_CUSTOMER, 500)]
    rows = money_rows(day, NOTHING, owed, NOON)
    assert ("아낀 금액", "2,720원") in rows
    assert ("받을 돈, 모든 날(1)", "1건 9,000원") in rows
    tones = {rows[place][0]: tone for place, tone in money_tones(day, NOTHING, owed).items()}
    assert {
        "아낀 금액": "good",
        "받을 돈, 모든 날(1)": "danger",
        "돌려줄 돈, 모든 날(1)": "danger",
    } == tones


def test_what_was_given_back_stands_beside_the_sales_and_the_net() -> None:
    day = DaySummary(
        NOON.date(),
        sales=TenderSum(3, Won(30_000)),
        vat=Won(2_727),
        refunds=TenderSum(1, Won(11_000)),
        refunded_to={"cash": TenderSum(1, Won(1_000)), "card": TenderSum(1, Won(10_000))},
        refund_vat=Won(1_000),
        cashback_taken=Won(700),
    )
    rows = dict(sales_rows(day))
    assert "1건 11,000원" == rows["취소/반품"]
    assert "1,000 / 10,000원" == rows[" 이 중 현금 / 카드"]
    assert ("19,000원", "1,727원") == (rows["순매출"], rows["부가세"])
    assert "700원" == rows["캐시백 회수"]


def test_the_days_columns_fit_the_smallest_screen() -> None:
    day = DaySummary(NOON.date())
    body = 24 - 9  # The head, the big numbers, the message and the keys.
    assert body >= len(sales_rows(day))
    assert body >= len(money_rows(day, NOTHING, (), NOON))


def test_a_payment_at_risk_says_so_and_draws_the_eye() -> None:
    ids = IdSource(device=DEVICE, incarnation=INCARNATION, last_sequence=0)
    tender = VoucherTender(
        ids.next(),
        Won(9_000),
        ApprovalMode.OFFLINE_AT_RISK,
        "629099******1234",
        "F0000001",
        NOON,
        cashback=Won(900),
        cashback_is_estimate=True,
    )
    result = part_result(tender, Won(1_000))
    assert result.warn
    labels = [label for label, _value in result.rows]
    assert {"오프라인 승인(미보장)", "! 나중에 거절될 수 있음", "캐시백(예상)"} <= set(labels)
    assert "629099" not in str(result.rows)


def test_a_share_of_nothing_is_no_number() -> None:
    assert "-" == share_text(TenderSum(), TenderSum())
    assert "33.3 %" == share_text(TenderSum(1, Won(1)), TenderSum(2, Won(3)))


def test_after_six_failed_attempts_the_banner_is_an_alarm() -> None:
    line = Line(NOON)
    line.failed(NOON)
    backlog = Backlog(3, NOON, 2, Won(9_000), Won(0), 0)
    assert "warning" == line_bar(line, backlog, NOON, 5).level
    bar = line_bar(line, backlog, NOON, 6)
    assert "danger" == bar.level
    assert "6번" in bar.left
    assert "9,000원" in bar.right
    assert "" == line_bar(Line(NOON), NOTHING, NOON, 6).left  # Nothing waits: nobody is alarmed.


@pytest.mark.parametrize(
    ("progress", "bar", "numbers"),
    [
        ((0, 10_000), "░" * 20, "0/10,000"),
        ((3_400, 10_000), "█" * 6 + "░" * 14, "3,400/10,000"),
        ((9_999, 10_000), "█" * 19 + "░", "9,999/10,000"),
        ((10_000, 10_000), "█" * 20, "10,000/10,000"),
    ],
)
def test_a_long_drain_shows_how_far_it_is(
    progress: tuple[int, int], bar: str, numbers: str
) -> None:
    shown = line_bar(Line(NOON), NOTHING, NOON, progress=progress)
    assert (f"전송 중 {bar}", numbers) == (shown.left, shown.right)
    assert 80 > cell_len(shown.left) + cell_len(shown.right)


@pytest.mark.parametrize(
    ("skew", "text"),
    [
        (timedelta(0), "차이 없음"),
        (timedelta(seconds=-4), "4초 빠릅니다"),
        (timedelta(minutes=3, seconds=20), "3분 20초 느립니다"),
        (timedelta(hours=-9), "9시간 0분 빠릅니다"),
        (timedelta(days=20_000, hours=5), "20000일 5시간 느립니다"),
    ],
)
def test_the_difference_of_the_clocks_is_said_in_its_two_largest_units(
    skew: timedelta, text: str
) -> None:
    assert text == skew_text(skew)


def test_a_clock_that_is_right_is_not_spoken_of() -> None:
    line = Line(NOON)
    line.heard_clock(NOON + timedelta(seconds=29), NOON)
    assert "" == clock_bar(line).left
    line.heard_clock(NOON + timedelta(minutes=2), NOON)
    assert "2분 0초 느립니다" in clock_bar(line).left


@pytest.mark.parametrize("width", [30, 40, 60, 79, 80, 120])
def test_every_key_of_the_bar_has_its_place(width: int) -> None:
    keys = key_labels(side_panel=True)
    edges = KeyBar(keys)._edges(width)
    assert (0, len(keys) + 1) == (edges[0], len(edges))
    assert edges == sorted(edges)
    assert width >= edges[-1]
    if width >= 79:
        for place, (_key, label) in enumerate(keys):
            assert cell_len(label) < edges[place + 1] - edges[place]


def test_a_table_keeps_the_chosen_row_in_sight() -> None:
    table = Table([Column("", None)], "empty")
    table.show([[str(number)] for number in range(50)])
    table.move(40)
    painted = ["".join(text for text, _style in row) for row in table.paint(10, 8)]
    assert any(row.startswith(">40") for row in painted)
    table.move(100)
    assert 49 == table.place
    assert 8 >= len(table.paint(10, 8))
