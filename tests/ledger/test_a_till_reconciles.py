"""A till over a real line sells by coupon, card, another terminal's card and cash: nothing is left unexplained."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from ledger.client import HttpLedger
from ledger.policy.reading import PACKAGED
from ledger.server import bearer_coupons, books
from ledger.server.database import Database
from pos.domain.card import CardRead
from pos.domain.card_balance import CardBalance
from pos.domain.forwarding import ForwardStatus
from pos.domain.payment_answers import DeclineReason
from pos.domain.reconciliation import printed_day, terminal_day
from pos.domain.won import Won
from pos.ports import CardRequest
from pos.services.card_outcome import NotApproved, PaidInPart
from tests.fakes import FixedClock, PowerCut, ScriptedLedger, ScriptedReader, good_card
from tests.ledger.conftest import DEVICE, KEY, Process
from tests.ledger.plain_cards import seal
from tests.ledger.test_bearer_coupons import MARKET
from tests.ledger.test_grants_and_coupons import RULES
from tests.world import World

DEADLINE_MS = 5_000
RULES_OF_MARKET = replace(RULES, coupons=(replace(RULES.coupons[0], id="market-day"),))


class SealingReader(ScriptedReader):
    """A card that signs what it is asked for, with a counter of its own."""

    atc = 0

    async def present(self, request: CardRequest) -> CardRead:
        self.requests.append(request)
        self.atc += 1
        return good_card(sealed=seal(request.payment_id, request.amount, self.atc))


class Shop:
    """One till over the line, and the coupons that were made for it."""

    def __init__(self, process: Process, client: HttpLedger, coupons: list[str]) -> None:
        self.process, self.client, self.coupons = process, client, coupons
        self.world = World(
            ledger=cast("ScriptedLedger", client),
            reader=SealingReader(),
            clock=FixedClock(datetime.now(UTC)),
        )

    def ring_up(self) -> None:
        self.world.counter.scan("101", 5)  # 25,000 won.

    async def forward(self) -> None:
        waiting = tuple(self.world.store.waiting)
        said = await self.client.forward(waiting, deadline_ms=DEADLINE_MS)
        assert [each.status for each in said] == [ForwardStatus.ACCEPTED] * len(waiting), said
        self.world.store.waiting.clear()

    async def agree(self) -> None:
        """Forward what waits, and see that ledger, journal and day report say the same to the won."""
        if self.world.store.waiting:
            await self.forward()
        summary = (await self.world.day.show()).summary
        mine = terminal_day(summary.day, self.world.events())
        said = await self.client.compare(
            summary.day, mine, printed_day(summary), deadline_ms=DEADLINE_MS
        )
        assert said.differences == ()
        assert (said.net_sales.difference, said.cards.difference) == (Won(0), Won(0))
        assert self.process.act(books.check) == []


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Shop]:
    folder = tmp_path / "rules"
    folder.mkdir()
    for file in PACKAGED.glob("*.toml"):
        more = MARKET if file.name == "vouchers.toml" else ""
        (folder / file.name).write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    process = Process(database, policy=folder)
    process.start()
    codes = process.act(lambda tx: bearer_coupons.make(tx, "market-day", 2, RULES_OF_MARKET))
    client = HttpLedger(process.url, DEVICE, KEY)
    yield Shop(process, client, codes)
    await client.aclose()
    process.stop()


async def test_a_day_of_every_way_to_pay_reconciles_to_nothing(shop: Shop) -> None:
    world, (coupon, other) = shop.world, shop.coupons
    shop.ring_up()
    assert isinstance(await world.coupon.take(coupon), PaidInPart)
    await world.external.note("국민", "00812345", Won(2_000))
    assert isinstance(await world.card.pay(Won(10_000)), PaidInPart)
    sold = await world.cash.pay()
    shop.ring_up()
    used = await world.coupon.take(coupon)
    await world.coupon.take(other)
    await world.cash.pay()
    assert isinstance(used, NotApproved)
    assert used.decline.reason is DeclineReason.COUPON_USED
    assert isinstance(await world.balance.ask(), CardBalance)
    await shop.agree()

    await world.refund.refund(sold.receipt_number, {1: 1})
    await shop.agree()
    await world.refund.refund(sold.receipt_number)
    await shop.agree()

    shop.ring_up()
    again = await world.coupon.take(coupon)  # All of it went back.
    assert isinstance(again, PaidInPart)


@pytest.mark.parametrize("commits", range(5))
async def test_killed_at_any_step_the_books_agree_and_the_coupon_is_used_once_or_not(
    shop: Shop, commits: int
) -> None:
    world, (coupon, _) = shop.world, shop.coupons
    shop.ring_up()
    world.store.die_after_commits = commits

    async def sell() -> None:
        await world.coupon.take(coupon)
        await world.cash.pay()

    try:
        await sell()
    except PowerCut:
        world.store.die_after_commits = None
        await world.restart()
        if not world.counter.sale.lines:  # Killed before anything was durable.
            shop.ring_up()
        await world.cash.pay()

    assert world.store.kinds().count("sale.completed") == 1
    await shop.agree()
    shop.ring_up()
    paid = [e for e in world.events() if type(e).__name__ == "SaleCompleted"]
    by_coupon = any(getattr(t, "by_coupon", False) for e in paid for t in e.sale.tenders)  # type: ignore[union-attr]
    assert isinstance(await world.coupon.take(coupon), NotApproved if by_coupon else PaidInPart)
