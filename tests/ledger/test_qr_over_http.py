"""Payments by QR, both ways, over real HTTP, into a real ledger, on both engines."""

from __future__ import annotations

import asyncio
import json
import urllib.error
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.client import HttpLedger
from ledger.server import devices, payments
from pos.domain.customer_code import CustomerCode, read_customer_code
from pos.domain.errors import LedgerRefused
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.shop_code import ShopCode
from pos.domain.won import Won
from pos.ports import AuthorizationRequest, PaymentFate
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE, OTHER_KEY, Key, Process
from tests.ledger.plain_cards import PANS, SIGNING

DEADLINE_MS = 5_000


def payment_id(number: int, device: int = DEVICE) -> TransactionId:
    return TransactionId(device, 7, number)


def shown(process: Process, card: str = "rich") -> str:
    """Return the code that a card's app shows."""
    return str(process.ask(f"/app/cards/{card}/code", {})["code"])


def by_code(number: int, code: str, amount: int = 12_500) -> AuthorizationRequest:
    at = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    return AuthorizationRequest(payment_id(number), Won(amount), code, at, by_code=True)


def shop_code(
    number: int, amount: int = 12_500, *, key: Key = KEY, ends_in_s: int = 170, **facts: Any
) -> ShopCode:
    ends = (datetime.now(UTC) + timedelta(seconds=ends_in_s)).replace(microsecond=0)
    code = ShopCode(payment_id(number, **facts), Won(amount), ends, "IE-0001-01")
    return replace(code, signature=key.sign(code.message))


def pay(process: Process, code: str, card: str = "rich") -> Any:
    """Let a card's app pay the shop's code; a refusal comes as its problem."""
    try:
        return process.ask(f"/app/cards/{card}/payments", {"code": code})
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)


# The shop scans the customer's code ------------------------------------------------------------


async def test_a_customers_code_pays_like_the_card_and_says_which_card(
    ledger: HttpLedger, process: Process
) -> None:
    answer = await ledger.authorize(by_code(1, shown(process)), deadline_ms=DEADLINE_MS)

    assert isinstance(answer, Approval)
    assert answer.amount == Won(12_500)
    assert answer.cashback == Won(250)  # As of a tap: 10,000 were policy money.
    assert answer.masked_pan == f"629099******{PANS['rich'][-4:]}"
    assert await ledger.outcome(payment_id(1), deadline_ms=1_000) == answer
    assert process.ask("/demo/entries")["wrong"] == []


async def test_one_code_is_one_payment_whoever_asks_again(
    ledger: HttpLedger, process: Process
) -> None:
    code = shown(process)
    first = await ledger.authorize(by_code(1, code), deadline_ms=DEADLINE_MS)
    again = await ledger.authorize(by_code(1, code), deadline_ms=DEADLINE_MS)
    other = await ledger.authorize(by_code(2, code), deadline_ms=DEADLINE_MS)

    assert isinstance(first, Approval)
    assert again == first
    assert other == Decline(DeclineReason.CODE_USED)
    kinds = [each["kind"] for each in process.ask("/demo/entries")["postings"]]
    assert kinds.count("payment") == 1


async def test_of_many_tills_that_scan_one_code_at_once_one_is_paid(process: Process) -> None:
    clients = [HttpLedger(process.url, DEVICE, KEY) for _ in range(6)]
    code = shown(process)
    answers = await asyncio.gather(
        *(
            client.authorize(by_code(number, code), deadline_ms=DEADLINE_MS)
            for number, client in enumerate(clients, start=1)
        )
    )
    for client in clients:
        await client.aclose()

    assert sum(isinstance(each, Approval) for each in answers) == 1
    assert answers.count(Decline(DeclineReason.CODE_USED)) == 5


async def test_a_code_that_brought_no_money_is_used_all_the_same(
    ledger: HttpLedger, process: Process
) -> None:
    code = shown(process, "poor")
    first = await ledger.authorize(by_code(1, code), deadline_ms=DEADLINE_MS)
    second = await ledger.authorize(by_code(2, code, 3_000), deadline_ms=DEADLINE_MS)
    fresh = await ledger.authorize(by_code(3, shown(process, "poor"), 3_000), deadline_ms=5_000)

    assert first == Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(3_000))
    assert second == Decline(DeclineReason.CODE_USED)
    assert isinstance(fresh, Approval)


@pytest.mark.parametrize(
    ("card", "reason"),
    [("gone", DeclineReason.CARD_BLOCKED), ("old", DeclineReason.CARD_EXPIRED)],
)
async def test_a_stopped_cards_code_pays_no_more_than_the_card(
    ledger: HttpLedger, process: Process, card: str, reason: DeclineReason
) -> None:
    answer = await ledger.authorize(by_code(1, shown(process, card)), deadline_ms=DEADLINE_MS)

    assert answer == Decline(reason)


async def test_an_expired_code_is_declined_and_nothing_is_drawn(
    ledger: HttpLedger, process: Process
) -> None:
    code, before = shown(process), process.ask("/demo/cards")
    sql = "UPDATE customer_codes SET expires_at = '2026-01-01T00:00:00.000000+00:00'"
    process.act(lambda tx: tx.change(sql))

    answer = await ledger.authorize(by_code(1, code), deadline_ms=DEADLINE_MS)

    assert answer == Decline(DeclineReason.CODE_EXPIRED)
    assert process.ask("/demo/cards") == before


