"""What is the customer's own of an order leaves the file, its free pages and its log; the journal stays whole."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from offline_queue.audit import audit
from offline_queue.device_key import PUBLIC_NAME, public_keys
from offline_queue.store import SqliteStore
from pos.domain.errors import StoreUnavailable
from pos.domain.order import OrderState
from pos.ports import FeedItem, FeedPage
from pos.services.erase_orders import EraseOrders
from pos.services.follow_feed import FollowFeed
from pos.services.handle_orders import OrderDesk
from pos.services.hotlist import Hotlist
from pos.services.ids import IdSource
from pos.services.line import Line
from pos.services.news import NewsDesk
from tests.fakes import DEVICE, FixedClock, ScriptedLedger, Waker, catalogue
from tests.pos.services.test_orders_and_feed import an_order

SECRETS = ("현관비번4821", "청천동770번지", "0503-****-9911", "초인종누르지마세요")
AFTER = timedelta(hours=24)


class Desk:
    """A till's orders over a real file."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, FixedClock()
        self.store = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 7)
        ids = IdSource(device=DEVICE, incarnation=7, last_sequence=0)
        waker = Waker()
        self.orders = OrderDesk(
            store=self.store, spool=waker, sync=waker, ids=ids, clock=self.clock
        )
        self.feed = FollowFeed(
            ledger=ScriptedLedger(),
            store=self.store,
            orders=self.orders,
            hotlist=Hotlist(),
            catalogue=catalogue(),
            news=NewsDesk(),
            line=Line(self.clock.now()),
            sync=waker,
            spool=waker,
            clock=self.clock,
            salt=lambda: "5a" * 16,
            wait_ms=0,
        )
        self.eraser = EraseOrders(
            store=self.store, orders=self.orders, clock=self.clock, after=AFTER
        )

    async def receive(self, *numbers: str) -> None:
        note, place, phone, ring = SECRETS
        items = tuple(
            FeedItem(
                "order.placed",
                order=replace(
                    an_order(number),
                    shop_note=f"{note} {number}",
                    rider_note=ring,
                    address_masked=place,
                    phone_masked=phone,
                ),
            )
            for number in numbers
        )
        await self.feed._take_in("", FeedPage(numbers[-1], items))

    async def serve(self, *numbers: str) -> None:
        await self.receive(*numbers)
        for number in numbers:
            key = f"baedal-eum:{number}"
            await self.orders.accept(key)
            await self.orders.move(key, OrderState.DELIVERED)

    def found(self) -> dict[str, set[str]]:
        """Return which words stand in which file, byte for byte."""
        files = [Path(f"{self.path}{end}") for end in ("", "-wal")]
        raw = {file.name: file.read_bytes() for file in files if file.exists()}
        return {
            name: {word for word in SECRETS if word.encode() in data} for name, data in raw.items()
        }


async def test_words_are_kept_while_they_are_needed_and_survive_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "terminal.db")
    await desk.receive("A1")
    await desk.store.close()
    again = Desk(tmp_path / "terminal.db")
    await again.orders.load()
    (order,) = again.orders.recent()
    assert order.shop_note == f"{SECRETS[0]} A1"
    await again.store.close()


async def test_no_byte_of_them_is_left_in_file_free_pages_or_log(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "terminal.db")
    await desk.serve(*(f"A{n:03d}" for n in range(60)))
    await desk.receive("OPEN")
    held = desk.found()
    assert set(SECRETS) <= held["terminal.db"] | held["terminal.db-wal"]  # The scan finds them.

    assert await desk.eraser.erase() == 0  # Not due yet.
    desk.clock.time += AFTER
    assert await desk.eraser.erase() == 60
    words = await desk.store.personal()
    assert [each.order_key for each in words] == ["baedal-eum:OPEN"]  # Of an open order they stay.

    desk.clock.time += timedelta(days=2)
    assert await desk.eraser.erase() == 1
    assert desk.found() == {"terminal.db": set(), "terminal.db-wal": set()}
    assert all(order.shop_note == "" for order in desk.orders.recent())
    await desk.store.close()
    result = audit(desk.path, public_keys(tmp_path / PUBLIC_NAME))
    assert result.count == 61 + 2 * 60 + 61


async def test_the_journal_never_held_them_and_its_commitment_fits(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "terminal.db")
    await desk.receive("A1")
    (record,) = await desk.store.records(("order.received",))
    (words,) = await desk.store.personal()
    assert not any(word in json.dumps(record.body, ensure_ascii=False) for word in SECRETS)
    assert record.body["personal"] == words.commitment
    await desk.store.close()


async def test_a_reader_in_the_way_only_puts_it_off(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "terminal.db")
    await desk.serve("A1")
    desk.clock.time += AFTER
    reader = apsw.Connection(str(desk.path), flags=apsw.SQLITE_OPEN_READONLY)
    reader.execute("BEGIN; SELECT count(*) FROM journal").fetchall()
    await desk.eraser.erase()
    assert desk.found()["terminal.db-wal"]  # It is still in the log.
    reader.close()
    await desk.eraser.erase()
    assert desk.found() == {"terminal.db": set(), "terminal.db-wal": set()}
    await desk.store.close()


async def test_a_kill_after_the_log_was_emptied_is_no_alarm(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "terminal.db")
    await desk.serve("A1")
    desk.clock.time += AFTER
    await desk.eraser.erase()
    desk.store._let_go()  # As a killed process leaves it: never closed.
    await asyncio.sleep(0)
    again = Desk(tmp_path / "terminal.db")
    assert not again.store.is_copy
    assert await again.store.verify() == 4
    await again.store.close()


@pytest.mark.parametrize(
    "spoilt",
    [
        "replace(body, 'shop_note', 'shop_nkte')",
        "CAST(CAST(substr(body, 1, 20) AS BLOB) || X'A0' || substr(body, 22) AS TEXT)",
    ],
)
async def test_words_that_the_disk_has_spoilt_stop_no_start_and_are_not_shown(
    tmp_path: Path, spoilt: str
) -> None:
    desk = Desk(tmp_path / "terminal.db")
    await desk.receive("A1", "A2")
    await desk.store.run(
        lambda: desk.store._rows.run(
            f"UPDATE order_personal SET body = {spoilt} WHERE order_key LIKE '%A1'"
        ),
        write=True,
    )
    await desk.store.run(
        lambda: desk.store._rows.run(
            "UPDATE order_personal SET body = replace(body, '4821', '4822')"
            " WHERE order_key LIKE '%A2'"
        ),
        write=True,
    )
    await desk.orders.load()
    assert [each.shop_note for each in desk.orders.recent()] == ["", ""]
    assert await desk.eraser.erase() == 1  # What can't be read is of no use to anyone.
    await desk.store.close()


async def test_a_disk_that_fails_while_the_log_is_emptied_stops_the_store(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "terminal.db")
    await desk.serve("A1")
    desk.clock.time += AFTER

    def broken(*_: object) -> bool:
        raise apsw.IOError("disk I/O error")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("offline_queue.store.scrub", broken)
        with pytest.raises(StoreUnavailable):
            await desk.eraser.erase()
    with pytest.raises(StoreUnavailable):
        await desk.receive("A2")  # Nobody knows what reached the disk.
    await desk.store.close()
