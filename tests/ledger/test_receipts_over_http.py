"""A lost terminal's sale, told from its paper at another: once, by its own signature, to its own takings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from ledger.client import HttpLedger
from ledger.server import devices
from pos.domain.events import ReceiptReingested, SaleCompleted, from_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.payment_events import OfflineApproved
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import encode_receipt, receipt_message, seal_text
from pos.domain.sale import SaleRecord
from pos.domain.tender import ApprovalMode, CashTender, VoucherTender
from pos.domain.won import Won
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE, OTHER_KEY, Key, Process
from tests.ledger.journal import (
    SALE,
    START,
    Journal,
    card_sale,
    card_tender,
    cash_sale,
    payment_id,
    with_card,
)

DEADLINE_MS = 5_000
ACCEPTED, DECLINED, POISON = ForwardStatus
LOST, FINDERS = KEY, OTHER_KEY


def code_of(sale: SaleRecord, *advices: OfflineApproved, key: Key = LOST) -> str:
    payload = encode_receipt(ReceiptBody(sale, advices))
    return seal_text(payload, key.sign(receipt_message(payload)), key.public)


def tender_of(advice: OfflineApproved) -> VoucherTender:
    tender = card_tender(advice.payment_id.sequence, advice.amount.amount)
    masked, code = advice.card.masked_pan, advice.approval_code
    return replace(tender, mode=advice.mode, masked_pan=masked, approval_code=code)


def offline_sale(
    amount: int = 20_000, mode: ApprovalMode = ApprovalMode.OFFLINE_GUARANTEED, **facts: object
) -> tuple[Journal, SaleRecord, OfflineApproved]:
    """Return a lost terminal's journal, its one sale and the offline approval it rests on."""
    journal = Journal()
    advice = from_record(journal.offline(3, amount, mode=mode, **facts))  # type: ignore[arg-type]
    assert isinstance(advice, OfflineApproved)
    cash = CashTender(Won(1_000), Won(1_000), Won(0))
    sale = replace(
        cash_sale(SALE.sequence, amount + 1_000), id=SALE, tenders=(tender_of(advice), cash)
    )
    journal.add(SaleCompleted(sale, sale.completed_at))
    return journal, sale, advice


class Finder:
    """The other terminal, at which papers are scanned."""

    def __init__(self, process: Process) -> None:
        self.line = HttpLedger(process.url, OTHER_DEVICE, OTHER_KEY)
        self.journal = Journal(OTHER_DEVICE)

    async def scan(self, code: str, sale: TransactionId = SALE) -> ForwardOutcome:
        record = self.journal.add(ReceiptReingested(sale, code, START))
        (outcome,) = await self.line.forward([record], deadline_ms=DEADLINE_MS)
        return outcome


@pytest.fixture
async def finder(process: Process) -> AsyncIterator[Finder]:
    made = Finder(process)
    yield made
    await made.line.aclose()


@pytest.fixture
async def lost(process: Process) -> AsyncIterator[HttpLedger]:
    """A terminal with a sale that matters to no test."""
    line = HttpLedger(process.url, DEVICE, KEY)
    seen = Journal(incarnation=6)
    seen.cash_sale(999, 10)
    await line.forward(seen.records, deadline_ms=DEADLINE_MS)
    yield line
    await line.aclose()


def sales(process: Process) -> dict[str, dict[str, object]]:
    kept = process.ask("/demo/entries")["sales"]
    return {each["id"]: each for each in kept if each["total"] != 10}


def payments(process: Process) -> int:
    postings = process.ask("/demo/entries")["postings"]
    return [each["kind"] for each in postings].count("payment")


@pytest.mark.usefixtures("lost")
async def test_a_paper_is_taken_in_once_into_the_takings_of_who_sold(
    finder: Finder, process: Process
) -> None:
    _, sale, advice = offline_sale()
    code = code_of(sale, advice)

    first, again = await finder.scan(code), await finder.scan(code)

    assert (first.status, again.status) == (ACCEPTED, ACCEPTED)
    assert payments(process) == 1
    kept = sales(process)[sale.id.hex]
    assert kept["source"] == "receipt"
    assert kept["tenders"] == {"cash": 1_000, "offline_guaranteed": 20_000}
    balances = process.ask("/demo/entries")["balances"]
    takings = {name.split(":")[1]: won for name, won in balances.items() if "merchant:" in name}
    assert takings == {f"{DEVICE:012x}": 20_000 - 30}  # Less the fee of 0.15 %.
    assert process.ask("/demo/entries")["wrong"] == []


async def test_what_the_lost_journal_tells_later_is_the_same_and_makes_the_sale_whole(
    lost: HttpLedger, finder: Finder, process: Process
) -> None:
    journal, sale, advice = offline_sale()
    await finder.scan(code_of(sale, advice))

    outcomes = await lost.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [ACCEPTED, ACCEPTED]
    assert outcomes[0].approval is not None
    assert payments(process) == 1
    assert sales(process)[sale.id.hex]["source"] == "journal"
    (repeat,) = await lost.forward(journal.records[1:], deadline_ms=DEADLINE_MS)
    assert repeat.status is ACCEPTED


