"""People and the open shift are in the database, durable, and not in a journal made before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from offline_queue.rebuild import rebuild
from offline_queue.store import SqliteStore
from pos.domain.events import DrawerOpened, SaleCompleted, from_record, to_record
from pos.domain.people import Person, Role
from pos.domain.shift import CashCounted, CloseUndone, ShiftClosed
from pos.domain.won import Won
from pos.ports import Change
from pos.services.begin_counting import begin_counting
from tests.fakes import DEVICE, NOON, FixedClock

COUNT = CashCounted((), Won(0), "김사장", NOON)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "terminal.db", device=DEVICE, new_incarnation=lambda: 42)
    yield made
    await made.close()


def closed(after: int) -> ShiftClosed:
    return ShiftClosed(1, NOON.date(), after, Won(0), Won(0), COUNT, "김사장", NOON)


async def test_people_come_back_as_they_were_last_put(tmp_path: Path, store: SqliteStore) -> None:
    person = Person(1, "김사장", Role.MANAGER, "$argon2id$x")
    await store.commit(Change(people=(person, Person(2, "이하늘", Role.CASHIER, "h"))))
    locked = replace(person, tries=5, locked_until=NOON + timedelta(minutes=1))
    await store.commit(Change(people=(locked,)))
    assert {each.number: each for each in await store.people()}[1] == locked
    beside = SqliteStore(
        tmp_path / "terminal.db", device=DEVICE, new_incarnation=lambda: 42, read_only=True
    )
    assert len(await beside.people()) == 2  # Durable, whatever becomes of the process.
    await beside.close()


async def test_the_open_shift_begins_behind_the_last_close_and_before_an_undone_one(
    store: SqliteStore,
) -> None:
    assert await store.shift_after() == 0
    await store.commit(Change(records=(to_record(DrawerOpened("x", NOON)),)))
    await store.commit(Change(records=(to_record(closed(0)),)))
    assert await store.shift_after() == 2
    await store.commit(Change(records=(to_record(closed(2)),)))
    assert await store.shift_after() == 3
    undone = CloseUndone(2, 2, "wrong", "김사장", NOON)
    await store.commit(Change(records=(to_record(undone),)))
    assert await store.shift_after() == 2
    await store.run(lambda: rebuild(store._db.connection()), write=False)
    assert await store.shift_after() == 2


async def test_a_journal_from_before_there_were_shifts_is_in_none(store: SqliteStore) -> None:
    clock = FixedClock()
    for _ in range(3):
        await store.commit(Change(records=(to_record(DrawerOpened("x", NOON)),)))
    await begin_counting(store, clock)
    assert await store.shift_after() == 4
    await begin_counting(store, clock)
    assert len(await store.records()) == 4
    await store.run(lambda: rebuild(store._db.connection()), write=False)
    assert await store.shift_after() == 4


async def test_records_from_before_there_were_people_still_read(store: SqliteStore) -> None:
    new = to_record(DrawerOpened("change", NOON))
    body = {key: value for key, value in new.body.items() if key not in ("by", "allowed_by")}
    [record] = await store.commit(Change(records=(replace(new, body=body),)))
    assert from_record(record) == DrawerOpened("change", NOON)
    assert await store.verify() == 1


def test_a_sale_from_before_there_were_people_has_nobody() -> None:
    from pos.domain.codec import decode, encode
    from pos.domain.identifiers import TransactionId
    from pos.domain.sale import Sale, complete
    from pos.domain.tender import take_cash
    from tests.fakes import PRODUCTS

    sale = Sale(TransactionId(DEVICE, 1, 1), NOON).add(PRODUCTS[0])
    paid = sale.with_tender(take_cash(sale.total, sale.total))
    event = SaleCompleted(complete(paid, receipt_number="20261124-0001", at=NOON), NOON)
    body = encode(event)
    assert isinstance(body, dict)
    inner = body["sale"]
    assert isinstance(inner, dict)
    del inner["by"]
    assert decode(SaleCompleted, body).sale.by == ""
