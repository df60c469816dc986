"""Each request is signed by its terminal and taken once; a clock that is wrong corrects itself."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.client import HttpLedger
from ledger.contract import models as wire
from ledger.contract.http_signature import Message, signature_base, signed_fields
from ledger.server import devices
from ledger.server.gate import FORGET_AFTER, WINDOW, forget
from ledger.signed_line import SignedLine
from pos.domain.errors import LedgerSilent, TerminalNotAccepted, TerminalRevoked
from pos.domain.forwarding import ForwardStatus
from pos.domain.payment_answers import Approval
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE, OTHER_KEY, Key, Process
from tests.ledger.journal import Journal
from tests.ledger.test_payments_over_http import request as payment

DEADLINE_MS = 5_000
NONCE = "0123456789abcdef"


def now_s(ahead: timedelta = timedelta(0)) -> int:
    return int((datetime.now(UTC) + ahead).timestamp())


class Wire:
    """Requests as they travel, to be sent again or changed on the way."""

    def __init__(self, process: Process, key: Key = KEY, device: int = DEVICE) -> None:
        self.url, self.key, self.device = process.url, key, device

    def fields(
        self,
        method: str = "GET",
        path: str = "/v1/head",
        query: str = "",
        body: bytes | None = None,
        created: int | None = None,
        nonce: str = NONCE,
    ) -> dict[str, str]:
        named = {"ieum-device": f"{self.device:012x}", "content-type": "application/json"}
        message = Message(method, path, query, named)
        said = signed_fields(
            message,
            body,
            keyid=self.key.public.hex(),
            created=now_s() if created is None else created,
            nonce=nonce,
            sign=self.key.sign,
        )
        return named | said

    def send(
        self, fields: dict[str, str], path: str = "/v1/head", body: bytes | None = None
    ) -> tuple[int, dict[str, Any]]:
        method = "GET" if body is None else "POST"
        made = urllib.request.Request(self.url + path, body, fields, method=method)
        try:
            with urllib.request.urlopen(made, timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


async def test_the_same_request_is_taken_once_also_after_a_restart(process: Process) -> None:
    wire_ = Wire(process)
    fields = wire_.fields()
    assert wire_.send(fields)[0] == 200

    status, said = wire_.send(fields)
    process.kill()
    process.start()
    later, said_later = wire_.send(fields)

    assert (status, said["code"]) == (later, said_later["code"]) == (409, "replayed")


async def test_a_payment_sent_twice_is_posted_once_and_its_copy_learns_nothing(
    process: Process,
) -> None:
    wire_, asked = Wire(process), payment(1)
    path = f"/v1/payments/{asked.payment_id.hex}"
    body = wire.AuthorizeRequest(amount=asked.amount.amount, sealed=asked.sealed, at=asked.at)
    raw = body.model_dump_json().encode()
    fields = wire_.fields("POST", path, body=raw)

    first, again = (wire_.send(fields, path, raw) for _ in range(2))

    assert (first[0], again[0]) == (200, 409)
    assert "balance" not in again[1]
    postings = process.ask("/demo/entries")["postings"]
    assert [each["kind"] for each in postings].count("payment") == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda f: f | {"ieum-device": f"{OTHER_DEVICE:012x}"},
        lambda f: f | {"signature": "ieum=:" + "A" * 86 + "==:"},
        lambda f: f | {"signature-input": f["signature-input"].replace(NONCE, NONCE[::-1])},
        lambda f: f | {"signature-input": f["signature-input"].replace('"@query" ', "")},
        lambda f: f | {"signature-input": f["signature-input"].replace("ed25519", "rsa")},
        lambda f: f | {"signature-input": f["signature-input"].replace("ieum-pos", "other")},
        lambda f: {k: v for k, v in f.items() if k != "signature"},
        lambda f: {k: v for k, v in f.items() if k != "ieum-device"},
        lambda f: {"authorization": "Bearer " + "a" * 32, "ieum-device": f["ieum-device"]},
    ],
)
async def test_what_is_not_signed_as_it_must_be_is_not_taken(
    process: Process, spoil: Callable[[dict[str, str]], dict[str, str]]
) -> None:
    wire_ = Wire(process)

    status, said = wire_.send(spoil(wire_.fields()))

    assert status == 401
    assert said["code"] in {"unauthorized", "key_unknown"}


async def test_a_signature_that_leaves_something_out_is_not_enough(process: Process) -> None:
    wire_ = Wire(process)
    parameters = (
        f'("@method" "@path");created={now_s()};nonce="{NONCE}";keyid="{KEY.public.hex()}"'
        ';alg="ed25519";tag="ieum-pos"'
    )
    message = Message("GET", "/v1/head", "", {})
    signature = KEY.sign(signature_base(message, ("@method", "@path"), parameters))
    fields = {
        "ieum-device": f"{DEVICE:012x}",
        "signature-input": f"ieum={parameters}",
        "signature": f"ieum=:{b64encode(signature).decode()}:",
    }

    assert wire_.send(fields)[1]["detail"] == "not everything is signed"


async def test_a_body_changed_on_the_way_is_not_taken(process: Process) -> None:
    wire_ = Wire(process)
    fields = wire_.fields("POST", "/v1/records", body=b'{"records": []}')

    status, said = wire_.send(fields, "/v1/records", b'{"records":  []}')

    assert (status, said["detail"]) == (401, "the body is another")


@pytest.mark.parametrize("ahead", [WINDOW, -WINDOW])
async def test_a_request_of_another_time_is_told_ours(process: Process, ahead: timedelta) -> None:
    wire_ = Wire(process)
    far = ahead * 1.5

    status, said = wire_.send(wire_.fields(created=now_s(far)))

    assert (status, said["code"]) == (401, "clock_skew")
    assert abs(datetime.fromisoformat(said["at"]) - datetime.now(UTC)) < timedelta(seconds=10)


@pytest.mark.parametrize("wrong", [timedelta(days=-400), timedelta(hours=9), timedelta(seconds=90)])
async def test_a_terminal_whose_clock_is_wrong_pays_at_the_first_try(
    process: Process, wrong: timedelta
) -> None:
    client = HttpLedger(process.url, DEVICE, KEY, now=lambda: datetime.now(UTC) + wrong)

    assert isinstance(await client.authorize(payment(1), deadline_ms=DEADLINE_MS), Approval)
    (outcome,) = await client.forward(journal(1_000).records, deadline_ms=DEADLINE_MS)
    await client.aclose()

    assert outcome.status is ForwardStatus.ACCEPTED


async def test_a_request_that_something_in_between_sent_twice_leaves_the_outcome_unknown(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda _: NONCE)
    line = SignedLine(process.url, KEY, DEVICE, lambda: datetime.fromtimestamp(frozen, UTC))
    frozen = now_s()
    await line.open()
    await line.call("journalHead", wire.HeadAnswer, DEADLINE_MS)

    with pytest.raises(LedgerSilent):
        await line.call("journalHead", wire.HeadAnswer, DEADLINE_MS)
    await line.close()


async def test_old_requests_are_forgotten_and_kept_out_by_their_time(process: Process) -> None:
    wire_ = Wire(process)
    fields = wire_.fields()
    wire_.send(fields)
    count = "SELECT count(*) FROM request_nonces"

    process.act(lambda tx: forget(tx, datetime.now(UTC)))
    assert process.act(lambda tx: tx.row(count)) == (1,)
    process.act(lambda tx: forget(tx, datetime.now(UTC) + FORGET_AFTER + timedelta(seconds=2)))
    assert process.act(lambda tx: tx.row(count)) == (0,)
    assert FORGET_AFTER > 2 * WINDOW  # The longest that a request can be in time.


async def test_a_revoked_device_is_shut_out_at_once_and_says_so(
    ledger: HttpLedger, process: Process
) -> None:
    assert isinstance(await ledger.authorize(payment(1), deadline_ms=DEADLINE_MS), Approval)

    process.act(lambda tx: devices.revoke(tx, DEVICE, datetime.now(UTC)))

    for call in (
        ledger.authorize(payment(2), deadline_ms=DEADLINE_MS),
        ledger.forward(journal(1_000).records, deadline_ms=DEADLINE_MS),
        ledger.feed("", wait_ms=0),
    ):
        with pytest.raises(TerminalRevoked) as caught:
            await call
        assert caught.value.facts["reason"] == "device_revoked"
        assert "다시 등록" in caught.value.message("ko")
    assert process.ask("/demo/entries")["sales"] == []


async def test_a_revoked_key_is_shut_out_and_the_other_terminals_go_on(
    ledger: HttpLedger, process: Process
) -> None:
    other = HttpLedger(process.url, OTHER_DEVICE, OTHER_KEY)

    process.act(lambda tx: devices.revoke_key(tx, DEVICE, KEY.public.hex()[:8], datetime.now(UTC)))

    with pytest.raises(TerminalRevoked):
        await ledger.feed("", wait_ms=0)
    await other.feed("", wait_ms=0)
    await other.aclose()


async def test_what_the_dead_key_signed_is_history_under_the_new_ones_word(
    ledger: HttpLedger, process: Process
) -> None:
    sales = journal(1_000, 2_000).records
    await ledger.forward(sales[:1], deadline_ms=DEADLINE_MS)
    process.act(lambda tx: devices.revoke_key(tx, DEVICE, KEY.public.hex()[:8], datetime.now(UTC)))
    process.act(lambda tx: devices.enrol(tx, 1, DEVICE, Key(2).public, datetime.now(UTC)))
    renewed = HttpLedger(process.url, DEVICE, Key(2))

    outcomes = await renewed.forward(sales, deadline_ms=DEADLINE_MS)
    await renewed.aclose()

    assert [each.status for each in outcomes] == [ForwardStatus.ACCEPTED] * 2
    assert len(process.ask("/demo/entries")["sales"]) == 2


async def test_a_retired_key_opens_no_door(ledger: HttpLedger, process: Process) -> None:
    process.act(lambda tx: devices.enrol(tx, 1, DEVICE, Key(2).public, datetime.now(UTC)))

    with pytest.raises(TerminalRevoked) as caught:
        await ledger.feed("", wait_ms=0)

    assert caught.value.facts["reason"] == "key_retired"


async def test_a_key_that_nobody_enrolled_is_not_taken_on_the_devices_word(
    process: Process,
) -> None:
    stranger = HttpLedger(process.url, DEVICE, Key(9))

    with pytest.raises(TerminalNotAccepted) as caught:
        await stranger.forward(journal(1_000).records, deadline_ms=DEADLINE_MS)
    await stranger.aclose()

    assert caught.value.facts["reason"] == "key_unknown"
    assert process.ask("/demo/entries")["device_keys"][f"{DEVICE:012x}"] == [KEY.public.hex()]


def journal(*amounts: int) -> Journal:
    made = Journal()
    for number, amount in enumerate(amounts, start=1):
        made.cash_sale(number, amount)
    return made


async def test_a_terminal_of_before_is_sent_no_field_that_it_would_refuse(process: Process) -> None:
    """It passes nothing on of what the card says, so there is nothing to answer the card."""
    wire_, asked = Wire(process), payment(1)
    path = f"/v1/payments/{asked.payment_id.hex}"
    body = wire.AuthorizeRequest(amount=asked.amount.amount, sealed=asked.sealed, at=asked.at)
    raw = body.model_dump_json().encode()
    status, said = wire_.send(wire_.fields("POST", path, body=raw), path, raw)
    assert (status, said["status"]) == (200, "approved")
    assert "for_card" not in said
