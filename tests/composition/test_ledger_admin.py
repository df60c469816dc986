"""The operator's commands as they are typed, beside a running ledger; what they say and what they never say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner, Result

from composition.command_line import app
from ledger.client import HttpLedger
from ledger.enrolling import enrol
from ledger.server.database import Database, exists
from ledger.server.devices import CODE_LENGTH
from pos.domain.errors import TerminalRevoked
from pos.domain.payment_answers import Approval
from tests.ledger.cluster import Cluster
from tests.ledger.conftest import DEVICE, KEY, Key, Process
from tests.ledger.journal import Journal
from tests.ledger.plain_cards import PANS
from tests.ledger.test_payments_over_http import request as payment

DEADLINE_MS = 5_000


@pytest.fixture
def ledger(database: Database) -> Iterator[Process]:
    made = Process(database)
    made.start()
    yield made
    made.stop()


def typed(ledger: Process, *words: str) -> Result:
    return typed_for(ledger.database, *words)


def typed_for(database: Database, *words: str) -> Result:
    return CliRunner().invoke(app, ["ledger", *words], env={"IEUM_LEDGER_DATABASE": str(database)})


def said(ledger: Process, *words: str) -> str:
    done = typed(ledger, *words)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_shop_gets_a_terminal_from_name_to_first_call(ledger: Process) -> None:
    number = said(ledger, "merchants", "add", "새 가게").split()[3].rstrip(":")
    words = said(ledger, "devices", "code", number, "--hours", "1")
    code = words.splitlines()[0]
    assert len(code.replace("-", "")) == CODE_LENGTH
    assert "한 번만" in words
    assert "once" in words

    told = asyncio.run(enrol(ledger.url, code, Key(5), None))

    assert told.merchant == "새 가게"
    (line,) = [each for each in said(ledger, "devices", "list").splitlines() if "새 가게" in each]
    assert f"{told.device:012x}  ok" in line
    assert Key(5).public.hex()[:16] in line
    assert "새 가게" in said(ledger, "merchants", "list")


async def test_the_list_says_when_each_was_last_heard_of(ledger: Process) -> None:
    line = HttpLedger(ledger.url, DEVICE, KEY)
    journal = Journal()
    journal.cash_sale(1, 1_000)
    await line.forward(journal.records, deadline_ms=DEADLINE_MS)
    await line.aclose()

    mine, other = said(ledger, "devices", "list").splitlines()

    at = journal.records[-1].at
    assert f"record {at.astimezone():%Y}" in mine
    assert f"contact {datetime.now(UTC):%Y}" in mine
    assert "record -  contact -" in other


async def test_revoking_takes_effect_at_once(ledger: Process) -> None:
    line = HttpLedger(ledger.url, DEVICE, KEY)
    await line.feed("", wait_ms=0)

    assert "revoked" in said(ledger, "devices", "revoke", f"{DEVICE:012x}")

    with pytest.raises(TerminalRevoked):
        await line.feed("", wait_ms=0)
    assert "revoked before" in said(ledger, "devices", "revoke", f"{DEVICE:012x}")
    assert "REVOKED" in said(ledger, "devices", "list")
    await line.aclose()


def test_a_key_is_revoked_by_how_it_begins(ledger: Process) -> None:
    begins = KEY.public.hex()[:6]

    assert begins in said(ledger, "devices", "revoke-key", f"{DEVICE:012x}", begins)
    (line,) = [each for each in said(ledger, "devices", "list").splitlines() if "shop 1" in each]
    assert begins not in line


async def test_a_stopped_card_is_news_to_a_terminal_that_waits(ledger: Process) -> None:
    line = HttpLedger(ledger.url, DEVICE, KEY)
    cursor = (await line.feed("", wait_ms=0)).cursor
    waiting = asyncio.create_task(line.feed(cursor, wait_ms=10_000))
    await asyncio.sleep(0.2)

    shown = await asyncio.to_thread(said, ledger, "cards", "stop", "rich")
    page = await asyncio.wait_for(waiting, 5)

    assert page.items[0].hotlist is not None
    assert page.items[0].hotlist.stopped
    assert "blocked" in shown
    assert "active" in said(ledger, "cards", "release", "rich")
    assert "629099******" in shown
    assert PANS["rich"] not in shown
    assert "M-1" not in shown
    await line.aclose()


async def test_a_notice_comes_down_and_is_taken_back(ledger: Process) -> None:
    line = HttpLedger(ledger.url, DEVICE, KEY)
    cursor = (await line.feed("", wait_ms=0)).cursor
    said(ledger, "notices", "post", "오늘 점검", "Maintenance today", "--merchant", "1")
    said(ledger, "notices", "post", "다른 가게", "Other shop", "--merchant", "2")
    assert "오늘 점검 / Maintenance today" in said(ledger, "notices", "list")

    assert "1" in said(ledger, "notices", "take-back", "1")

    page = await line.feed(cursor, wait_ms=0)
    changes = [each.notice for each in page.items]
    assert [each and (each.notice.ko, each.withdrawn) for each in changes] == [
        ("오늘 점검", False),
        ("오늘 점검", True),
    ]
    assert "오늘 점검" not in said(ledger, "notices", "list")
    await line.aclose()


async def test_money_is_shown_by_fund_and_sums_to_zero(ledger: Process) -> None:
    line = HttpLedger(ledger.url, DEVICE, KEY)
    assert isinstance(await line.authorize(payment(1), deadline_ms=DEADLINE_MS), Approval)
    await line.aclose()

    lines = said(ledger, "money").splitlines()

    funds = {each.split()[0]: int(each.split()[-1].replace(",", "")) for each in lines}
    assert funds["merchant"] + funds["fee:card"] == payment(1).amount.amount
    assert sum(funds.values()) == 0
    assert lines[-1].split()[-1] == "0"
    assert "zero" in said(ledger, "check")


def test_books_that_do_not_add_up_end_with_1(ledger: Process) -> None:
    ledger.act(
        lambda tx: list(
            tx.execute("UPDATE accounts SET balance = balance + 1 WHERE name='purse:rich:charged'")
        )
    )

    for words in (("money",), ("check",)):
        done = typed(ledger, *words)
        assert done.exit_code == 1
        assert "A02" not in done.stdout
        assert "장부가 맞지 않습니다" in done.stderr
    assert "purse:rich:charged" in typed(ledger, "check").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("devices", "code", "99"),
        ("devices", "code", "1", "--device", "zz"),
        ("devices", "code", "9" * 30),
        ("devices", "revoke", "000000000077"),
        ("devices", "revoke", "f" * 20),
        ("devices", "revoke-key", f"{DEVICE:012x}", "00"),
        ("cards", "show", "none"),
        ("cards", "stop", "none"),
        ("notices", "post", "", "x"),
        ("notices", "post", "a", "x\x1b[2J"),
        ("notices", "take-back", "9"),
        ("merchants", "add", " "),
    ],
)
def test_what_can_not_be_done_is_said_in_both_languages(
    ledger: Process, words: tuple[str, ...]
) -> None:
    done = typed(ledger, *words)

    assert done.exit_code == 2
    assert "A01 할 수 없습니다" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert "요율" not in done.stderr


def test_only_the_first_merchant_makes_a_database(database: Database) -> None:
    assert typed_for(database, "money").exit_code == 2
    assert typed_for(database, "devices", "code", "1").exit_code == 2
    assert not exists(database)
    assert typed_for(database, "merchants", "add", "a").exit_code == 0
    assert exists(database)


def test_a_databases_password_is_never_said(cluster: Cluster) -> None:
    host = cluster.fresh()
    for url in ("postgresql://u:Geheim7@127.0.0.1:1/x", f"{host}&password=Geheim7"):
        done = typed_for(url, "money")

        assert done.exit_code == 2
        assert "A01" in done.stderr
        assert "Geheim7" not in done.output


async def test_a_flag_is_listed_shown_and_closed_by_a_person_with_a_reason(ledger: Process) -> None:
    line = HttpLedger(ledger.url, DEVICE, KEY)
    assert isinstance(await line.authorize(payment(1), deadline_ms=DEADLINE_MS), Approval)
    await line.authorize(payment(2, atc=1), deadline_ms=DEADLINE_MS)  # The counter comes again.
    await line.aclose()
    async with asyncio.timeout(20):
        while "counter_reused" not in said(ledger, "flags", "list"):
            await asyncio.sleep(0.1)
    flag = said(ledger, "flags", "list").split()[-1]

    assert PANS["rich"] not in said(ledger, "flags", "show", flag)
    assert typed(ledger, "flags", "close", flag, "--by", "김대리", "--why", " ").exit_code != 0
    assert "김대리: 복제 아님" in said(
        ledger, "flags", "close", flag, "--by", "김대리", "--why", "복제 아님"
    )
    assert typed(ledger, "flags", "close", flag, "--by", "김대리", "--why", "또").exit_code != 0
    assert flag not in said(ledger, "flags", "list")
