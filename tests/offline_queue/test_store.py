"""The store on real files: what it promises, and what it does when the disk or a person does not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import apsw
import pytest

from offline_queue.store import SqliteStore
from pos.domain.errors import StoreDamaged, StoreUnavailable
from pos.domain.events import (
    DrawerOpened,
    SaleCompleted,
    SaleDropped,
    SaleRefunded,
    from_record,
    to_record,
)
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.offline import Exposure
from pos.domain.payment_events import Intended, OfflineApproved, Sent
from pos.domain.reconciliation import Comparison, DayAnswer, Difference, Sums, What
from pos.domain.record import LedgerHead
from pos.domain.refund import plan_refund
from pos.domain.sale import Sale, complete
from pos.domain.statement import Statement
from pos.domain.tender import ApprovalMode, take_cash
from pos.domain.won import Won
from pos.ports import Change, HotlistChange
from tests.fakes import DEVICE, NOON, PRODUCTS, good_card

ROOT = Path(__file__).resolve().parents[2]


def open_store(path: Path) -> SqliteStore:
    return SqliteStore(path, device=DEVICE, new_incarnation=lambda: 42)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = open_store(tmp_path / "terminal.db")
    yield opened
    await opened.close()


def an_id(sequence: int) -> TransactionId:
    return TransactionId(DEVICE, 42, sequence)


def offline(sequence: int, amount: int, mode: ApprovalMode) -> OfflineApproved:
    return OfflineApproved(
        an_id(sequence), an_id(1), Won(amount), good_card(), mode, "F1", Won(0), NOON
    )


async def test_what_was_committed_is_there_after_opening_again(tmp_path: Path) -> None:
    store = open_store(tmp_path / "terminal.db")
    sale = Sale(an_id(3), NOON).add(PRODUCTS[0])
    intended = Intended(an_id(4), sale, Won(1_500), NOON)
    await store.commit(Change(records=(to_record(intended),), draft=sale, feed_cursor="17"))
    await store.close()

    again = open_store(tmp_path / "terminal.db")
    assert [from_record(r) for r in await again.unfinished()] == [intended]
    assert await again.draft() == sale
    assert await again.feed_cursor() == "17"
    assert await again.last_sequence() == 4
    assert again.incarnation == 42
    await again.close()


async def test_a_failing_change_leaves_nothing_behind(store: SqliteStore) -> None:
    good = to_record(DrawerOpened("change", NOON))
    bad = to_record(DrawerOpened("x", NOON))
    object.__setattr__(bad, "kind", "no.such.kind")
    with pytest.raises(ValueError, match="unknown kind"):
        await store.commit(Change(records=(good, bad), feed_cursor="5"))
    assert await store.records() == ()
    assert await store.feed_cursor() == ""


async def test_dropping_a_sale_ends_its_payments_being_unfinished(store: SqliteStore) -> None:
    sale = Sale(an_id(1), NOON).add(PRODUCTS[0])
    intended = Intended(an_id(2), sale, Won(1_500), NOON)
    sent = Sent(an_id(2), an_id(1), good_card(), NOON)
    await store.commit(Change(records=(to_record(intended), to_record(sent))))
    assert len(await store.unfinished()) == 2
    await store.commit(Change(records=(to_record(SaleDropped(an_id(1), NOON)),)))
    assert await store.unfinished() == ()


async def test_the_backlog_counts_offline_payments_until_they_are_settled(
    store: SqliteStore,
) -> None:
    guaranteed = offline(2, 3_000, ApprovalMode.OFFLINE_GUARANTEED)
    at_risk = offline(3, 4_000, ApprovalMode.OFFLINE_AT_RISK)
    made = await store.commit(Change(records=(to_record(guaranteed), to_record(at_risk))))
    backlog = await store.backlog()
    assert (backlog.count, backlog.payments, backlog.amount) == (2, 2, Won(7_000))
    assert (backlog.at_risk, backlog.oldest_at) == (Won(4_000), NOON)
    card = good_card().card_ref
    exposure = await store.unsent_offline(card, NOON)
    assert exposure == Exposure(Won(7_000), Won(4_000), 2, NOON, recent=2)
    other = await store.unsent_offline("0" * 32, NOON)
    assert other == Exposure(Won(0), Won(4_000), 0, NOON)

    settled = (
        ForwardOutcome(made[0].sequence, ForwardStatus.ACCEPTED),
        ForwardOutcome(made[1].sequence, ForwardStatus.POISON, problem="?"),
    )
    await store.commit(Change(settled=settled))
    backlog = await store.backlog()
    assert (backlog.count, backlog.parked, backlog.amount) == (0, 1, Won(0))
    # Sent or not, a card's payments of the last hour count for how often it may pay.
    assert (await store.unsent_offline(card, NOON)).recent == 2
    assert (await store.unsent_offline(card, NOON + timedelta(seconds=1))).recent == 0
    assert await store.outbox(10) == ()


async def test_the_ledgers_last_word_on_a_day_is_kept_for_two_months_of_days(
    store: SqliteStore,
) -> None:
    first = date(2026, 11, 24)
    days = [first + timedelta(days=each) for each in range(70)]
    for day in days:
        statement = Statement("가게", day, day + timedelta(days=1), 1, sales=Won(1_000))
        sums = Sums(Won(1_000), Won(0))
        found = Difference(What.POSTED_ANOTHER_DAY, "ab" * 16, Won(1_000), Won(0), first)
        answer = DayAnswer(
            day, statement, NOON, Comparison(sums, sums, (found,)), NOON, {"ab" * 16: "1"}, 3
        )
        await store.commit(Change(day_answer=answer))

    assert await store.day_answer(days[-1]) == answer
    assert await store.day_answer(days[8]) is not None
    assert await store.day_answer(days[7]) is None


async def test_records_are_found_by_kind_and_by_time(store: SqliteStore) -> None:
    for hours in range(3):
        at = NOON + timedelta(hours=hours)
        await store.commit(Change(records=(to_record(DrawerOpened(str(hours), at)),)))
    found = await store.records_between(NOON, NOON + timedelta(hours=2))
    assert [record.body["why"] for record in found] == ["0", "1"]
    last = await store.last_record("drawer.opened")
    assert last is not None
    assert last.body["why"] == "2"
    assert [r.sequence for r in await store.records(("drawer.opened",), after=1)] == [2, 3]


async def test_receipt_numbers_go_on_where_the_day_stopped(store: SqliteStore) -> None:
    day = date(2026, 11, 24)
    assert await store.next_receipt_number(day) == "20261124-0001"
    assert await store.next_receipt_number(day) == "20261124-0002"
    assert await store.next_receipt_number(day + timedelta(days=1)) == "20261125-0001"


async def test_the_journal_can_not_be_changed_by_sql(tmp_path: Path) -> None:
    store = open_store(tmp_path / "terminal.db")
    await store.commit(Change(records=(to_record(DrawerOpened("x", NOON)),)))
    await store.close()
    connection = apsw.Connection(str(tmp_path / "terminal.db"))
    for statement in ("UPDATE journal SET body = ''", "DELETE FROM journal"):
        with pytest.raises(apsw.ConstraintError, match="only grows"):
            connection.execute(statement)
    connection.close()


async def test_verify_names_the_record_that_someone_changed(tmp_path: Path) -> None:
    store = open_store(tmp_path / "terminal.db")
    for name in "abc":
        await store.commit(Change(records=(to_record(DrawerOpened(name, NOON)),)))
    assert await store.verify() == 3
    await store.close()
    connection = apsw.Connection(str(tmp_path / "terminal.db"))
    connection.execute("DROP TRIGGER journal_keeps_its_words")
    connection.execute("UPDATE journal SET body = replace(body, 'b', 'z') WHERE sequence = 2")
    connection.close()

    damaged = open_store(tmp_path / "terminal.db")
    with pytest.raises(StoreDamaged, match="record 2"):
        await damaged.verify()
    await damaged.close()


async def test_a_second_terminal_on_the_same_file_is_refused(
    store: SqliteStore, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnavailable, match="already running"):
        open_store(tmp_path / "terminal.db")


async def test_another_terminals_file_is_refused(tmp_path: Path) -> None:
    await open_store(tmp_path / "terminal.db").close()
    with pytest.raises(StoreUnavailable, match="another terminal"):
        SqliteStore(tmp_path / "terminal.db", device=9, new_incarnation=lambda: 1)


async def test_a_bit_flipped_in_the_names_of_its_columns_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    await open_store(path).close()
    content = path.read_bytes()
    at = content.index(b'"parked"')
    path.write_bytes(content[: at + 1] + b"q" + content[at + 2 :])
    store = open_store(path)
    with pytest.raises(StoreDamaged):
        await store.outbox(1)
    await store.close()


async def test_a_file_that_is_no_database_is_damaged_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreDamaged):
        open_store(path)
    assert path.read_bytes().startswith(b"not a database")


async def test_a_full_disk_refuses_the_change_and_keeps_the_rest(store: SqliteStore) -> None:
    await store.commit(Change(records=(to_record(DrawerOpened("kept", NOON)),)))
    pages = await store.run(lambda: store._db.execute_sql("PRAGMA page_count").fetchone()[0])
    await store.run(lambda: store._db.execute_sql(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreUnavailable, match="disk full"):
        await store.commit(Change(records=(to_record(DrawerOpened("x" * 50_000, NOON)),)))
    assert await store.verify() == 1


WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from offline_queue.store import SqliteStore
from pos.domain.events import DrawerOpened, to_record
from pos.ports import Change

async def main():
    store = SqliteStore(Path(sys.argv[1]), device=1, new_incarnation=lambda: 1)
    while True:
        event = DrawerOpened("x", datetime.now(UTC))
        made = await store.commit(Change(records=(to_record(event), to_record(event))))
        print(made[-1].sequence, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("attempt", range(5))
async def test_after_kill_9_every_acknowledged_record_is_there_and_none_is_half(
    tmp_path: Path, attempt: int
) -> None:
    path = tmp_path / "terminal.db"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert writer.stdout is not None
    acknowledged = 0
    for _ in range(20 + attempt * 7):
        acknowledged = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read().split()
    acknowledged = max([acknowledged, *(int(n) for n in rest)])
    writer.wait()

    store = SqliteStore(path, device=1, new_incarnation=lambda: 2)
    count = await store.verify()
    assert count >= acknowledged
    assert count % 2 == 0  # Both records of a change, or none.
    assert store.incarnation == 1
    await store.close()


async def test_a_process_that_ends_by_an_error_is_no_damage(tmp_path: Path) -> None:
    """Whoever lets the file go on the way out does not take the log along."""
    path = tmp_path / "terminal.db"
    failing = WRITER.replace("    while True:\n", "    for _ in range(3):\n")
    failing = failing.replace("asyncio.run(main())", "asyncio.run(main())\nraise SystemError")
    ended = subprocess.run(
        [sys.executable, "-c", failing, str(path)], capture_output=True, cwd=ROOT, check=False
    )
    assert b"SystemError" in ended.stderr

    store = SqliteStore(path, device=1, new_incarnation=lambda: 2)

    assert (await store.verify(), store.incarnation) == (6, 1)
    await store.close()
    assert not Path(f"{path}-wal").exists()


async def test_many_commits_at_once_keep_one_unbroken_chain(store: SqliteStore) -> None:
    event = to_record(DrawerOpened("x", NOON))
    await asyncio.gather(*(store.commit(Change(records=(event,))) for _ in range(50)))
    assert await store.verify() == 50


async def test_a_report_reads_while_the_terminal_sells_and_can_not_write(
    store: SqliteStore, tmp_path: Path
) -> None:
    event = to_record(DrawerOpened("x", NOON))
    await store.commit(Change(records=(event,)))
    path = tmp_path / "terminal.db"
    reader = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 1, read_only=True)
    assert await reader.verify() == 1
    with pytest.raises(StoreUnavailable, match="read-only"):
        await reader.commit(Change(records=(event,)))
    await reader.close()
    await store.commit(Change(records=(event,)))


def test_a_report_on_a_terminal_that_never_sold_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no sale record yet"):
        SqliteStore(tmp_path / "x.db", device=1, new_incarnation=lambda: 1, read_only=True)


async def a_receipt(store: SqliteStore, number: str) -> None:
    from pos.domain.events import SaleCompleted
    from pos.domain.sale import complete
    from pos.domain.tender import take_cash

    sale = Sale(an_id(1), NOON).add(PRODUCTS[0])
    paid = sale.with_tender(take_cash(sale.total, sale.total))
    record = complete(paid, receipt_number=number, at=NOON)
    await store.commit(Change(records=(to_record(SaleCompleted(record, NOON)),)))


async def test_receipt_numbers_pass_ten_thousand_over_a_restart(tmp_path: Path) -> None:
    store = open_store(tmp_path / "terminal.db")
    for number in ("20261124-9999", "20261124-10000"):
        await a_receipt(store, number)
    await store.close()
    again = open_store(tmp_path / "terminal.db")
    assert await again.next_receipt_number(date(2026, 11, 24)) == "20261124-10001"
    await again.close()


def counting() -> object:
    numbers = iter(range(100, 200))
    return lambda: next(numbers)


@pytest.mark.parametrize("hot", [False, True], ids=["an earlier copy", "a copy made while it ran"])
async def test_a_copy_put_back_gets_a_new_incarnation_and_its_chain_still_verifies(
    tmp_path: Path, hot: bool
) -> None:
    import shutil

    path, copy = tmp_path / "terminal.db", tmp_path / "copy.db"
    make = counting()

    def reopen() -> SqliteStore:
        return SqliteStore(path, device=DEVICE, new_incarnation=make)  # type: ignore[arg-type]

    event = to_record(DrawerOpened("x", NOON))
    store = reopen()
    first = store.incarnation
    await store.commit(Change(records=(event,)))
    await store.run(lambda: store._db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)"))
    if hot:
        shutil.copy(path, copy)
    await store.close()
    if not hot:
        shutil.copy(path, copy)
    store = reopen()
    assert store.incarnation == first
    await store.commit(Change(records=(event, event)))
    await store.close()

    for leftover in tmp_path.glob("terminal.db-*"):
        leftover.unlink()
    path.unlink()
    shutil.copy(copy, path)
    restored = reopen()
    assert restored.incarnation != first
    made = await restored.commit(Change(records=(event,)))
    assert made[0].incarnation == restored.incarnation
    assert await restored.verify() == 2
    await restored.close()
    again = reopen()
    assert again.incarnation == restored.incarnation
    await again.close()


async def test_a_database_that_forgot_all_its_openings_is_a_copy_too(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    make = counting()
    store = SqliteStore(path, device=DEVICE, new_incarnation=make)  # type: ignore[arg-type]
    first = store.incarnation
    # As when a flipped bit makes SQLite read its log up to the first minute alone.
    await store.run(
        lambda: store._db.execute_sql("DELETE FROM meta WHERE key = 'opening'"), write=True
    )
    await store.close()
    again = SqliteStore(path, device=DEVICE, new_incarnation=make)  # type: ignore[arg-type]
    assert again.incarnation != first
    assert again.is_copy
    await again.close()


async def test_a_report_beside_the_till_leaves_its_incarnation_alone(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    store = open_store(path)
    SqliteStore(path, device=DEVICE, new_incarnation=lambda: 7, read_only=True)
    await store.close()
    again = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 8)
    assert again.incarnation == 42
    await again.close()


async def test_a_sale_is_found_by_its_receipt_number_with_all_that_became_of_it(
    store: SqliteStore,
) -> None:
    paid = Sale(an_id(1), NOON).add(PRODUCTS[0]).with_tender(take_cash(Won(1_500), Won(1_500)))
    done = complete(paid, receipt_number="20261124-0007", at=NOON)
    refund = plan_refund(
        done,
        (),
        None,
        refund_id=an_id(5),
        next_id=lambda: an_id(6),
        receipt_number="20261124-0008",
        at=NOON,
    )
    other = replace(done, id=an_id(2), receipt_number="20261124-0009")
    events = (SaleCompleted(done, NOON), SaleCompleted(other, NOON), SaleRefunded(refund, NOON))
    made = await store.commit(Change(records=tuple(to_record(event) for event in events)))
    assert await store.find_sale("20261124-0007") == made[0]
    assert await store.find_sale("20261124-0010") is None
    assert await store.sale_records(an_id(1)) == (made[0], made[2])
    assert await store.latest_records(("sale.completed",), 5) == (made[1], made[0])
    assert await store.latest_records(("sale.completed",), 1) == (made[1],)


async def test_a_refunds_slip_takes_its_number_from_the_same_row_as_the_sales(
    tmp_path: Path,
) -> None:
    first = open_store(tmp_path / "terminal.db")
    paid = Sale(an_id(1), NOON).add(PRODUCTS[0]).with_tender(take_cash(Won(1_500), Won(1_500)))
    day = NOON.date()
    done = complete(paid, receipt_number=await first.next_receipt_number(day), at=NOON)
    refund = plan_refund(
        done,
        (),
        None,
        refund_id=an_id(5),
        next_id=lambda: an_id(6),
        receipt_number=await first.next_receipt_number(day),
        at=NOON,
    )
    events = (SaleCompleted(done, NOON), SaleRefunded(refund, NOON))
    await first.commit(Change(records=tuple(to_record(event) for event in events)))
    await first.close()
    again = open_store(tmp_path / "terminal.db")
    assert await again.next_receipt_number(day) == "20261124-0003"
    await again.close()


async def test_stopped_cards_and_the_ledgers_head_outlive_a_restart(tmp_path: Path) -> None:
    first = open_store(tmp_path / "terminal.db")
    stops = (HotlistChange("a" * 32, stopped=True), HotlistChange("b" * 32, stopped=True))
    head = LedgerHead(DEVICE, 42, 1, "0" * 64, 1, NOON, "ab" * 64)
    await first.commit(Change(hotlist=stops, ledger_head=head))
    await first.commit(Change(hotlist=(HotlistChange("a" * 32, stopped=False),)))
    await first.close()
    again = open_store(tmp_path / "terminal.db")
    assert await again.hotlist() == {"b" * 32}
    assert await again.ledger_head() == head
    await again.close()