async def test_codes_that_the_ledger_did_not_make_are_declined(
    ledger: HttpLedger, process: Process
) -> None:
    genuine = read_customer_code(shown(process))
    unsigned = CustomerCode(genuine.id, genuine.expires_at, bytes(64))
    prolonged = replace(genuine, expires_at=genuine.expires_at + timedelta(days=1))
    unknown = CustomerCode("00" * 16, genuine.expires_at)
    invented = replace(unknown, signature=SIGNING.sign(unknown.message))
    for number, text in enumerate(
        (unsigned.text, prolonged.text, invented.text, "IEUMC1:", "8801234000017"), start=1
    ):
        answer = await ledger.authorize(by_code(number, text), deadline_ms=DEADLINE_MS)
        assert answer == Decline(DeclineReason.CODE_UNKNOWN), text


async def test_another_code_under_a_known_id_is_a_hard_error(
    ledger: HttpLedger, process: Process
) -> None:
    await ledger.authorize(by_code(1, shown(process)), deadline_ms=DEADLINE_MS)

    with pytest.raises(LedgerRefused) as caught:
        await ledger.authorize(by_code(1, shown(process)), deadline_ms=DEADLINE_MS)

    assert caught.value.facts["reason"] == "id_reused"


async def test_a_reversal_undoes_it_and_one_that_came_first_lets_it_never_post(
    ledger: HttpLedger, process: Process
) -> None:
    before = process.ask("/demo/cards")
    await ledger.authorize(by_code(1, shown(process)), deadline_ms=DEADLINE_MS)
    now = datetime.now(UTC)
    process.act(lambda tx: payments.reverse(tx, payment_id(1), now))
    process.act(lambda tx: payments.reverse(tx, payment_id(2), now))

    late = await ledger.authorize(by_code(2, shown(process)), deadline_ms=DEADLINE_MS)

    assert late == Decline(DeclineReason.REVERSED_BEFORE)
    assert await ledger.outcome(payment_id(1), deadline_ms=1_000) is PaymentFate.REVERSED
    assert process.ask("/demo/cards") == before


# The customer scans the shop's code ------------------------------------------------------------


async def test_the_app_pays_the_shops_code_and_the_till_hears_of_it(
    ledger: HttpLedger, process: Process
) -> None:
    code = shop_code(1)
    assert await ledger.outcome(code.payment_id, deadline_ms=1_000) is PaymentFate.NOT_SEEN

    said = pay(process, code.text)
    heard = await ledger.outcome(code.payment_id, deadline_ms=1_000)

    assert isinstance(heard, Approval)
    assert (said["status"], heard.amount) == ("approved", Won(12_500))
    assert heard.masked_pan == f"629099******{PANS['rich'][-4:]}"
    assert pay(process, code.text) == said  # The app may ask again.
    assert pay(process, code.text, "poor")["code"] == "id_reused"
    kinds = [each["kind"] for each in process.ask("/demo/entries")["postings"]]
    assert kinds.count("payment") == 1


async def test_a_poor_card_leaves_the_code_for_another(
    ledger: HttpLedger, process: Process
) -> None:
    code = shop_code(1)

    assert pay(process, code.text, "poor")["reason"] == "insufficient_funds"
    assert await ledger.outcome(code.payment_id, deadline_ms=1_000) is PaymentFate.NOT_SEEN
    assert pay(process, code.text)["status"] == "approved"


async def test_after_the_tills_reversal_a_late_payment_does_not_post(
    ledger: HttpLedger, process: Process
) -> None:
    code, before = shop_code(1), process.ask("/demo/cards")
    process.act(lambda tx: payments.reverse(tx, code.payment_id, datetime.now(UTC)))

    assert pay(process, code.text) == {
        "status": "declined",
        "reason": "reversed_before",
        "balance": None,
    }
    assert await ledger.outcome(code.payment_id, deadline_ms=1_000) is PaymentFate.REVERSED
    assert process.ask("/demo/cards") == before


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        (shop_code(1, key=OTHER_KEY), "key_unknown"),
        (shop_code(1, key=Key(101, spoilt=True)), "key_unknown"),
        (shop_code(1, device=OTHER_DEVICE), "key_unknown"),
        (shop_code(1, device=0x77), "key_unknown"),
        (shop_code(1, ends_in_s=-1), "code_expired"),
        (shop_code(1, ends_in_s=3_600), "code_expired"),
        (replace(shop_code(1), amount=Won(1)), "key_unknown"),
    ],
    ids=("another's key", "spoilt", "another's id", "nobody's id", "late", "too long", "cheaper"),
)
async def test_a_code_that_no_terminal_may_ask_with_is_refused(
    process: Process, code: ShopCode, refused: str
) -> None:
    before = process.ask("/demo/cards")

    assert pay(process, code.text)["code"] == refused
    assert process.ask("/demo/cards") == before


async def test_a_revoked_terminals_code_is_refused(process: Process) -> None:
    process.act(lambda tx: devices.revoke(tx, DEVICE, datetime.now(UTC)))

    assert pay(process, shop_code(1).text)["code"] in ("device_revoked", "key_unknown")


async def test_what_is_no_code_is_refused_by_name(process: Process) -> None:
    text = shop_code(1).text

    for bad in (text[:-1] + "Z", text[:100], "0002", "8801234000017", "가"):
        assert pay(process, bad)["code"] == "malformed", bad


async def test_the_apps_door_is_shut_to_everyone_else(process: Process) -> None:
    for path in ("/app/cards/rich/code", "/app/cards/rich/payments"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            process.ask(path, {"code": "x"}, token="z" * 32)
        assert caught.value.code == 401
