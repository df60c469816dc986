"""Samsung Pay from the tap to the day's report and back to its own token; older records stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pos.domain.card import CardEntry, CardRead, Wallet
from pos.domain.codec import decode, encode
from pos.domain.events import SaleCompleted, from_record
from pos.domain.offline import Exposure, OfflineNo, decide_offline
from pos.domain.payment_answers import DeclineReason
from pos.domain.refund import CardReturn
from pos.domain.report import DaySummary, TenderSum
from pos.domain.sale import SaleRecord
from pos.domain.tender import VoucherTender
from pos.domain.won import Won
from pos.ports import PrintKind
from pos.services.card_outcome import NotApproved, PaidInFull
from pos.ui import i18n
from pos.ui.day_rows import sales_rows
from pos.ui.refund_rows import detail_rows
from pos.ui.results import tender_rows
from receipts.renderer import ReceiptRenderer
from tests.fakes import LIMITS, NOON, ScriptedReader, good_card
from tests.receipts.samples import SHOP
from tests.world import World

MST = good_card(
    "1007", entry=CardEntry.MST, wallet=Wallet.SAMSUNG_PAY, genuine=False, offline_available=None
)
NFC = good_card("1007", wallet=Wallet.SAMSUNG_PAY)


async def paid(card: CardRead) -> tuple[World, SaleRecord, VoucherTender]:
    world = World(reader=ScriptedReader(card))
    world.counter.scan("8801234000024")
    outcome = await world.card.pay()
    assert isinstance(outcome, PaidInFull)
    return world, outcome.record, outcome.tender


@pytest.mark.parametrize("card", [MST, NFC], ids=["mst", "nfc"])
async def test_it_is_said_in_the_journal_on_screen_on_paper_and_in_the_day(card: CardRead) -> None:
    world, record, tender = await paid(card)
    assert (tender.wallet, tender.entry) == (Wallet.SAMSUNG_PAY, card.entry)
    completed = next(each for each in world.events() if isinstance(each, SaleCompleted))
    kept = completed.sale.tenders[0]
    assert isinstance(kept, VoucherTender)
    assert kept.wallet is Wallet.SAMSUNG_PAY

    i18n.use("ko")
    assert ("삼성페이", "****1007") in tender_rows(tender)
    paper = ReceiptRenderer(SHOP, 32).to_text(PrintKind.SALE_RECEIPT, world.store.jobs[0].body, 1)
    assert "결제수단" in paper
    assert "삼성페이" in paper
    assert ("MST" if card is MST else "비접촉(RF)") in paper

    day = (await world.day.show()).summary
    assert day.wallets == {"samsung_pay": TenderSum(1, record.total)}
    assert dict(sales_rows(day))["삼성페이"] == "1건 4,500원"
    body = encode(day)
    assert isinstance(body, dict)
    assert "그중 삼성페이" in ReceiptRenderer(SHOP, 32).to_text(PrintKind.DAY_REPORT, body, 1)


async def test_money_goes_back_to_the_token_that_paid_and_the_slip_says_so() -> None:
    world, record, tender = await paid(MST)
    back = (await world.refund.refund(record.receipt_number)).returns[0]
    assert isinstance(back, CardReturn)
    assert (back.payment_id, back.masked_pan) == (tender.payment_id, MST.masked_pan)
    assert back.wallet is Wallet.SAMSUNG_PAY
    slip = ReceiptRenderer(SHOP, 32).to_text(PrintKind.REFUND_SLIP, world.store.jobs[-1].body, 1)
    assert "삼성페이" in slip
    standing = await world.refund.find(record.receipt_number)
    i18n.use("ko")
    assert any(label.startswith("삼성페이") for label, _ in detail_rows(standing))


async def test_mst_is_no_refused_fallback_but_asks_the_ledger() -> None:
    world, _, _ = await paid(MST)
    assert "payment.sent" in world.store.kinds()


async def test_without_the_line_mst_is_refused_and_told_why() -> None:
    world = World(reader=ScriptedReader(MST), limits=replace(LIMITS, at_risk_allowed=True))
    world.line.failed(world.clock.now())
    world.counter.scan("8801234000024")
    outcome = await world.card.pay()
    assert isinstance(outcome, NotApproved)
    assert outcome.decline.reason is DeclineReason.OFFLINE_NOT_ALLOWED


def test_no_limit_lets_mst_pay_offline() -> None:
    limits = replace(LIMITS, at_risk_allowed=True, floor_limit=Won(1_000_000))
    decision = decide_offline(MST, Won(100), limits, Exposure(), NOON)
    assert decision == OfflineNo(DeclineReason.OFFLINE_NOT_ALLOWED)


def test_what_was_written_before_wallets_reads_as_plastic_and_keeps_its_bytes() -> None:
    plastic = encode(good_card())
    assert isinstance(plastic, dict)
    assert "wallet" not in plastic
    assert decode(CardRead, plastic) == good_card()
    day = encode(DaySummary(NOON.date()))
    assert isinstance(day, dict)
    assert "wallets" not in day
    assert encode(decode(DaySummary, day)) == day


async def test_a_journal_from_before_folds_prints_and_refunds() -> None:
    """A tender as it was written before it said how the card came in."""
    world, record, _ = await paid(good_card())
    body = encode(record)
    assert isinstance(body, dict)
    tender = body["tenders"][0]  # type: ignore[index, call-overload]
    assert isinstance(tender, dict)
    assert tender.pop("entry") == "contactless_chip"
    assert "wallet" not in tender
    old = decode(SaleRecord, body)
    assert isinstance(old.tenders[0], VoucherTender)
    assert old.tenders[0].entry is None
    assert encode(old) == body
    assert [from_record(each) for each in world.store.journal]
