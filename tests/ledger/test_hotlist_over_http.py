"""Stopped cards come down to every terminal, whenever it enrolled; no number among it."""

from __future__ import annotations

import asyncio
import urllib.error

import pytest

from ledger.client import HttpLedger
from ledger.server.cards import hot_ref
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.won import Won
from pos.ports import FeedItem, HotlistChange
from tests.ledger.conftest import OTHER_DEVICE, OTHER_KEY, Process
from tests.ledger.plain_cards import PANS
from tests.ledger.test_feed_over_http import now, place
from tests.ledger.test_payments_over_http import request


def change(card: str, *, stopped: bool) -> FeedItem:
    named = HotlistChange(hot_ref(b"test", PANS[card]), stopped)
    return FeedItem("card.hotlist", hotlist=named)


async def test_a_card_blocked_from_the_start_is_on_the_list(ledger: HttpLedger) -> None:
    page = await ledger.feed("", wait_ms=0)

    assert page.items == (change("gone", stopped=True),)
    assert page.at is not None


async def test_stopping_a_card_wakes_every_terminal_that_waits(
    ledger: HttpLedger, process: Process
) -> None:
    other = HttpLedger(process.url, OTHER_DEVICE, OTHER_KEY)
    cursor = await now(ledger)
    waiting = [asyncio.create_task(each.feed(cursor, wait_ms=10_000)) for each in (ledger, other)]

    said = await asyncio.to_thread(process.ask, "/demo/cards/rich/block", {})
    pages = await asyncio.gather(*waiting)
    await other.aclose()

    assert said == {"id": "rich", "stopped": True, "changed": True}
    assert [page.items for page in pages] == [(change("rich", stopped=True),)] * 2


async def test_a_stopped_card_is_declined_online_and_pays_again_once_let_go(
    ledger: HttpLedger, process: Process
) -> None:
    process.ask("/demo/cards/rich/block", {})
    stopped = await ledger.authorize(request(1), deadline_ms=5_000)
    process.ask("/demo/cards/rich/unblock", {})
    again = await ledger.authorize(request(2, atc=2), deadline_ms=5_000)

    assert stopped == Decline(DeclineReason.CARD_BLOCKED)
    assert not isinstance(again, Decline)
    assert again.amount == Won(12_500)


async def test_a_terminal_that_comes_later_sees_what_is_stopped_among_its_own_news(
    ledger: HttpLedger, process: Process
) -> None:
    process.ask("/demo/cards/rich/block", {})
    await place(process)
    process.ask("/demo/cards/rich/unblock", {})
    process.ask("/demo/cards/rich/unblock", {})  # Says nothing new.

    items = (await ledger.feed("", wait_ms=0)).items

    assert [each.kind for each in items] == [
        "card.hotlist",
        "card.hotlist",
        "order.placed",
        "card.hotlist",
    ]
    assert items[3] == change("rich", stopped=False)


def test_a_card_that_is_nobodys_is_not_found(process: Process) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        process.ask("/demo/cards/nobody/block", {})
