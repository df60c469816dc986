"""What a card holds, asked over the line: only for who has the card, and nothing moves."""

from __future__ import annotations

import pytest

from ledger.client import HttpLedger
from ledger.server import books
from pos.domain.card_balance import CardBalance
from pos.domain.errors import LedgerRefused
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won
from tests.ledger.conftest import DEVICE, Process
from tests.ledger.plain_cards import seal

DEADLINE_MS = 5_000


def inquiry(number: int) -> TransactionId:
    return TransactionId(DEVICE, 7, number)


async def test_a_card_says_what_pays_here_and_what_lies_on_it(
    ledger: HttpLedger, process: Process
) -> None:
    sealed = seal(inquiry(1), ZERO, 1)

    said = await ledger.card_balance(inquiry(1), sealed, deadline_ms=DEADLINE_MS)

    assert said == CardBalance(
        (
            PurseDraw(Purse.POLICY, Won(10_000)),
            PurseDraw(Purse.CHARGED, Won(850_000)),
            PurseDraw(Purse.CASHBACK, Won(5_000)),
        ),
        on_card=Won(50_000),
    )
    assert process.act(books.check) == []


async def test_the_same_signature_or_a_payments_asks_nothing(ledger: HttpLedger) -> None:
    sealed = seal(inquiry(1), ZERO, 1)
    await ledger.card_balance(inquiry(1), sealed, deadline_ms=DEADLINE_MS)

    again = await ledger.card_balance(inquiry(1), sealed, deadline_ms=DEADLINE_MS)
    of_a_payment = seal(inquiry(2), Won(1_000), 2)
    paying = await ledger.card_balance(inquiry(2), of_a_payment, deadline_ms=DEADLINE_MS)

    assert again == paying == Decline(DeclineReason.CARD_NOT_GENUINE)


async def test_what_was_sealed_for_another_id_is_refused(ledger: HttpLedger) -> None:
    with pytest.raises(LedgerRefused):
        await ledger.card_balance(inquiry(2), seal(inquiry(1), ZERO, 1), deadline_ms=DEADLINE_MS)
