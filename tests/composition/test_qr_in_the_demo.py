"""The whole of a QR payment: till, ledger, customer's screen and phone as they run in the demo."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from composition.demo.cards import OFF_SWITCH
from composition.demo.home import Home, running_demo
from composition.demo.panel import DemoPanel
from composition.demo.phone import PhoneUseless, use_phone
from composition.demo.shop import DemoShop
from pos.domain.card import CardEntry
from pos.domain.events import SaleCompleted, from_record
from pos.domain.payment import PaymentState, fold
from pos.domain.payment_events import PaymentEvent
from pos.domain.scan_errors import QrCancelled
from pos.domain.tender import VoucherTender
from pos.services.card_outcome import NotTaken, PaidInFull, Stage
from pos.services.terminal import Terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    monkeypatch.setenv(OFF_SWITCH, "1")
    with tempfile.TemporaryDirectory(prefix="ieum-") as folder:  # Short: it holds a socket.
        yield Home(Path(folder) / "demo", ROOT)


@pytest.fixture
async def shop(home: Home) -> AsyncIterator[tuple[Terminal, DemoPanel, DemoShop]]:
    made = DemoShop(home, fresh=True, language="ko")
    failures: list[BaseException] = []
    try:
        terminal, panel = await made.start()
        assert made.assembly is not None
        made.assembly.run_tasks(failures.append)
        yield terminal, panel, made
    finally:
        await made.stop()
    assert failures == []


def ring_up(terminal: Terminal) -> None:
    terminal.counter.add(next(iter(terminal.counter.catalogue)))


async def test_a_phone_pays_the_code_that_the_customers_screen_shows(
    shop: tuple[Terminal, DemoPanel, DemoShop], home: Home
) -> None:
    terminal, _, _ = shop
    ring_up(terminal)
    paying = asyncio.ensure_future(terminal.take_qr.show())
    said = await asyncio.to_thread(use_phone, home.folder, "pay", "", ROOT)
    outcome = await asyncio.wait_for(paying, 10)

    assert said.startswith("approved ")
    assert isinstance(outcome, PaidInFull)
    assert outcome.tender.entry is CardEntry.SHOP_QR
    assert outcome.tender.masked_pan.startswith("629099******")
    assert outcome.tender.balance is not None


async def test_a_phones_code_is_scanned_and_pays_once(
    shop: tuple[Terminal, DemoPanel, DemoShop], home: Home
) -> None:
    terminal, _, _ = shop
    ring_up(terminal)
    code = await asyncio.to_thread(use_phone, home.folder, "show", "", ROOT)
    first = await terminal.take_qr.scanned(code)
    ring_up(terminal)
    second = await terminal.take_qr.scanned(code)

    assert isinstance(first, PaidInFull)
    assert type(second).__name__ == "NotApproved"
    record = await terminal.store.last_record("sale.completed")
    assert record is not None
    event = from_record(record)
    assert isinstance(event, SaleCompleted)
    [tender] = event.sale.tenders
    assert isinstance(tender, VoucherTender)
    assert tender.by_qr

    standing = await terminal.refund.find(event.sale.receipt_number)
    assert not tender.masked_pan.isdigit()
    assert standing.sale.id == event.sale.id


@pytest.mark.parametrize("way", ["show", "pay"])
async def test_a_refund_goes_back_to_the_card_that_paid_without_a_new_code(
    shop: tuple[Terminal, DemoPanel, DemoShop], home: Home, way: str
) -> None:
    terminal, _, _ = shop
    before = balances(home)["rich"]
    ring_up(terminal)
    if way == "show":
        code = await asyncio.to_thread(use_phone, home.folder, "show", "", ROOT)
        outcome = await terminal.take_qr.scanned(code)
    else:
        paying = asyncio.ensure_future(terminal.take_qr.show())
        await asyncio.to_thread(use_phone, home.folder, "pay", "", ROOT)
        outcome = await asyncio.wait_for(paying, 10)
    assert isinstance(outcome, PaidInFull)
    assert balances(home)["rich"] != before

    back = await terminal.refund.refund(outcome.record.receipt_number)

    assert back.total == outcome.record.total
    async with asyncio.timeout(20):
        while balances(home)["rich"] != before:
            await asyncio.sleep(0.05)


def balances(home: Home) -> dict[str, dict[str, int]]:
    url = running_demo(home.folder)["ledger"] + "/demo/cards"
    request = urllib.request.Request(url)
    request.add_header("Authorization", f"Bearer {home.operator_token.read_text().strip()}")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return {name: card["purses"] for name, card in json.load(answer).items()}


async def test_a_cancelled_code_is_reversed_at_the_ledger_and_pays_no_more(
    shop: tuple[Terminal, DemoPanel, DemoShop], home: Home
) -> None:
    terminal, _, _ = shop
    ring_up(terminal)
    stages: list[Stage] = []
    paying = asyncio.ensure_future(terminal.take_qr.show(on_stage=stages.append))
    while Stage.SHOWN not in stages:
        await asyncio.sleep(0.01)
    code = terminal.take_qr.shown
    assert code is not None
    await terminal.take_qr.cancel()
    outcome = await asyncio.wait_for(paying, 10)
    assert isinstance(outcome, NotTaken)
    assert isinstance(outcome.error, QrCancelled)

    async def state() -> PaymentState:
        records = await terminal.store.records()
        events = [from_record(each) for each in records]
        payments = fold([each for each in events if isinstance(each, PaymentEvent)])
        return payments[code.payment_id].state

    async with asyncio.timeout(20):
        while await state() is not PaymentState.REVERSED:
            await asyncio.sleep(0.05)
    from drivers.simulators.phone.phone import Phone

    ledger = running_demo(home.folder)["ledger"]
    token = home.operator_token.read_text().strip()
    late = await Phone(ledger, token, "rich").pay(code.text)
    assert late["reason"] == "reversed_before"


async def test_the_panels_phone_scans_through_the_shops_scanner(
    shop: tuple[Terminal, DemoPanel, DemoShop],
) -> None:
    terminal, panel, _ = shop
    heard: list[str] = []
    assert terminal.scanner is not None
    terminal.scanner.listen(heard.append, lambda _: None)
    await panel.show_phone()
    await asyncio.sleep(0.1)
    assert [each[:7] for each in heard] == ["IEUMC1:"]


def test_without_a_demo_the_phone_says_so(home: Home) -> None:
    with pytest.raises(PhoneUseless):
        use_phone(home.folder, "pay", "", ROOT)
    assert os.environ[OFF_SWITCH] == "1"
