"""The ledger's file: made once, brought up from an older version, refused from a newer one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from ledger.policy.shop import Shop as Place
from ledger.server import (
    books,
    cards,
    device_keys,
    devices,
    heads,
    merchants,
    orders,
    overview,
    payments,
)
from ledger.server.database import VERSION, ConstraintBroken, DatabaseUnfit
from ledger.server.device_keys import KeyState
from ledger.server.judging import Merchant
from ledger.server.merchants import Listed
from ledger.server.seed import seed
from ledger.server.sqlite import SqliteTx, open_writer
from ledger.server.tables import shard_of
from ledger.server.writer import Writer
from pos.domain.events import SaleCompleted
from pos.domain.identifiers import TransactionId
from pos.domain.record import Record, canonical
from pos.domain.won import Won
from pos.ports import FeedItem, HotlistChange
from tests.ledger.conftest import DEVICE, KEY, OTHER_KEY
from tests.ledger.journal import START, Journal, cash_sale, payment_id, with_card
from tests.ledger.plain_cards import CARDS, PANS, PlainOpener

OLD_SCHEMA = Path(__file__).with_name("schema_1.sql")
SECOND_SCHEMA = Path(__file__).with_name("schema_2.sql")
THIRD_SCHEMA = Path(__file__).with_name("schema_3.sql")
SECOND_BOOKS = """
INSERT INTO cards VALUES ('c:1', x'01', 'm', 'l', '2031-12-31', 'active', 'M-1', -1, NULL);
INSERT INTO accounts VALUES ('funding', -10000, 1), ('purse:c:1:charged', 9000, 0),
    ('offline_reserve:c:1', 0, 0), ('merchant:000000000009:2026-11-25', 800, 1),
    ('commission', 200, 1);
INSERT INTO postings VALUES (1, 'opening', 'c:1', '2026-11-24T14:59:00+00:00'),
    (2, 'payment', '00000000000900000007000000000000', '2026-11-24T15:00:00+00:00'),
    (3, 'order', 'd', '2026-11-24T15:00:01+00:00');
INSERT INTO entries VALUES (1, 0, 'funding', -10000), (1, 1, 'purse:c:1:charged', 10000),
    (2, 0, 'purse:c:1:charged', -1000), (2, 1, 'merchant:000000000009:2026-11-25', 1000),
    (3, 0, 'merchant:000000000009:2026-11-25', -200), (3, 1, 'commission', 200);
INSERT INTO payments (id, answer, card, posting, month)
    VALUES ('00000000000900000007000000000000', '{}', 'c:1', 2, '2026-11');
INSERT INTO card_refunds (id, payment, sale, amount, body_hash, answer, posting, fee)
    VALUES ('r', 'p', 's', 7, x'01', '{}', 2, 1), ('no', 'p', 's', 9, x'01', '{}', NULL, 0);
