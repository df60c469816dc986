"""Payments through the client, over real HTTP, into a real ledger."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.client import HttpLedger
from pos.domain.errors import LedgerRefused, LedgerSilent, LedgerUnreachable
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import Won
from pos.ports import AuthorizationRequest, PaymentFate
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE, OTHER_KEY, Key, Process
from tests.ledger.plain_cards import seal, spoken

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DEADLINE_MS = 5_000


def request(number: int, amount: int = 12_500, **facts: Any) -> AuthorizationRequest:
    payment_id = TransactionId(DEVICE, 7, number)
    won = Won(amount)
    atc = facts.pop("atc", number)
    sealed = seal(payment_id, won, atc, **facts)
    return AuthorizationRequest(payment_id, won, sealed, NOW)


async def test_a_payment_draws_policy_money_first_and_earns_cashback_on_the_rest(
    ledger: HttpLedger, process: Process
) -> None:
    answer = await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)

    assert isinstance(answer, Approval)
    assert answer.purses == (
        PurseDraw(Purse.POLICY, Won(10_000)),
        PurseDraw(Purse.CHARGED, Won(2_500)),
    )
    assert answer.cashback == Won(250)
    assert answer.balance == Won(10_000 + 850_000 + 5_000 - 12_500 + 250)
    assert len(answer.rrn) == 12
    card = process.ask("/demo/cards")["rich"]
    assert card["balance"] == answer.balance.amount
    assert card["offline_reserve"] == 50_000
    assert process.ask("/demo/entries")["wrong"] == []


async def test_the_same_request_gets_the_same_answer_and_is_posted_once(
    ledger: HttpLedger, process: Process
) -> None:
    first = await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)
    again = await asyncio.gather(
        *(ledger.authorize(request(1), deadline_ms=DEADLINE_MS) for _ in range(20))
    )

    assert all(each == first for each in again)
    kinds = [each["kind"] for each in process.ask("/demo/entries")["postings"]]
    assert kinds.count("payment") == 1


async def test_a_known_id_with_another_body_is_a_hard_error(ledger: HttpLedger) -> None:
    await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)

    with pytest.raises(LedgerRefused) as caught:
        await ledger.authorize(request(1, amount=99_000), deadline_ms=DEADLINE_MS)

    assert caught.value.facts["reason"] == "id_reused"


async def test_the_outcome_is_told_by_id(ledger: HttpLedger) -> None:
    asked = request(1)
    assert await ledger.outcome(asked.payment_id, deadline_ms=1_000) is PaymentFate.NOT_SEEN

    answer = await ledger.authorize(asked, deadline_ms=DEADLINE_MS)

    assert await ledger.outcome(asked.payment_id, deadline_ms=1_000) == answer


@pytest.mark.parametrize(
    ("facts", "decline"),
    [
        ({"card": "poor"}, Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(3_000))),
        ({"card": "gone"}, Decline(DeclineReason.CARD_BLOCKED)),
        ({"card": "old"}, Decline(DeclineReason.CARD_EXPIRED)),
        ({"card": "nobody's"}, Decline(DeclineReason.CARD_UNKNOWN)),
        ({"right": False}, Decline(DeclineReason.CARD_NOT_GENUINE)),
        ({"cid": "tc"}, Decline(DeclineReason.CARD_NOT_GENUINE)),
    ],
)
async def test_declines_say_why_and_draw_nothing(
    ledger: HttpLedger, process: Process, facts: dict[str, Any], decline: Decline
) -> None:
    before = process.ask("/demo/cards")

    assert await ledger.authorize(request(1, **facts), deadline_ms=DEADLINE_MS) == decline
    assert await ledger.authorize(request(1, **facts), deadline_ms=DEADLINE_MS) == decline

    assert await ledger.outcome(request(1).payment_id, deadline_ms=1_000) == decline
    assert process.ask("/demo/cards") == before


@pytest.mark.parametrize("atc", [5, 4])
async def test_a_counter_that_does_not_rise_is_a_replay(ledger: HttpLedger, atc: int) -> None:
    await ledger.authorize(request(1, atc=5), deadline_ms=DEADLINE_MS)

    answer = await ledger.authorize(request(2, atc=atc), deadline_ms=DEADLINE_MS)

    assert answer == Decline(DeclineReason.CARD_NOT_GENUINE)


async def test_a_card_sealed_for_another_payment_is_refused(ledger: HttpLedger) -> None:
    stolen = replace(request(2), sealed=request(1).sealed)

    with pytest.raises(LedgerRefused) as caught:
        await ledger.authorize(stolen, deadline_ms=DEADLINE_MS)

    assert caught.value.facts["reason"] == "seal_broken"


@pytest.mark.parametrize(
    ("key", "device", "reason"),
    [
        (Key(1), DEVICE, "key_unknown"),
        (OTHER_KEY, DEVICE, "key_unknown"),
        (KEY, 0x77, "device_unknown"),
        (Key(101, spoilt=True), DEVICE, "unauthorized"),
        (OTHER_KEY, OTHER_DEVICE, "wrong_device"),  # Its own, but the payment is not.
    ],
    ids=["never enrolled", "another's", "no such device", "spoilt", "another's payment"],
)
async def test_a_key_speaks_for_its_own_device_only(
    process: Process, key: Key, device: int, reason: str
) -> None:
    client = HttpLedger(process.url, device, key)
    for call in (
        client.authorize(request(1), deadline_ms=DEADLINE_MS),
        client.outcome(request(1).payment_id, deadline_ms=DEADLINE_MS),
    ):
        with pytest.raises(LedgerRefused) as caught:
            await call
        assert caught.value.facts["reason"] == reason
    await client.aclose()


async def test_no_answer_is_silence_and_the_outcome_is_there_to_be_asked(
    ledger: HttpLedger, process: Process
) -> None:
    process.ask("/demo/faults", {"silent_next": 1})

    with pytest.raises(LedgerSilent):
        await ledger.authorize(request(1), deadline_ms=400)

    assert isinstance(await ledger.outcome(request(1).payment_id, deadline_ms=1_000), Approval)
    assert isinstance(await ledger.authorize(request(1), deadline_ms=1_000), Approval)


async def test_nothing_listening_is_unreachable_for_every_call() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = HttpLedger(f"http://127.0.0.1:{port}", DEVICE, KEY)

    for call in (
        client.authorize(request(1), deadline_ms=1_000),
        client.outcome(request(1).payment_id, deadline_ms=1_000),
        client.feed("", wait_ms=0),
    ):
        with pytest.raises(LedgerUnreachable):
            await call


@pytest.fixture
async def answering() -> AsyncIterator[tuple[HttpLedger, list[bytes]]]:
    """A client of a server that reads the request and answers with raw bytes, then hangs up."""
    answers: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers[0])
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    client = HttpLedger(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", DEVICE, KEY)
    yield client, answers
    await client.aclose()
    server.close()


def response(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="hung up"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", id="broken off"),
        pytest.param(response(200, b"<html>Please log in</html>"), id="a captive portal"),
        pytest.param(response(200, b'{"status":"approved"}'), id="half an approval"),
        pytest.param(response(403, b"<html>Blocked</html>"), id="a filter, not the ledger"),
        pytest.param(response(302, b""), id="a redirect"),
        pytest.param(response(500, b""), id="a fault"),
        pytest.param(response(503, b""), id="overload"),
    ],
)
async def test_whatever_is_no_answer_of_the_ledgers_is_silence(
    answering: tuple[HttpLedger, list[bytes]], answer: bytes
) -> None:
    client, answers = answering
    answers.append(answer)

    with pytest.raises(LedgerSilent):
        await client.authorize(request(1), deadline_ms=1_000)


async def test_an_approval_of_another_amount_is_silence(
    answering: tuple[HttpLedger, list[bytes]],
) -> None:
    client, answers = answering
    answers.append(
        response(
            200,
            b'{"status":"approved","amount":1,"approval_code":"00000001","rrn":"000000000001",'
            b'"approved_at":"2026-11-24T03:00:00Z","purses":[{"purse":"charged","amount":1}],'
            b'"cashback":0,"balance":0}',
        )
    )

    with pytest.raises(LedgerSilent):
        await client.authorize(request(1), deadline_ms=1_000)


async def test_a_card_that_says_what_it_holds_is_answered_and_asked_again_in_the_same_words(
    ledger: HttpLedger, process: Process
) -> None:
    """The rule: at most 50,000 won on a card. It was opened with so much and has spent 20,000."""
    asked = request(1, holds=(50_000, 20_000))
    answer = await ledger.authorize(asked, deadline_ms=DEADLINE_MS)

    assert isinstance(answer, Approval)
    assert answer.for_card == spoken(1, Won(70_000))
    assert await ledger.authorize(asked, deadline_ms=DEADLINE_MS) == answer
    assert await ledger.outcome(asked.payment_id, deadline_ms=1_000) == answer
    card = process.ask("/demo/cards")["rich"]
    assert card["offline_reserve"] == 70_000
    assert answer.balance.amount == card["balance"] == 10_000 + 830_000 + 5_000 - 12_500 + 250
    assert process.ask("/demo/entries")["wrong"] == []
