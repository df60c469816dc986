"""Notices, rates and the ledger's next keys: what holds, in the order it came, across a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos.domain.errors import TerminalRevoked
from pos.domain.news import News, NextKey, Notice, NoticeChange
from pos.domain.rates import in_force
from pos.ports import FeedItem
from pos.services.line import Line
from pos.services.news import NewsDesk
from pos.ui import i18n
from pos.ui.summaries import line_bar, notice_bar
from tests.fakes import NOON, MemoryStore
from tests.world import RATES

NOTICE = Notice(1, "오늘 밤 점검", "Maintenance tonight", NOON)
KEY = NextKey("ab" * 32, "cd" * 64)
LATER = replace(RATES, valid_from=RATES.valid_from + timedelta(days=30), cashback_bp=700)


def posted(notice: Notice, *, withdrawn: bool = False) -> FeedItem:
    return FeedItem("notice", notice=NoticeChange(notice, withdrawn))


def test_the_newest_notice_is_shown_until_its_time_or_until_it_is_taken_back() -> None:
    second = Notice(2, "공지", "notice", NOON, until=NOON + timedelta(hours=1))
    desk = NewsDesk()
    desk.take_in(desk.after([posted(NOTICE), posted(second), posted(second)]))

    assert desk.notice(NOON) == second
    assert desk.notice(NOON + timedelta(hours=1)) == NOTICE
    desk.take_in(desk.after([posted(NOTICE, withdrawn=True)]))
    assert desk.notice(NOON + timedelta(hours=1)) is None


def test_a_page_that_says_nothing_new_changes_nothing() -> None:
    desk = NewsDesk()
    desk.take_in(desk.after([posted(NOTICE), FeedItem("ledger.key", next_key=KEY)]))

    assert desk.after([]) is None
    assert desk.after([posted(NOTICE), FeedItem("ledger.key", next_key=KEY)]) is None
    assert desk.keys == (KEY,)


def test_the_ledgers_rates_stand_over_the_shops_from_their_day_on() -> None:
    desk = NewsDesk()
    desk.take_in(desk.after([FeedItem("rates", rates=(LATER,))]))

    over = desk.over((RATES,))

    assert in_force(over, LATER.valid_from - timedelta(days=1)) == RATES
    assert in_force(over, LATER.valid_from) == LATER
    desk.take_in(desk.after([FeedItem("rates", rates=(replace(LATER, cashback_bp=500),))]))
    assert in_force(desk.over((RATES,)), date.max).cashback_bp == 500


async def test_what_was_not_made_durable_is_not_taken_in() -> None:
    desk, store = NewsDesk(), MemoryStore()

    news = desk.after([posted(NOTICE)])

    assert desk.notice(NOON) is None
    await desk.load(store)
    assert desk.notice(NOON) is None
    assert news == News(notices=(NOTICE,))


@pytest.mark.parametrize(("language", "text"), [("ko", "오늘 밤"), ("en", "tonight")])
def test_the_cashier_reads_the_notice_in_the_tills_language(language: str, text: str) -> None:
    i18n.use(language)
    hostile = replace(NOTICE, en="tonight\x1b[2J", ko="오늘 밤\x1b[2J")

    assert text in notice_bar(NOTICE).left
    assert "\x1b" not in notice_bar(hostile).left
    assert not notice_bar(None)
    i18n.use("ko")


def test_a_terminal_that_is_not_accepted_says_so_before_anything_else() -> None:
    line = Line(NOON)
    told: list[bool] = []
    line.on_change(lambda: told.append(line.refusal is not None))
    line.failed(NOON)

    line.refused(TerminalRevoked(reason="device_revoked"), NOON)

    assert line.up  # It answered: nothing offline may be taken that could never be forwarded.
    assert "현금만" in line_bar(line, None, NOON).left
    line.accepted()
    assert not line_bar(line, None, NOON)
    assert told == [False, True, True, False]