"""
DESCRIBED = (
    'SELECT m.name, p.name, p.type, p."notnull", p.dflt_value, p.pk FROM sqlite_schema m'
    " JOIN pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY m.name, p.name"
)
OLD_CARD = "INSERT INTO cards VALUES ('gone', ?, 'm', 'l', '2031-12-31', 'blocked', 'M-3', -1)"


def old_file(path: Path, records: list[Record]) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(OLD_SCHEMA.read_text(encoding="utf-8"))
    connection.execute("INSERT INTO merchants VALUES (1, x'00', ?, 1, 1)", (DEVICE,))
    connection.execute("INSERT INTO feed (merchant, item) VALUES (1, ?)", (item(),))
    connection.execute(OLD_CARD, (PlainOpener().pan_key(PANS["gone"]),))
    for each in records:
        values = (each.device, each.incarnation, each.sequence, each.hash, each.kind)
        rest = (each.at.isoformat(), canonical(each.body).decode(), each.previous, "{}")
        connection.execute("INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?)", (*values, *rest))
    connection.close()


def item() -> str:
    return json.dumps({"kind": "order.state", "order_key": "a:1", "state": "cancelled"})


def test_a_new_file_is_of_this_version_and_stays_so(tmp_path: Path) -> None:
    open_writer(tmp_path / "ledger.db").close()

    assert open_writer(tmp_path / "ledger.db").pragma("user_version") == VERSION


def test_a_file_of_the_first_version_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    journal = Journal()
    journal.cash_sale(1, 1_000)
    sale = with_card(cash_sale(2, 9_000), 6_000)
    journal.add(SaleCompleted(sale, sale.completed_at))
    old_file(path, journal.records)

    tx = SqliteTx(open_writer(path))

    assert orders.read_feed(tx, 1, 0).items[0].order_key == "a:1"
    head = heads.signed_head(tx, DEVICE, START, lambda _: bytes(64))
    assert head is not None
    assert (head.sequence, head.hash, head.count) == (2, journal.records[1].hash, 2)
    tendered = list(tx.execute("SELECT * FROM tendered"))
    assert tendered == [(payment_id(900).hex, sale.id.hex, "online")]
    assert books.check(tx) == []


def test_terminals_known_by_a_token_stay_known_by_their_newest_key(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    connection = apsw.Connection(str(path))
    connection.execute(SECOND_SCHEMA.read_text(encoding="utf-8"))
    connection.pragma("user_version", 2)
    merchant = "INSERT INTO merchants VALUES (?, ?, ?, ?, 1)"
    connection.execute(merchant, (1, b"0", DEVICE, 1))
    connection.execute(merchant, (2, b"1", None, 0))
    connection.execute("INSERT INTO feed (merchant, item) VALUES (1, ?)", (item(),))
    for seconds, key in enumerate((KEY, OTHER_KEY)):
        values = (DEVICE, key.public, f"2026-01-01T00:00:0{seconds}+00:00")
        sql = "INSERT INTO device_keys (device, public_key, first_seen) VALUES (?, ?, ?)"
        connection.execute(sql, values)
    connection.close()

    tx = SqliteTx(open_writer(path))

    assert merchants.all_shops(tx) == [
        Listed(1, "shop 1", True, True),
        Listed(2, "shop 2", False, True),
    ]
    assert devices.admit(tx, DEVICE, OTHER_KEY.public) == Merchant(
        1, DEVICE, True, True, Place(f"{DEVICE:012x}")
    )
    assert device_keys.known(tx, DEVICE) == (
        (KEY.public, KeyState.RETIRED),
        (OTHER_KEY.public, KeyState.ACTIVE),
    )
    assert orders.read_feed(tx, 1, 0).items[0].order_key == "a:1"
    assert list(tx.execute("PRAGMA foreign_key_check")) == []
    with pytest.raises(ConstraintBroken):
        tx.execute("INSERT INTO feed (merchant, item) VALUES (9, '')")


def test_cards_of_the_first_version_get_onto_the_hotlist_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    old_file(path, [])
    tx = SqliteTx(open_writer(path))
    gone = [each for each in CARDS if each.id == "gone"]

    for _ in range(2):
        assert seed(tx, (gone[0],), PlainOpener(), START) == 0

    named = HotlistChange(PlainOpener().hot_ref(PANS["gone"]), stopped=True)
    items = orders.read_feed(tx, 1, 0).items
    assert items[1:] == (FeedItem("card.hotlist", hotlist=named),)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_both_ways_lead_to_the_same_tables(tmp_path: Path, version: int) -> None:
    schema = Path(__file__).with_name(f"schema_{version}.sql").read_text(encoding="utf-8")
    connection = apsw.Connection(str(tmp_path / "old.db"))
    connection.execute(schema)
    connection.pragma("user_version", 0 if version == 1 else version)
    connection.close()

    old, new = (open_writer(tmp_path / name) for name in ("old.db", "new.db"))

    assert old.execute(DESCRIBED).fetchall() == new.execute(DESCRIBED).fetchall()
    indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name"
    assert old.execute(indexes).fetchall() == new.execute(indexes).fetchall()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    connection = open_writer(path)
    connection.pragma("user_version", VERSION + 1)
    connection.close()

    with pytest.raises(DatabaseUnfit, match="newer"):
        open_writer(path)


def test_a_file_of_the_second_version_keeps_its_books(tmp_path: Path) -> None:
    """Shops' balances become sums; postings get their day and shard; a payment can still be undone."""
    path = tmp_path / "ledger.db"
    connection = apsw.Connection(str(path))
    connection.execute(SECOND_SCHEMA.read_text(encoding="utf-8"))
    connection.execute(SECOND_BOOKS)
    connection.pragma("user_version", 2)
    connection.close()

    tx = SqliteTx(open_writer(path))

    assert books.check(tx) == []
    assert list(tx.execute("SELECT * FROM accounts ORDER BY name")) == [
        ("offline_reserve:c:1", "c:1", 0),
        ("purse:c:1:charged", "c:1", 9_000),
    ]
    shard = shard_of("M-1")
    assert list(tx.execute("SELECT id, day, shard FROM postings ORDER BY id")) == [
        (1, "2026-11-24", shard),
        (2, "2026-11-25", shard),
        (3, "2026-11-25", shard_of("000000000009")),
    ]
    assert tx.row("SELECT member, day, shard FROM payments") == ("M-1", "2026-11-25", shard)
    assert books.balance(tx, "merchant:000000000009:2026-11-25") == Won(800)
    assert list(
        tx.execute("SELECT id, amount, fee, district_cashback, day FROM card_refunds ORDER BY id")
    ) == [("no", 9, 0, 0, None), ("r", 7, 1, 0, "2026-11-25")]

    payments.reverse(tx, TransactionId.parse("00000000000900000007000000000000"), START)

    assert books.balance(tx, "purse:c:1:charged") == Won(10_000)
    assert books.check(tx) == []
    assert tx.row("SELECT max(id) FROM postings") == (4,)


