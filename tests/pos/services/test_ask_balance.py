"""A balance inquiry: the card answers for 0 won, nothing is drawn, nothing is written down."""

from __future__ import annotations

import asyncio

import pytest

from pos.domain.card_balance import BalanceNeedsLine, BalanceNotRead, CardBalance
from pos.domain.customer_view import Moment
from pos.domain.errors import (
    CardCancelled,
    CardUnreadable,
    LedgerSilent,
    LedgerUnreachable,
    PaymentPending,
)
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.won import ZERO, Won
from pos.services.card_outcome import NotApproved, NotTaken, Stage
from pos.services.show_customer import ShowCustomer
from tests.fakes import NOON, ScriptedLedger, ScriptedReader, good_card
from tests.world import World


async def test_a_tap_tells_the_purses_and_leaves_no_trace() -> None:
    stages: list[Stage] = []
    world = World()
    world.counter.scan("101")

    said = await world.balance.ask(on_stage=stages.append)

    assert isinstance(said, CardBalance)
    assert said.here == Won(50_000)
    assert stages == [Stage.TAP, Stage.ASKING]
    assert world.store.kinds() == []
    assert [each.amount for each in world.reader.requests] == [ZERO]
    assert world.counter.sale.due == Won(5_000)


async def test_the_card_is_told_no_under_the_inquirys_own_id() -> None:
    world = World()

    await world.balance.ask()

    [(inquiry, _)] = world.ledger.inquiries
    assert world.reader.told == [(inquiry, None)]


async def test_without_the_line_no_card_is_even_asked() -> None:
    world = World()
    world.line.failed(NOON)

    said = await world.balance.ask()

    assert isinstance(said, NotTaken)
    assert isinstance(said.error, BalanceNeedsLine)
    assert world.reader.requests == []


@pytest.mark.parametrize("fault", [LedgerUnreachable(), LedgerSilent()])
async def test_a_silent_ledger_says_nothing_about_any_payment(fault: Exception) -> None:
    world = World(ledger=ScriptedLedger(balance_fault=fault))  # type: ignore[arg-type]

    said = await world.balance.ask()

    assert isinstance(said, NotTaken)
    assert isinstance(said.error, BalanceNeedsLine)
    assert world.store.kinds() == []
    assert not world.line.up


async def test_expired_refused_and_unreadable_cards_are_told_apart() -> None:
    no = Decline(DeclineReason.CARD_BLOCKED)
    world = World(ledger=ScriptedLedger(balance_said=no))
    world.reader.script = [good_card(expired=True), CardUnreadable(), good_card(sealed="")]

    expired, unreadable, mute, blocked = [await world.balance.ask() for _ in range(4)]

    assert isinstance(expired, NotApproved)
    assert expired.decline.reason is DeclineReason.CARD_EXPIRED
    assert isinstance(unreadable, NotTaken)
    assert isinstance(unreadable.error, CardUnreadable)
    assert isinstance(mute, NotTaken)
    assert isinstance(mute.error, BalanceNotRead)
    assert isinstance(blocked, NotApproved)
    assert blocked.decline == no


async def test_nothing_is_paid_while_a_card_is_awaited_and_cancel_ends_it() -> None:
    world = World(reader=ScriptedReader(None))
    world.counter.scan("101")
    asking = asyncio.ensure_future(world.balance.ask())
    await asyncio.sleep(0)

    for paying in (world.card.pay, world.cash.pay, world.balance.ask):
        with pytest.raises(PaymentPending):
            await paying()
    await world.balance.cancel()
    said = await asking

    assert isinstance(said, NotTaken)
    assert isinstance(said.error, CardCancelled)
    assert (await world.cash.pay()).total == Won(5_000)


async def test_the_customers_display_follows_and_goes_back_to_the_sale() -> None:
    world = World()
    world.counter.scan("101")
    customer = ShowCustomer(counter=world.counter, shop="부평 이음마트", language="ko", displays=())
    customer.follow(world.finish, world.qr, world.balance)

    await world.balance.ask()
    shown = customer.view
    world.balance.done()

    assert (shown.moment, shown.total, shown.lines) == (Moment.BALANCE, Won(50_000), ())
    assert (customer.view.moment, customer.view.total) == (Moment.RINGING_UP, Won(5_000))
