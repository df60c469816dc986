"""A terminal asks for its day: the statement, and what its own count differs in."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from ledger.client import HttpLedger
from ledger.contract.day_models import DifferenceCode
from pos.domain.business_day import business_day
from pos.domain.errors import LedgerRefused, LedgerUnreachable, TerminalNotAccepted
from pos.domain.payment_answers import Approval
from pos.domain.reconciliation import PrintedDay, TerminalDay, What
from pos.domain.won import Won
from pos.ports import AuthorizationRequest
from tests.ledger.conftest import OTHER_DEVICE, OTHER_KEY, Process
from tests.ledger.journal import payment_id
from tests.ledger.plain_cards import seal
from tests.ledger.test_signed_requests_over_http import Wire

TODAY = business_day(datetime.now(UTC)).isoformat()
NOTHING: dict[str, Any] = {"sales": [], "refunds": [], "payments": [], "card_refunds": []}


def ask(wire: Wire, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """Ask as the terminal would; return the status and what was said."""
    data = None if body is None else json.dumps(body).encode()
    nonce = secrets.token_hex(16)
    fields = wire.fields("GET" if data is None else "POST", path, body=data, nonce=nonce)
    return wire.send(fields, path, data)


async def pay(ledger: HttpLedger, number: int, amount: int) -> None:
    payment = payment_id(number)
    request = AuthorizationRequest(
        payment_id=payment,
        amount=Won(amount),
        sealed=seal(payment, Won(amount), number),
        at=datetime.now(UTC),
    )
    assert isinstance(await ledger.authorize(request, deadline_ms=5_000), Approval)


async def test_a_statement_says_what_comes_and_when(ledger: HttpLedger, process: Process) -> None:
    await pay(ledger, 1, 50_000)

    status, said = ask(Wire(process), f"/v1/days/{TODAY}/statement")

    assert status == 200

    assert said["pay_on"] > TODAY
    assert said == said | {
        "shop": "000100000001",
        "sales": 50_000,
        "fee": 75,  # 0.15 %, of which the city gives all back.
        "fee_support_due": 75,
        "net": 49_925,
        "closed": False,
    }
    _, other = ask(Wire(process, OTHER_KEY, OTHER_DEVICE), f"/v1/days/{TODAY}/statement")
    assert (other["shop"], other["net"]) == ("000100000002", 0)


async def test_a_payment_without_a_sale_is_named(ledger: HttpLedger, process: Process) -> None:
    await pay(ledger, 1, 9_000)

    _, made = ask(Wire(process), f"/v1/days/{TODAY}/reconciliation", NOTHING)

    assert made["cards"] == {"terminal": 0, "ledger": 9_000}
    assert made["differences"] == [
        {
            "what": "payment_not_tendered",
            "subject": payment_id(1).hex,
            "terminal": 0,
            "ledger": 9_000,
            "day": None,
        }
    ]
    agreeing = NOTHING | {"payments": [{"id": payment_id(1).hex, "amount": 9_000}]}
    _, agreed = ask(Wire(process), f"/v1/days/{TODAY}/reconciliation", agreeing)
    assert agreed["differences"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/days/yesterday/statement", None, 422),
        ("/v1/days/2099-01-01/statement", None, 404),  # No holidays known, no pay day said.
        (f"/v1/days/{TODAY}/reconciliation", {}, 422),
        (f"/v1/days/{TODAY}/reconciliation", NOTHING | {"sales": [{"id": "x", "amount": 1}]}, 422),
        (
            f"/v1/days/{TODAY}/reconciliation",
            NOTHING | {"sales": [{"id": "0" * 32, "amount": 1}, {"id": "0" * 32, "amount": 2}]},
            422,
        ),
    ],
)
def test_what_is_no_day_and_no_list_is_refused(
    process: Process, path: str, body: object, status: int
) -> None:
    code, said = ask(Wire(process), path, body)

    assert (code, said["status"]) == (status, status)


async def test_a_terminal_reads_its_statement_and_compares_its_day(
    ledger: HttpLedger, process: Process
) -> None:
    await pay(ledger, 1, 50_000)
    today = date.fromisoformat(TODAY)

    said = await ledger.statement(today, deadline_ms=5_000)
    mine = TerminalDay(paid={payment_id(1).hex: Won(50_000)})
    agreed = await ledger.compare(today, mine, None, deadline_ms=5_000)
    short = PrintedDay(Won(0), Won(49_000), Won(0), Won(0))
    differing = await ledger.compare(today, TerminalDay(), short, deadline_ms=5_000)

    assert (said.sales, said.fee, said.net) == (Won(50_000), Won(75), Won(49_925))
    assert (said.day, said.closed) == (today, False)
    assert 1 <= said.pay_days <= (said.pay_on - today).days
    assert (agreed.cards.difference, agreed.differences) == (Won(0), ())
    assert differing.cards.difference == Won(-50_000)
    assert [each.what for each in differing.differences] == [
        What.PAYMENT_NOT_TENDERED,
        What.Z_DIFFERS,
    ]
    with pytest.raises(LedgerRefused) as refused:
        await ledger.statement(date(2099, 1, 1), deadline_ms=5_000)
    assert not isinstance(refused.value, TerminalNotAccepted)  # The day is unknown, not the till.
    process.kill()
    with pytest.raises(LedgerUnreachable):
        await ledger.statement(today, deadline_ms=5_000)


def test_the_wire_has_a_word_for_every_difference() -> None:
    assert {each.value for each in What} == set(get_args(DifferenceCode))