SINCE_THE_FOURTH = ("offline_limit", "seen_limit", "seen_spent")


def test_a_file_of_the_fourth_version_knows_what_each_card_was_opened_with(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "ledger.db")
    writer.run_now(lambda tx: seed(tx, CARDS, PlainOpener(), START))
    writer.close()
    connection = apsw.Connection(str(tmp_path / "ledger.db"))
    for name in SINCE_THE_FOURTH:
        connection.execute(f"ALTER TABLE card_counters DROP COLUMN {name}")
    connection.execute("DROP TABLE channel_keys")
    connection.pragma("user_version", 4)
    connection.close()

    connection = open_writer(tmp_path / "ledger.db")

    found = (
        "SELECT card, offline_limit, seen_limit, seen_spent FROM card_counters"
        " WHERE card IN ('rich', 'poor')"
    )
    assert sorted(connection.execute(found).fetchall()) == [
        ("poor", 0, 0, 0),
        ("rich", 50_000, 0, 0),
    ]


def test_a_file_of_the_second_version_gets_what_the_third_added(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "second.db"))
    connection.execute(SECOND_SCHEMA.read_text(encoding="utf-8"))
    connection.execute("INSERT INTO payments (id, reversed) VALUES ('p', 1)")
    connection.pragma("user_version", 2)
    connection.close()

    old, new = (open_writer(tmp_path / name) for name in ("second.db", "new.db"))

    assert old.execute(DESCRIBED).fetchall() == new.execute(DESCRIBED).fetchall()
    indexes = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name"
    assert old.execute(indexes).fetchall() == new.execute(indexes).fetchall()
    assert old.execute("SELECT id, earned_on FROM payments").fetchall() == [("p", None)]


def test_a_file_of_the_third_version_keeps_counters_and_contacts(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "third.db"))
    connection.execute(THIRD_SCHEMA.read_text(encoding="utf-8"))
    connection.execute("INSERT INTO merchants VALUES (1, 'shop', 1, 1)")
    devices = (
        "INSERT INTO devices (device, merchant, enrolled_at, last_contact_at) VALUES (?, 1, 'e', ?)"
    )
    connection.execute(devices, (DEVICE, "2026-11-24T00:00:00+00:00"))
    connection.execute(devices, (DEVICE + 1, None))
    connection.execute(
        "INSERT INTO cards (id, pan_key, masked_pan, label, expires_on, status, member,"
        " last_online_atc) VALUES ('c', x'01', 'm', 'l', '2031-12-31', 'active', 'M-1', 17)"
    )
    connection.pragma("user_version", 3)
    connection.close()

    tx = SqliteTx(open_writer(tmp_path / "third.db"))

    card = cards.find(tx, b"\x01")
    assert card is not None
    assert card.last_online_atc == 17
    contacts = [(each.device, each.last_contact_at) for each in overview.terminals(tx)]
    assert contacts == [(DEVICE, datetime(2026, 11, 24, tzinfo=UTC)), (DEVICE + 1, None)]