async def test_a_paper_of_a_known_sale_changes_nothing(
    lost: HttpLedger, finder: Finder, process: Process
) -> None:
    journal, sale, advice = offline_sale()
    await lost.forward(journal.records, deadline_ms=DEADLINE_MS)
    before = process.ask("/demo/entries")

    outcome = await finder.scan(code_of(sale, advice))

    after = process.ask("/demo/entries")
    after["device_keys"] = before["device_keys"]  # The finder signed for the first time.
    assert outcome.status is ACCEPTED
    assert after == before


async def test_a_sale_that_differs_from_its_paper_is_poison(
    lost: HttpLedger, finder: Finder, process: Process
) -> None:
    sale = card_sale(1, (1, 5_000))
    journal = Journal()
    journal.sale(1, (1, 5_001))
    journal.sale(1, (2, 5_000))
    await finder.scan(code_of(sale))

    outcomes = await lost.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [POISON, POISON]
    assert sales(process)[sale.id.hex]["total"] == 5_000


async def test_a_paper_that_differs_from_its_sale_is_poison(
    lost: HttpLedger, finder: Finder, process: Process
) -> None:
    journal = Journal()
    journal.cash_sale(1, 5_000)
    await lost.forward(journal.records, deadline_ms=DEADLINE_MS)

    outcome = await finder.scan(code_of(with_card(cash_sale(1, 5_000), 3_000)))

    assert outcome.status is POISON
    assert sales(process)[SALE.hex]["tenders"] == {"cash": 5_000}


@pytest.mark.usefixtures("lost")
@pytest.mark.parametrize(
    "key", [Key(9), FINDERS, Key(101, spoilt=True)], ids=["unknown", "finder's", "spoilt"]
)
async def test_a_forged_paper_is_poison_and_moves_nothing(
    finder: Finder, process: Process, key: Key
) -> None:
    _, sale, advice = offline_sale()

    outcome = await finder.scan(code_of(sale, advice, key=key))

    assert (outcome.status, outcome.problem) == (POISON, "signed by no known key of that terminal")
    assert (sales(process), payments(process)) == ({}, 0)


@pytest.mark.usefixtures("lost")
async def test_a_code_that_is_cut_or_of_another_sale_is_poison(
    finder: Finder, process: Process
) -> None:
    code = code_of(cash_sale(1, 5_000))

    cut = await finder.scan(code[:-3])
    other = await finder.scan(code, payment_id(2))

    assert (cut.status, other.status) == (POISON, POISON)
    assert other.problem == "the code is another sale's"
    assert sales(process) == {}


@pytest.mark.usefixtures("lost")
async def test_a_paper_whose_signer_becomes_known_is_taken_when_released(
    finder: Finder, process: Process
) -> None:
    new_key = Key(3)
    code = code_of(cash_sale(1, 5_000), key=new_key)
    assert (await finder.scan(code)).status is POISON
    process.act(lambda tx: devices.enrol(tx, 1, DEVICE, new_key.public, START))

    (outcome,) = await finder.line.forward(finder.journal.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ACCEPTED
    assert SALE.hex in sales(process)


@pytest.mark.usefixtures("lost")
async def test_a_paper_of_a_terminal_enrolled_anew_is_as_good_as_before(
    finder: Finder, process: Process
) -> None:
    process.act(lambda tx: devices.enrol(tx, 1, DEVICE, Key(3).public, START))

    assert (await finder.scan(code_of(cash_sale(1, 5_000)))).status is ACCEPTED


@pytest.mark.usefixtures("lost")
async def test_a_paper_signed_by_a_revoked_key_waits_for_a_person(
    finder: Finder, process: Process
) -> None:
    process.act(lambda tx: devices.revoke_key(tx, DEVICE, KEY.public.hex()[:8], START))

    outcome = await finder.scan(code_of(cash_sale(1, 5_000)))

    assert (outcome.status, outcome.problem) == (POISON, "signed by a key that was revoked")
    assert sales(process) == {}


@pytest.mark.usefixtures("lost")
async def test_an_approval_the_ledger_will_not_post_is_said_and_the_sale_is_kept(
    finder: Finder, process: Process
) -> None:
    _, sale, advice = offline_sale(9_000, ApprovalMode.OFFLINE_AT_RISK, card="poor")

    outcome = await finder.scan(code_of(sale, advice))

    assert outcome.status is ACCEPTED
    assert outcome.decline == Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(3_000))
    assert outcome.not_posted == Won(9_000)
    assert sale.id.hex in sales(process)


async def test_a_payment_on_paper_is_reversed_no_more(finder: Finder, lost: HttpLedger) -> None:
    _, sale, advice = offline_sale()
    restored = Journal(incarnation=8)
    restored.reversal(3, 20_000)
    await finder.scan(code_of(sale, advice))

    (outcome,) = await lost.forward(restored.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is DECLINED


@pytest.mark.usefixtures("lost")
async def test_practice_and_ids_of_a_third_terminal_are_not_taken_in(finder: Finder) -> None:
    practice = replace(cash_sale(1, 5_000), training=True)
    foreign = replace(card_tender(1, 5_000), payment_id=payment_id(1, OTHER_DEVICE))

    outcomes = [
        await finder.scan(code_of(practice)),
        await finder.scan(code_of(replace(cash_sale(1, 5_000), tenders=(foreign,)))),
    ]

    assert [each.status for each in outcomes] == [POISON, POISON]
    assert [each.problem for each in outcomes] == ["a practice sale", "an id of another device"]
