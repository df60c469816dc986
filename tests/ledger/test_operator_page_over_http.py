"""The operator's page: who sees it, what stands on it, and what never does."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from email.message import Message

import pytest

from ledger.client import HttpLedger
from ledger.server import devices, merchants
from ledger.server.database import Database
from ledger.server.operator import TOKEN_CHARS_MIN, OperatorDoor
from tests.ledger.conftest import DEVICE, ENROLLED_AT, KEY, OPERATOR, Key, Process
from tests.ledger.journal import Journal
from tests.ledger.plain_cards import PANS

BASIC = "Basic " + b64encode(f"operator:{OPERATOR}".encode()).decode()


def show(process: Process, **headers: str) -> tuple[int, str, Message]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{process.url}/operator", headers=named)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode(), response.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


@pytest.fixture
def open_process(database: Database) -> Iterator[Process]:
    made = Process(database, operator_token="")
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("header", [f"Bearer {OPERATOR}", BASIC])
def test_the_token_opens_it_from_anywhere(process: Process, header: str) -> None:
    assert show(process, Authorization=header, X_Forwarded_For="10.1.2.3")[0] == 200


@pytest.mark.parametrize("header", ["", "Bearer " + "x" * 32, "Basic eHh4", "Basic %%", "Digest a"])
def test_nothing_else_does_where_there_is_a_token(process: Process, header: str) -> None:
    status, text, headers = show(process, **({"Authorization": header} if header else {}))

    assert status == 401
    assert headers["WWW-Authenticate"].startswith("Basic")
    assert "shop" not in text


def test_without_a_token_this_machine_sees_it(open_process: Process) -> None:
    assert show(open_process)[0] == 200


@pytest.mark.parametrize(
    "headers",
    [{"X_Forwarded_For": "10.1.2.3"}, {"Forwarded": "for=10.1.2.3"}, {"Host": "evil.example"}],
)
def test_without_a_token_nobody_sees_it_through_a_proxy_or_a_borrowed_name(
    open_process: Process, headers: dict[str, str]
) -> None:
    assert show(open_process, **headers)[0] == 401


def test_a_token_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match=str(TOKEN_CHARS_MIN)):
        OperatorDoor("x" * (TOKEN_CHARS_MIN - 1))


async def test_it_shows_shops_terminals_and_money(process: Process) -> None:
    line = HttpLedger(process.url, DEVICE, KEY)
    journal = Journal()
    journal.cash_sale(1, 1_000)
    await line.forward(journal.records, deadline_ms=5_000)
    await line.aclose()

    _, text, headers = show(process, Authorization=BASIC)

    assert f"<td>{DEVICE:012x}</td><td>{KEY.public.hex()[:16]}</td>" in text
    assert "1 shop 1" in text
    assert "purse:charged" in text
    assert "all sums to zero" in text
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "<script" not in text


def test_what_others_named_is_escaped(process: Process) -> None:
    def add(tx: object) -> None:
        made = merchants.add(tx, "<script>alert('x')</script>&\"")  # type: ignore[arg-type]
        devices.enrol(tx, made, 0x99, Key(5).public, ENROLLED_AT)  # type: ignore[arg-type]

    process.act(add)

    text = show(process, Authorization=BASIC)[1]

    assert "<script" not in text
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&amp;&quot;" in text


def test_it_shows_no_card_and_no_person(process: Process) -> None:
    text = show(process, Authorization=BASIC)[1]

    assert not any(pan in text or pan[:6] in text for pan in PANS.values())
    assert not re.search(r"M-[0-9]|purse:rich|629099", text)


def test_it_says_loudly_when_the_sum_is_not_zero(process: Process) -> None:
    process.act(
        lambda tx: list(
            tx.execute("UPDATE accounts SET balance = balance - 7 WHERE name='purse:rich:charged'")
        )
    )

    text = show(process, Authorization=BASIC)[1]

    assert '<p class="bad">' in text
    assert "-7, not zero" in text
