"""Who may speak, and which cards there are at the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.client import HttpLedger
from ledger.policy.shop import Shop as Place
from ledger.server import books, devices, merchants
from ledger.server.database import Database, Tx
from ledger.server.judging import Merchant
from ledger.server.merchants import Listed
from ledger.server.postgres import partitions
from ledger.server.postgres.connection import connect
from ledger.server.postgres.homes import Homes
from ledger.server.postgres.plain import Numbers, PlainTx
from ledger.server.postgres.upgrade import make_tables
from ledger.server.seed import load_cards, seed
from ledger.server.sqlite import SqliteTx, open_writer
from pos.domain.business_day import business_day
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.tender import Purse
from pos.domain.won import Won
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE, SHOPS, Process
from tests.ledger.plain_cards import CARDS, PlainOpener, new_card
from tests.ledger.test_payments_over_http import request

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DEMO_CARDS = Path(__file__).parents[2] / "config" / "demo_cards.toml"


@pytest.fixture
def tx(database: Database) -> Iterator[Tx]:
    if isinstance(database, Path):
        yield SqliteTx(open_writer(database))
        return
    connection = connect(database)
    make_tables(connection)
    partitions.make(connection, business_day(NOW).isoformat())
    connection.execute("BEGIN")
    homes = Homes()
    homes.read(connection)
    yield PlainTx(connection, Numbers(), partitions.known_days(connection), homes)
    connection.close()


def test_a_shop_is_known_by_its_number_and_name(tx: Tx) -> None:
    one = merchants.add(tx, " 부평 이음마트 ")
    two = merchants.add(tx, "bar", eligible=False, earns_cashback=False)

    assert merchants.all_shops(tx) == [
        Listed(one, "부평 이음마트", True, True),
        Listed(two, "bar", False, False),
    ]
    assert merchants.shop(tx, 77) is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x1b[2Jb"])
def test_a_shop_without_a_printable_name_is_not_taken(tx: Tx, name: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        merchants.add(tx, name)


def test_a_terminal_is_of_its_shop(tx: Tx) -> None:
    made = merchants.add(tx, "bar", earns_cashback=False)
    devices.enrol(tx, made, DEVICE, KEY.public, NOW)

    assert merchants.of_device(tx, DEVICE) == Merchant(
        made, DEVICE, True, False, Place(f"{DEVICE:012x}")
    )
    assert merchants.of_device(tx, OTHER_DEVICE) is None


@pytest.mark.parametrize(
    ("switch", "expected"),
    [("eligible", Decline(DeclineReason.MERCHANT_NOT_ELIGIBLE)), ("earns_cashback", Won(0))],
)
async def test_a_shop_may_be_barred_from_vouchers_or_cashback(
    database: Database, switch: str, expected: object
) -> None:
    process = Process(database, shops=(replace(SHOPS[0], **{switch: False}),))
    process.start()
    client = HttpLedger(process.url, DEVICE, KEY)

    answer = await client.authorize(request(1), deadline_ms=5_000)

    assert (answer.cashback if isinstance(answer, Approval) else answer) == expected
    await client.aclose()
    process.stop()


def test_seeding_sets_the_offline_amount_aside_and_happens_once(tx: Tx) -> None:
    assert seed(tx, CARDS, PlainOpener(), NOW) == len(CARDS)
    assert seed(tx, CARDS, PlainOpener(), NOW) == 0

    assert books.balance(tx, "offline_reserve:rich") == Won(50_000)
    assert books.purse_balances(tx, "rich") == {
        Purse.POLICY: Won(10_000),
        Purse.CHARGED: Won(850_000),
        Purse.CASHBACK: Won(5_000),
    }
    assert books.check(tx) == []


def test_a_card_that_promises_more_offline_than_it_holds_is_not_opened(tx: Tx) -> None:
    with pytest.raises(ValueError, match="offline"):
        seed(tx, (new_card(charged=10, offline_limit=11),), PlainOpener(), NOW)


def test_the_demos_card_file_is_taken_without_the_banks_cards() -> None:
    found = {each.id: each for each in load_cards(DEMO_CARDS)}

    assert "visa" not in found
    assert found["expired"].expires_on == date(2024, 12, 31)
    assert found["rich"].pan not in repr(found["rich"])


@pytest.mark.parametrize(
    "text",
    [
        '[[card]]\nid = "x"\npan = "6290990000000000"\nexpiry = 2031-12-31\nmember = "M"',
        '[[card]]\nid = "x"\npan = "6290990000000000"\nexpiry = 2031-12-31\nmember = "M"\n'
        "purses = { charged = 1.5 }",
        '[[card]]\nid = "x"\npan = "6290990000000000"\nexpiry = 2031-12-31\nmember = "M"\n'
        'status = "lost"\npurses = { charged = 1 }',
        "[[card]\n",
    ],
)
def test_a_card_file_of_another_shape_is_refused_without_the_number(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "cards.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is checked below.
        load_cards(path)
    assert "6290990000000000" not in str(caught.value)
