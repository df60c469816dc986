"""What operators did: who, when, what and its outcome, with the change or not at all; never a secret."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import psycopg
import pytest

from composition.ledger_admin import Admin
from composition.ledger_books import Act, AdminRefused, operator_named, os_user
from ledger.server import devices, merchants, operator_log, operator_page
from ledger.server.database import Database, is_postgres, open_engine
from ledger.server.operator_log import harmless
from ledger.server.sqlite import open_writer
from tests.composition.test_ledger_admin import said, typed, typed_for
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE, Process, open_shops
from tests.ledger.plain_cards import PANS

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def shops(database: Database) -> Process:
    """Two shops in a database without a running ledger."""
    open_shops(database)
    return Process(database)


def logged(ledger: Process) -> list[operator_log.Entry]:
    return ledger.act(operator_log.newest)


def test_every_change_is_noted_with_who_when_and_what_came_of_it(shops: Process) -> None:
    number = said(shops, "--as", "김대리", "merchants", "add", "새 가게").split()[3].rstrip(":")
    code = said(shops, "devices", "code", number).splitlines()[0]
    said(shops, "devices", "revoke", f"{DEVICE:012x}")
    said(shops, "devices", "revoke", f"{DEVICE:012x}")
    said(shops, "devices", "revoke-key", f"{DEVICE:012x}", KEY.public.hex()[:8])
    said(shops, "notices", "post", "점검", "Maintenance", "--merchant", "1")
    said(shops, "notices", "take-back", "1")

    entries = list(reversed(logged(shops)))

    assert [(each.what, each.about) for each in entries] == [
        ("merchants add", "새 가게"),
        ("devices code", "merchant 3"),
        ("devices revoke", f"{DEVICE:012x}"),
        ("devices revoke", f"{DEVICE:012x}"),
        ("devices revoke-key", f"{DEVICE:012x}"),
        ("notices post", "merchant 1"),
        ("notices take-back", "notice 1"),
    ]
    assert entries[0].who == f"김대리 ({os_user()})"
    assert {each.who for each in entries[1:]} == {os_user()}
    assert [each.outcome for each in entries[2:4]] == ["done", "done: was so before"]
    assert all(abs(each.at - datetime.now(UTC)) < timedelta(minutes=1) for each in entries)
    assert not [each for each in entries if code in str(each) or code.replace("-", "") in str(each)]
    listed = said(shops, "log", "--limit", "3").splitlines()
    assert len(listed) == 3
    assert "notices take-back notice 1  done" in listed[0]
    older = said(shops, "log", "--before", listed[-1].split()[0]).splitlines()
    assert len(older) == 4
    page = shops.act(lambda tx: operator_page.page(tx, datetime.now(UTC)))
    assert "<td>devices revoke-key</td>" in page
    assert "김대리" in page


def test_reading_leaves_no_entry(shops: Process) -> None:
    for words in (("merchants", "list"), ("devices", "list"), ("money",), ("check",), ("log",)):
        said(shops, *words)
    assert logged(shops) == []


def test_what_was_refused_is_noted_as_refused_and_changes_nothing(shops: Process) -> None:
    assert typed(shops, "devices", "revoke", "000000000077").exit_code == 2
    assert typed(shops, "notices", "post", "", "x").exit_code == 2
    first, second = logged(shops)
    assert (first.what, first.was_refused) == ("notices post", True)
    assert (second.about, second.was_refused) == ("000000000077", True)
    assert said(shops, "notices", "list") == ""


def test_a_change_stands_with_its_entry_or_not_at_all(shops: Process) -> None:
    admin = Admin(shops.database, lambda: AT)

    def outcome(_: object) -> str:
        raise ValueError("the entry can't be written")

    with pytest.raises(AdminRefused):
        admin.write(Act("merchants add", "x", outcome), lambda tx: merchants.add(tx, "never there"))
    assert "never there" not in admin.list_merchants()
    assert [each.was_refused for each in logged(shops)] == [True]


def test_a_number_or_a_code_typed_by_mistake_is_not_kept(shops: Process) -> None:
    pan = PANS["rich"]
    code = "7K3M-0Q9A-ZZ11-PQRS"
    typed(shops, "cards", "stop", pan)
    typed(shops, "cards", "stop", " ".join(pan[n : n + 4] for n in range(0, 16, 4)))
    typed(shops, "cards", "stop", code)
    typed(shops, "cards", "stop", code.replace("-", ""))
    typed(shops, "--as", code, "cards", "stop", "ab" * 32)
    text = said(shops, "log")
    assert len(logged(shops)) == 5
    for secret in (pan, pan[:12], code, code.replace("-", ""), "ab" * 16):
        assert secret not in text
        assert secret not in str(logged(shops))


@pytest.mark.parametrize(
    "text",
    [
        "000100000001",
        "merchant 3, 000100000001",
        "counter_reused:rich:2026-11-25",
        "rates.toml: 2026-01-01, 2027-01-01",
    ],
)
def test_names_and_dates_are_kept_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_an_entry_is_one_harmless_line(shops: Process) -> None:
    shops.act(lambda tx: operator_log.add(tx, AT, "a\nb", "x\x1b[2J", "y" * 900, "done"))
    (entry,) = logged(shops)
    assert (entry.who, entry.what, len(entry.about)) == ("a b", "x [2J", 200)


def by_hand(database: Database, sql: str) -> None:
    if is_postgres(database):
        with psycopg.connect(str(database), autocommit=True) as connection:
            connection.execute(sql.encode())
    else:
        apsw.Connection(str(database)).execute(sql)


def test_nothing_changes_or_cuts_the_log(shops: Process) -> None:
    said(shops, "merchants", "add", "가게")
    for sql in ("UPDATE operator_log SET who = 'x'", "DELETE FROM operator_log"):
        with pytest.raises((apsw.Error, psycopg.Error), match="only added to"):
            by_hand(shops.database, sql)
    assert len(logged(shops)) == 1
    assert logged(shops)[0].who == operator_named("")


def test_two_merchants_at_one_number_at_once_and_one_is_told_whose_it_is(shops: Process) -> None:
    """Two connections, the second begun while the first has not committed."""
    wanted = 0x0005_0000_0001
    first, second = open_engine(shops.database), open_engine(shops.database)
    took, told = threading.Event(), list[object]()

    def slow() -> None:
        def job(tx: object) -> object:
            made = devices.new_code(tx, 1, AT, device=wanted)  # type: ignore[arg-type]
            took.set()
            threading.Event().wait(0.5)  # The other is at it by now.
            return made

        told.append(first.run_now(job))

    def late() -> None:
        took.wait(10)
        try:
            told.append(second.run_now(lambda tx: devices.new_code(tx, 2, AT, device=wanted)))
        except ValueError as error:
            told.append(error)

    threads = [threading.Thread(target=each) for each in (slow, late)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    code, refused = told
    assert isinstance(code, devices.NewCode)
    assert isinstance(refused, ValueError)
    assert "is merchant 1's" in str(refused)
    assert "가맹점 1의 것" in str(refused)
    count = first.run_now(
        lambda tx: list(
            tx.execute("SELECT merchant FROM enrolment_codes WHERE device = ?", (wanted,))
        )
    )
    assert [tuple(each) for each in count] == [(1,)]
    first.close()
    second.close()


def test_the_loser_hears_it_at_the_command_line_and_the_winner_may_ask_again(
    shops: Process,
) -> None:
    assert typed(shops, "devices", "code", "1", "--device", "000500000001").exit_code == 0
    lost = typed(shops, "devices", "code", "2", "--device", "000500000001")
    assert lost.exit_code == 2
    assert "is merchant 1's; leave --device out" in lost.stderr
    assert typed(shops, "devices", "code", "1", "--device", "000500000001").exit_code == 0
    assert typed(shops, "devices", "code", "1", "--device", f"{OTHER_DEVICE:012x}").exit_code == 2
    assert typed(shops, "devices", "code", "1", "--device", "0").exit_code == 2


def test_a_number_stays_whose_it_is_also_when_its_code_is_gone(shops: Process) -> None:
    said(shops, "devices", "code", "1", "--device", "000500000001")
    said(shops, "devices", "revoke", "000500000001")
    assert typed(shops, "devices", "code", "2", "--device", "000500000001").exit_code == 2
    free = said(shops, "devices", "code", "2").splitlines()[1]
    assert "000500000001" not in free


def fifth_version(database: Database) -> None:
    """Take away what the sixth version added, and the seventh, with a number given out by a code alone."""
    open_shops(database)
    Process(database).act(lambda tx: devices.new_code(tx, 2, AT, device=0x77))
    gone = ("device_numbers", "operator_log", "rule_versions", "rule_sources")
    gone += ("customer_codes", "channel_keys")
    if is_postgres(database):
        with psycopg.connect(str(database), autocommit=True) as connection:
            for name in gone:
                connection.execute(f"DROP TABLE {name}".encode())
            connection.execute("DROP FUNCTION operator_log_stays")
            connection.execute("UPDATE ledger_version SET version = 5")
        return
    opened = open_writer(Path(str(database)))
    for name in gone:
        opened.execute(f"DROP TABLE {name}")
    opened.pragma("user_version", 5)
    opened.close()


def test_a_database_of_the_fifth_version_keeps_whose_numbers_are_whose(database: Database) -> None:
    fifth_version(database)
    ledger = Process(database)
    numbers = ledger.act(
        lambda tx: sorted(
            tuple(each) for each in tx.execute("SELECT device, merchant FROM device_numbers")
        )
    )
    assert numbers == [(0x77, 2), (DEVICE, 1), (OTHER_DEVICE, 2)]
    assert typed(ledger, "devices", "code", "1", "--device", "77").exit_code == 2
    assert [each.what for each in logged(ledger)] == ["devices code"]


def test_a_refusal_is_noted_where_there_is_no_database_by_nobody(database: Database) -> None:
    assert typed_for(database, "devices", "revoke", "1").exit_code == 2
    if not is_postgres(database):
        assert not Path(str(database)).exists()
