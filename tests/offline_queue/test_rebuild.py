"""The projections, dropped and made anew, are what the running terminal had."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import apsw
from hypothesis import given, settings
from hypothesis import strategies as some

from offline_queue.rebuild import rebuild
from offline_queue.store import SqliteStore
from pos.domain.events import DrawerOpened, Event, SaleCompleted, SaleDropped, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import Intended, Sent
from pos.domain.sale import Sale, complete
from pos.domain.shift import CashCounted, CloseUndone, ShiftClosed
from pos.domain.tender import take_cash
from pos.domain.won import Won
from pos.ports import Change
from tests.fakes import DEVICE, NOON, PRODUCTS, good_card

Acts = list[tuple[str, int]]
ACTS = some.lists(
    some.tuples(
        some.sampled_from(
            ["intend", "send", "complete", "drop", "drawer", "draft", "clear", "close", "undo"]
        ),
        some.integers(1, 5),
    ),
    max_size=25,
)


def sale_of(number: int) -> Sale:
    return Sale(TransactionId(DEVICE, 42, 10 * number), NOON).add(PRODUCTS[0])


def event_of(act: str, number: int) -> Event:
    sale, payment = sale_of(number), TransactionId(DEVICE, 42, 10 * number + 1)
    match act:
        case "intend":
            return Intended(payment, sale, Won(1_500), NOON)
        case "send":
            return Sent(payment, sale.id, good_card(), NOON)
        case "complete":
            paid = sale.with_tender(take_cash(sale.total, sale.total))
            return SaleCompleted(complete(paid, receipt_number="20261124-0001", at=NOON), NOON)
        case "drop":
            return SaleDropped(sale.id, NOON)
        case "close":
            count = CashCounted((), Won(0), "A", NOON)
            return ShiftClosed(number, NOON.date(), 0, Won(0), Won(0), count, "A", NOON)
        case "undo":
            return CloseUndone(number, number, "wrong", "A", NOON)
        case _:
            return DrawerOpened("change", NOON)


def projections(path: Path) -> tuple[object, ...]:
    connection = apsw.Connection(str(path))
    try:
        sales = connection.execute("SELECT sale FROM open_payment_sale ORDER BY sale").fetchall()
        last = connection.execute("SELECT value FROM meta WHERE key='last_sequence'").fetchall()
        shift = connection.execute("SELECT value FROM meta WHERE key='shift_after'").fetchall()
        return sales, last, shift
    finally:
        connection.close()


def remade(path: Path) -> tuple[object, ...]:
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM open_payment_sale; INSERT INTO open_payment_sale VALUES ('x')")
    connection.execute("UPDATE meta SET value = '1' WHERE key IN ('last_sequence', 'shift_after')")
    rebuild(connection)
    connection.close()
    return projections(path)


async def live(path: Path, acts: Acts) -> None:
    store = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 42)
    for act, number in acts:
        match act:
            case "draft":
                # A draft's id is drawn, and stands in the journal before another's can be higher.
                change = Change(
                    records=(to_record(event_of("intend", number)),), draft=sale_of(number)
                )
            case "clear":
                change = Change(clear_draft=True)
            case _:
                change = Change(records=(to_record(event_of(act, number)),))
        await store.commit(change)
    await store.close()


@settings(max_examples=40, deadline=None)
@given(ACTS)
def test_rebuilt_is_what_was_live_after_any_day(acts: Acts) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "terminal.db"
        asyncio.run(live(path, acts))
        was = projections(path)
        assert remade(path) == was


async def test_the_id_of_a_draft_still_open_counts(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    store = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 42)
    await store.commit(Change(draft=sale_of(7)))
    await store.close()
    assert remade(path) == ([], [("70",)], [])
