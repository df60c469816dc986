"""Papers of a lost terminal: written down once, told to the ledger, and nothing of them believed unread."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pos.domain.events import ReceiptReingested, from_record, to_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus, follow_up
from pos.domain.payment_answers import Decline, DeclineReason, ReceivableEnd
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import (
    SignedReceipt,
    encode_receipt,
    read_code,
    receipt_message,
    seal_text,
)
from pos.domain.won import Won
from pos.ports import Change
from pos.services.card_outcome import (
    PaidInFull,
)
from pos.services.receivables import Owed, ReceivableGone, Receivables
from pos.services.reingest import (
    NoReceiptCode,
    ReceiptKnown,
    ReceiptNotReadable,
    Reingest,
    TrainingReceipt,
)
from pos.services.told import advices_in, told_of
from tests.world import World

LOST_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def genuine(receipt: SignedReceipt) -> bool | None:
    key: Ed25519PublicKey = LOST_KEY.public_key()
    try:
        key.verify(receipt.signature, receipt.message)
    except Exception:
        return False
    return True


async def a_paper(*, offline: bool, training: bool = False) -> tuple[str, World]:
    """Sell on a terminal that will be lost; return what its paper carries."""
    lost = World()
    if offline:
        lost.line.failed(lost.clock.now())
    lost.counter.scan("101")
    outcome = await lost.card.pay()
    assert isinstance(outcome, PaidInFull)
    sale = outcome.record
    if training:
        from dataclasses import replace

        sale = replace(sale, training=True)
    body = ReceiptBody(sale, advices_in(await told_of(lost.store, sale), sale))
    payload = encode_receipt(body)
    signature = LOST_KEY.sign(receipt_message(payload))
    return seal_text(payload, signature, LOST_KEY.public_key().public_bytes_raw()), lost


def desk(world: World) -> Reingest:
    return Reingest(store=world.store, sync=world.sync, clock=world.clock, genuine=genuine)


@pytest.mark.parametrize("offline", [False, True])
async def test_a_paper_is_written_down_whole_and_forwarded(offline: bool) -> None:
    text, lost = await a_paper(offline=offline)
    world = World()
    world.store.incarnation = 9
    receipt = await desk(world).take(f" {text}\n")
    (record,) = world.store.waiting
    event = from_record(record)
    assert isinstance(event, ReceiptReingested)
    assert (event.code, event.sale_id) == (text, receipt.facts.sale_id)
    assert read_code(event.code).facts == receipt.facts
    assert world.sync.woken == 1
    advices = [e for e in lost.events() if type(e).__name__ == "OfflineApproved"]
    assert list(receipt.facts.advices) == advices
    assert await world.store.last_sequence() == 0, "another terminal's ids count nothing here"


async def test_the_same_paper_twice_is_taken_once() -> None:
    text, _ = await a_paper(offline=True)
    world = World()
    await desk(world).take(text)
    with pytest.raises(ReceiptKnown):
        await desk(world).take(text)
    assert len(world.store.waiting) == 1


async def test_a_sale_of_this_terminal_is_known_and_not_told_again() -> None:
    text, lost = await a_paper(offline=True)
    waiting = len(lost.store.waiting)
    with pytest.raises(ReceiptKnown):
        await desk(lost).take(text)
    assert len(lost.store.waiting) == waiting


async def test_a_forged_damaged_or_strange_code_writes_nothing() -> None:
    text, _ = await a_paper(offline=True)
    world = World()
    other = "A" if text[200] != "A" else "B"
    with pytest.raises(ReceiptNotReadable):
        await desk(world).take(text[:200] + other + text[201:])
    with pytest.raises(ReceiptNotReadable):
        await desk(world).take(text[:-20])
    for strange in ("", "8801234000017", "https://example.com", "IEUM9:ABC"):
        with pytest.raises(NoReceiptCode):
            await desk(world).take(strange)
    assert world.store.journal == []


async def test_a_paper_of_the_training_mode_is_no_sale() -> None:
    text, _ = await a_paper(offline=False, training=True)
    world = World()
    with pytest.raises(TrainingReceipt):
        await desk(world).take(text)
    assert world.store.journal == []


async def test_what_the_ledger_would_not_pay_of_a_paper_is_owed_here_until_a_person_closes_it() -> (
    None
):
    text, _ = await a_paper(offline=True)
    world = World()
    receipt = await desk(world).take(text)
    (record,) = world.store.waiting
    why = Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(3_000))
    outcome = ForwardOutcome(
        record.sequence, ForwardStatus.ACCEPTED, decline=why, not_posted=Won(2_000)
    )
    left_open = follow_up(from_record(record), outcome, world.clock.now())
    assert left_open is not None
    await world.store.commit(Change(records=(to_record(left_open),)))
    receivables = Receivables(store=world.store, clock=world.clock)

    (item,) = await receivables.open_ones()
    assert (item.owed, item.amount, item.reason) == (Owed.BY_CUSTOMER, Won(2_000), why.reason)
    assert item.receipt_number == receipt.facts.receipt_number
    await receivables.close(item, ReceivableEnd.WRITTEN_OFF, note="", by="점장")

    assert await receivables.open_ones() == ()
    with pytest.raises(ReceivableGone):
        await receivables.close(item, ReceivableEnd.PAID, note="", by="점장")
    assert await world.store.last_sequence() == 0


async def test_a_sale_whose_card_money_went_back_meanwhile_is_owed_until_a_person_closes_it() -> (
    None
):
    world = World()
    world.counter.scan("101")
    outcome = await world.card.pay()
    assert isinstance(outcome, PaidInFull)
    (record,) = [each for each in world.store.waiting if each.kind == "sale.completed"]
    gone = ForwardOutcome(
        record.sequence,
        ForwardStatus.ACCEPTED,
        decline=Decline(DeclineReason.REVERSED_BEFORE),
        not_posted=outcome.record.total,
    )
    left_open = follow_up(from_record(record), gone, world.clock.now())
    assert left_open is not None
    await world.store.commit(Change(records=(to_record(left_open),)))

    (item,) = await Receivables(store=world.store, clock=world.clock).open_ones()

    assert (item.owed, item.amount) == (Owed.BY_CUSTOMER, outcome.record.total)
    assert item.receipt_number == outcome.record.receipt_number
