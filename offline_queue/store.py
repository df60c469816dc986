"""The Store port on SQLite: one thread, one writer, durable before it answers. Never on the event loop.

After a disk error it is unknown what reached the disk, and asking again could be told a lie, so the
store refuses everything until the terminal starts anew (DESIGN 6).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TextIO, TypeVar

from offline_queue.cash_numbers import read_due
from offline_queue.device_key import Signer, device_key
from offline_queue.erasing import read_personal, scrub
from offline_queue.names import OFFLINE
from offline_queue.opening import (
    READ_ONLY,
    close_database,
    hold,
    is_disk_fault,
    open_database,
    store_errors,
)
from offline_queue.print_jobs import PrintJobRows
from offline_queue.rows import (
    DAY_ANSWER,
    LEDGER_HEAD,
    NEWS,
    SHIFT_AFTER,
    Rows,
    from_us,
    to_us,
    total,
)
from offline_queue.transaction import writing
from pos.domain import record as records
from pos.domain.business_day import day_bounds
from pos.domain.catalogue import CatalogueChange, Product
from pos.domain.codec import decode
from pos.domain.errors import StoreDamaged, StoreMissing, StoreUnavailable
from pos.domain.identifiers import TransactionId
from pos.domain.news import News
from pos.domain.offline import Exposure
from pos.domain.order_personal import Personal
from pos.domain.people import Person
from pos.domain.reconciliation import DayAnswer
from pos.domain.record import FIRST_PREVIOUS, ChainBroken, LedgerHead, Record
from pos.domain.sale import Sale
from pos.domain.tax import TaxKind
from pos.domain.won import Won
from pos.ports import Backlog, CashReceiptDue, Change

T = TypeVar("T")
VERIFY_STEP = 2_000  # Records held in memory at a time while the chain is checked.


class SqliteStore:
    """The terminal's database file."""

    def __init__(
        self,
        path: Path,
        *,
        device: int,
        new_incarnation: Callable[[], int],
        read_only: bool = False,
        signer: Signer | None = None,
        vfs: str | None = None,
    ) -> None:
        """Open the file, in the calling thread: before the screens, where waiting is right.

        Args:
            path: the database; made if it is not there, unless `read_only`.
            device: this terminal's number; another terminal's file is refused.
            new_incarnation: 32 random bits for a new file.
            read_only: for reports, also while the terminal sells; every commit is refused.
            signer: signs each record; None is the device's key, beside the file, made if missing.
            vfs: another disk than the machine's; see `open_database`.

        Raises:
            StoreUnavailable, StoreDamaged, KeyUnusable: it can't be sold on.
        """
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._path = path
        self._failed = ""
        self._held: TextIO | None = None
        try:
            with store_errors():
                if read_only and not path.exists():
                    raise StoreMissing(path=path.name)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._held = None if read_only else hold(path)
                if signer is None and not read_only:
                    signer = device_key(path.parent)

                def connect() -> None:
                    opened = open_database(
                        path,
                        device=device,
                        new_incarnation=new_incarnation,
                        read_only=read_only,
                        vfs=vfs,
                    )
                    self._db, self.incarnation = opened.database, opened.incarnation
                    self.is_copy = opened.is_copy

                self._thread.submit(connect).result()
        except BaseException:
            self._let_go()
            raise
        self.signer = signer
        self._rows = Rows(self._db, device=device, incarnation=self.incarnation, signer=signer)
        self.print_jobs = PrintJobRows(self._rows)
        self._receipt_day: date | None = None
        self._receipt_count = 0

    async def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        close = (
            self._db.close if self._held is None else partial(close_database, self._db, self._path)
        )
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, close)
        finally:
            self._let_go()

    def _let_go(self) -> None:
        self._thread.shutdown()
        if self._held is not None:
            self._held.close()

    async def run(self, work: Callable[[], T], *, write: bool = False) -> T:
        """Do work in the store's thread, in one durable transaction if it writes.

        Raises:
            StoreUnavailable, StoreDamaged: nothing of it stands.
        """
        if self._failed:
            raise StoreUnavailable(reason=self._failed)
        if write and self._held is None:
            raise StoreUnavailable(reason=READ_ONLY)

        def guarded() -> T:
            with store_errors():
                if not write:
                    return work()
                with writing(self._db):
                    return work()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)
        except StoreUnavailable as error:
            if write and is_disk_fault(error):
                self._failed = str(error.facts["reason"])
            raise

    async def commit(self, change: Change) -> tuple[Record, ...]:
        """Write a change durably; see the port."""
        return await self.run(lambda: self._rows.write(change), write=True)

    async def last_sequence(self) -> int:
        """Return the highest transaction sequence that was ever written."""
        return await self.run(lambda: int(self._rows.get("last_sequence", "0")))

    async def unfinished(self) -> tuple[Record, ...]:
        """Return the payment records of sales that are still open."""
        clause = (
            "WHERE sale IN (SELECT sale FROM open_payment_sale) "
            "AND kind GLOB 'payment.*' ORDER BY sequence"
        )
        return await self.run(lambda: self._rows.read(clause))

    async def draft(self) -> Sale | None:
        """Return the open sale as last saved."""
        text = await self.run(lambda: self._rows.get("draft"))
        return decode(Sale, json.loads(text)["sale"]) if text else None

    async def records(
        self, kinds: Sequence[str] = (), *, after: int = 0, limit: int = 1_000
    ) -> tuple[Record, ...]:
        """Return records in order, of these kinds, past a sequence."""
        marks = ",".join("?" * len(kinds))
        of_kind = f"AND kind IN ({marks})" if kinds else ""
        clause = f"WHERE sequence > ? {of_kind} ORDER BY sequence LIMIT ?"
        return await self.run(lambda: self._rows.read(clause, after, *kinds, limit))

    async def records_between(
        self, start: datetime, end: datetime, kinds: Sequence[str] = ()
    ) -> tuple[Record, ...]:
        """Return the records written in [start, end), of these kinds."""
        of_kind = f"AND kind IN ({','.join('?' * len(kinds))})" if kinds else ""
        clause = f"WHERE at_us >= ? AND at_us < ? {of_kind} ORDER BY sequence"
        return await self.run(lambda: self._rows.read(clause, to_us(start), to_us(end), *kinds))

    async def last_record(self, kind: str) -> Record | None:
        """Return the newest record of a kind."""
        found = await self.latest_records((kind,), 1)
        return found[0] if found else None

    async def latest_records(
        self, kinds: Sequence[str], limit: int, *, before: int | None = None, holding: str = ""
    ) -> tuple[Record, ...]:
        """Return the newest records of these kinds, newest first; see the port."""
        clause, values = f"WHERE kind IN ({','.join('?' * len(kinds))})", list[object](kinds)
        if before is not None:
            clause, values = f"{clause} AND sequence < ?", [*values, before]
        if holding:
            clause, values = f"{clause} AND instr(body, ?)", [*values, holding]
        clause += " ORDER BY sequence DESC LIMIT ?"
        return await self.run(lambda: self._rows.read(clause, *values, limit))

    async def sale_records(self, sale_id: TransactionId) -> tuple[Record, ...]:
        """Return every record of a sale, in order."""
        clause = "WHERE sale = ? ORDER BY sequence"
        return await self.run(lambda: self._rows.read(clause, sale_id.hex))

    async def find_sale(self, receipt_number: str) -> Record | None:
        """Return the finished sale with this receipt number."""
        named = "kind = 'sale.completed' AND json_extract(body, '$.sale.receipt_number') = ?"
        newest = f"{named} ORDER BY sequence DESC LIMIT 1"
        try:  # The number begins with its day: one day's records are read, not years of them.
            day = datetime.strptime(receipt_number[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day.
        except ValueError:
            return None
        start, end = (to_us(each) for each in day_bounds(day))
        of_day = f"WHERE at_us >= ? AND at_us < ? AND +{newest}"
        found = await self.run(lambda: self._rows.read(of_day, start, end, receipt_number))
        if not found:  # The clock was set between the number and the record.
            found = await self.run(lambda: self._rows.read(f"WHERE {newest}", receipt_number))
        return found[0] if found else None

    async def next_receipt_number(self, day: date) -> str:
        """Return the next number of a business day; one that was not used leaves a gap."""
        if day != self._receipt_day:
            self._receipt_count = await self.run(lambda: self._receipts_on(day))
            self._receipt_day = day
        self._receipt_count += 1
        return f"{day:%Y%m%d}-{self._receipt_count:04d}"

    def _receipts_on(self, day: date) -> int:
        start, end = day_bounds(day)
        rows = self._rows.run(
            "SELECT max(CAST(substr(coalesce(json_extract(body, '$.sale.receipt_number'), "
            "json_extract(body, '$.refund.receipt_number')), 10) AS INTEGER)) "
            "FROM journal "
            "WHERE kind IN ('sale.completed', 'sale.refunded') AND at_us >= ? AND at_us < ?",
            to_us(start),
            to_us(end),
        )
        return total(rows)

    async def outbox(self, limit: int, *, after: int = 0) -> tuple[Record, ...]:
        """Return the oldest records still to be forwarded, past a sequence."""
        clause = (
            "WHERE sequence IN (SELECT sequence FROM outbox WHERE parked = 0 AND sequence > ? "
            "ORDER BY sequence LIMIT ?) ORDER BY sequence"
        )
        return await self.run(lambda: self._rows.read(clause, after, limit))

    async def backlog(self) -> Backlog:
        """Return what is still to be forwarded."""
        return await self.run(self._backlog)

    def _backlog(self) -> Backlog:
        count, oldest, payments, amount, at_risk = self._rows.run(
            "SELECT count(*), min(sequence), coalesce(sum(amount > 0), 0), "
            "coalesce(sum(amount), 0), coalesce(sum(amount * at_risk), 0) "
            "FROM outbox WHERE parked = 0"
        ).fetchone()
        parked = total(self._rows.run("SELECT count(*) FROM outbox WHERE parked = 1"))
        oldest_at = self._written_at(oldest)
        return Backlog(count, oldest_at, payments, Won(amount), Won(at_risk), parked)

    def _written_at(self, sequence: int | None) -> datetime | None:
        """Return when a record was written, without reading it: the screen asks every second."""
        row = self._rows.run("SELECT at_us FROM journal WHERE sequence = ?", sequence).fetchone()
        return None if row is None else from_us(row[0])

    async def release_parked(self) -> int:
        """Put parked records back into the outbox; see the port."""

        def release() -> int:
            count = total(self._rows.run("SELECT count(*) FROM outbox WHERE parked = 1"))
            self._rows.run("UPDATE outbox SET parked = 0, problem = '' WHERE parked = 1")
            return count

        return await self.run(release, write=True)

    async def unsent_offline(self, card_ref: str, since: datetime) -> Exposure:
        """Return the unsent offline payments; see the port."""
        return await self.run(lambda: self._exposure(card_ref, since))

    def _exposure(self, card_ref: str, since: datetime) -> Exposure:
        recent = total(
            self._rows.run(
                "SELECT count(*) FROM journal WHERE at_us >= ? AND kind = ? "
                "AND json_extract(body, '$.card.card_ref') = ?",
                to_us(since),
                OFFLINE,
                card_ref,
            )
        )
        mine, count, at_risk, oldest = self._rows.run(
            "SELECT coalesce(sum(amount * (card_ref = ?1)), 0), coalesce(sum(card_ref = ?1), 0), "
            "coalesce(sum(amount * at_risk), 0), min(sequence) FROM outbox WHERE amount > 0",
            card_ref,
        ).fetchone()
        return Exposure(Won(mine), Won(at_risk), count, self._written_at(oldest), recent)

    async def feed_cursor(self) -> str:
        """Return how far the feed has been taken in."""
        return await self.run(lambda: self._rows.get("feed_cursor"))

    async def hotlist(self) -> frozenset[str]:
        """Return the stopped cards' hot_refs."""
        rows = await self.run(lambda: self._rows.run("SELECT hot_ref FROM stopped_card").fetchall())
        return frozenset(str(row[0]) for row in rows)

    async def catalogue(self) -> CatalogueChange:
        """Return all changes of what the shop sells, as one."""
        rows = await self.run(lambda: self._rows.run("SELECT * FROM product_change").fetchall())
        sold = tuple(Product(c, name, Won(won), TaxKind(tax)) for c, name, won, tax in rows if tax)
        return CatalogueChange(sold, tuple(code for code, _, _, tax in rows if not tax))

    async def news(self) -> News:
        """Return what came down and holds on."""
        text = await self.run(lambda: self._rows.get(NEWS))
        return decode(News, json.loads(text)) if text else News()

    async def ledger_head(self) -> LedgerHead | None:
        """Return the newest head that the ledger signed."""
        text = await self.run(lambda: self._rows.get(LEDGER_HEAD))
        return decode(LedgerHead, json.loads(text)) if text else None

    async def day_answer(self, day: date) -> DayAnswer | None:
        """Return what the ledger last said of a day."""
        text = await self.run(lambda: self._rows.get(f"{DAY_ANSWER}{day}"))
        return decode(DayAnswer, json.loads(text)) if text else None

    async def people(self) -> tuple[Person, ...]:
        """Return everybody who was ever entered."""
        rows = await self.run(lambda: self._rows.run("SELECT body FROM person").fetchall())
        return tuple(decode(Person, json.loads(row[0])) for row in rows)

    async def shift_after(self) -> int:
        """Return the record that the open shift comes after."""
        return int(await self.run(lambda: self._rows.get(SHIFT_AFTER, "0")))

    async def personal(self) -> tuple[Personal, ...]:
        """Return customers' own words that are not erased yet."""
        return await self.run(lambda: read_personal(self._rows))

    async def cash_due(self) -> tuple[CashReceiptDue, ...]:
        """Return the cash receipts that the tax office is still to be told of."""
        return await self.run(lambda: read_due(self._rows, self.signer))

    async def scrub(self) -> bool:
        """Take what was erased out of the files; see the port."""
        try:
            return await self.run(lambda: scrub(self._db, self._path, self._rows))
        except StoreUnavailable as error:  # It writes, if in no transaction of its own.
            if is_disk_fault(error):
                self._failed = str(error.facts["reason"])
            raise

    async def verify(self) -> int:
        """Check the whole journal; return how many records it holds."""
        count, previous = 0, FIRST_PREVIOUS
        while batch := await self.records(after=count, limit=VERIFY_STEP):
            try:
                previous = records.verify(batch, after=previous, sequence=count)
            except ChainBroken as error:
                raise StoreDamaged(reason=str(error)) from error
            count += len(batch)
        return count
