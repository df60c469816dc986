"""What one change writes, and how rows read as records. Runs in the store's one thread; never commits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from playhouse.apsw_ext import APSWDatabase

from offline_queue.cash_numbers import erase_due, keep_due
from offline_queue.device_key import Signer
from offline_queue.erasing import erase_personal, keep_personal
from offline_queue.names import CLOSE_SALE, OPENS_SALE, named_in, shift_after
from pos.domain.catalogue import CatalogueChange
from pos.domain.codec import encode
from pos.domain.errors import StoreDamaged
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.reconciliation import DayAnswer
from pos.domain.record import FIRST_PREVIOUS, Record, canonical, chain_text
from pos.ports import Change, HotlistChange, NewPrintJob

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
UNRESOLVED_COPY = "unresolved_copy"  # There while a copy that was put back is not resolved.
LEDGER_HEAD = "ledger_head"  # The key it is kept under.
NEWS = "news"
DAY_ANSWER = "day_answer:"  # And the day.
DAY_ANSWERS_MAX = 62  # Two months; older ones are asked for anew.
SHIFT_AFTER = "shift_after"  # The record before the open shift; the journal can tell it anew.
COLUMNS = "incarnation, sequence, at_us, kind, body, previous, hash"


def to_us(at: datetime) -> int:
    """Return microseconds since 1970, the way the table keeps time."""
    return (at - EPOCH) // _MICROSECOND


def from_us(at_us: int) -> datetime:
    """Return the time that the table keeps as microseconds."""
    return EPOCH + at_us * _MICROSECOND


class Rows:
    """Writes changes row by row; the caller owns the transaction."""

    def __init__(
        self,
        database: APSWDatabase,
        *,
        device: int,
        incarnation: int,
        signer: Signer | None,
    ) -> None:
        """Take the open database; `signer` is None where nothing is written."""
        self._db = database
        self._device = device
        self._incarnation = incarnation
        self._signer = signer

    def run(self, sql: str, *values: object) -> Any:
        """Execute one statement."""
        # Past peewee's own bookkeeping, which took a third of a commit; its connection all the same.
        return self._db.connection().execute(sql, values)

    def write(self, change: Change) -> tuple[Record, ...]:
        """Write everything in a change; return its records as chained."""
        sequence, previous = self._tail()
        highest = 0
        made: list[Record] = []
        for new in change.records:
            sequence += 1
            record, text = chain_text(self._device, self._incarnation, sequence, previous, new)
            previous = record.hash
            highest = max(highest, self._append(record, text, forward=new.forward))
            made.append(record)
        for job in change.print_jobs:
            self._queue(job)
        if change.draft is not None:
            self.put("draft", canonical({"sale": encode(change.draft)}).decode())
            highest = max(highest, change.draft.id.sequence)
        elif change.clear_draft:
            self.run("DELETE FROM meta WHERE key = 'draft'")
        if change.feed_cursor is not None:
            self.put("feed_cursor", change.feed_cursor)
        if highest > int(self.get("last_sequence", "0")):
            self.put("last_sequence", str(highest))
        for outcome in change.settled:
            self._settle(outcome)
        for each in change.hotlist:
            self._stop(each)
        if change.copy_resolved:
            self.run("DELETE FROM meta WHERE key = ?", UNRESOLVED_COPY)
        for changed in change.catalogue:
            self._sell(changed)
        for each_person in change.personal:
            keep_personal(self, each_person)
        for key in change.erased:
            erase_personal(self, key)
        for due in change.cash_due:
            assert self._signer is not None  # A store that is written to has its key.
            keep_due(self, due, self._signer)
        for key in change.cash_told:
            erase_due(self, key)
        if change.news is not None:
            self.put(NEWS, json.dumps(encode(change.news), ensure_ascii=False))
        for person in change.people:
            text = json.dumps(encode(person), ensure_ascii=False)
            self.run("INSERT OR REPLACE INTO person VALUES (?, ?)", person.number, text)
        if change.ledger_head is not None:
            self.put(LEDGER_HEAD, json.dumps(encode(change.ledger_head)))
        if change.day_answer is not None:
            self._keep_answer(change.day_answer)
        return tuple(made)

    def get(self, key: str, default: str = "") -> str:
        """Return a value kept by key."""
        row = self.run("SELECT value FROM meta WHERE key = ?", key).fetchone()
        return default if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Keep a value by key."""
        self.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value)

    def read(self, where: str, *values: object) -> tuple[Record, ...]:
        """Return the journal's records that a clause picks."""
        rows = self.run(f"SELECT {COLUMNS} FROM journal {where}", *values)  # noqa: S608
        return tuple(self.record(row) for row in rows)

    def record(self, row: Sequence[Any]) -> Record:
        """Return a journal row as a record."""
        incarnation, sequence, at_us, kind, body, previous, digest = row
        at = from_us(at_us)
        try:
            shape = json.loads(body)
        except (TypeError, ValueError) as error:
            raise StoreDamaged(reason=f"record {sequence}: not readable") from error
        return Record(self._device, incarnation, sequence, at, kind, shape, previous, digest)

    def _keep_answer(self, answer: DayAnswer) -> None:
        text = json.dumps(encode(answer), ensure_ascii=False)
        self.put(f"{DAY_ANSWER}{answer.day}", text)
        self.run(
            "DELETE FROM meta WHERE key LIKE ? AND key NOT IN"
            " (SELECT key FROM meta WHERE key LIKE ? ORDER BY key DESC LIMIT ?)",
            *(f"{DAY_ANSWER}%", f"{DAY_ANSWER}%", DAY_ANSWERS_MAX),
        )

    def _tail(self) -> tuple[int, str]:
        row = self.run("SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1")
        found = row.fetchone()
        return (0, FIRST_PREVIOUS) if found is None else (found[0], found[1])

    def _append(self, record: Record, text: str, *, forward: bool) -> int:
        """Write one record with what follows from it; return the highest id sequence it names."""
        assert self._signer is not None
        names = named_in(record.kind, record.body)
        self.run(
            "INSERT INTO journal "
            "(sequence, incarnation, at_us, kind, sale, body, previous, hash, signature) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            record.sequence,
            record.incarnation,
            to_us(record.at),
            record.kind,
            names.sale,
            text,
            record.previous,
            record.hash,
            self._signer.sign(bytes.fromhex(record.hash)),
        )
        if record.kind == OPENS_SALE:
            self.run("INSERT OR IGNORE INTO open_payment_sale VALUES (?)", names.sale)
        elif record.kind in CLOSE_SALE:
            self.run("DELETE FROM open_payment_sale WHERE sale = ?", names.sale)
        after = shift_after(record.sequence, record.kind, record.body)
        if after is not None:
            self.put(SHIFT_AFTER, str(after))
        if forward:
            self.run(
                "INSERT INTO outbox (sequence, card_ref, amount, at_risk, parked, problem) "
                "VALUES (?, ?, ?, ?, 0, '')",
                record.sequence,
                names.card_ref,
                names.offline_amount,
                int(names.at_risk),
            )
        return names.highest

    def _queue(self, job: NewPrintJob) -> None:
        self.run(
            "INSERT INTO print_job (kind, subject, body, open_drawer, reprint, state, attempts) "
            "VALUES (?, ?, ?, ?, ?, 'waiting', 0)",
            job.kind.value,
            job.subject,
            canonical(job.body).decode(),
            int(job.open_drawer),
            int(job.reprint),
        )

    def _stop(self, change: HotlistChange) -> None:
        if change.stopped:
            self.run("INSERT OR IGNORE INTO stopped_card VALUES (?)", change.hot_ref)
        else:
            self.run("DELETE FROM stopped_card WHERE hot_ref = ?", change.hot_ref)

    def _sell(self, change: CatalogueChange) -> None:
        gone = [(code, "", 0, "") for code in change.removed]
        sold = [
            (each.code, each.name, each.price.amount, each.tax.value) for each in change.products
        ]
        for row in (*gone, *sold):
            self.run("INSERT OR REPLACE INTO product_change VALUES (?, ?, ?, ?)", *row)

    def _settle(self, outcome: ForwardOutcome) -> None:
        if outcome.status is ForwardStatus.POISON:
            self.run(
                "UPDATE outbox SET parked = 1, problem = ? WHERE sequence = ?",
                outcome.problem[:500],
                outcome.sequence,
            )
        else:
            self.run("DELETE FROM outbox WHERE sequence = ?", outcome.sequence)


def total(rows: Iterable[Sequence[Any]]) -> int:
    """Return the one number of a one-row sum, 0 for none."""
    return int(next((row[0] for row in rows), 0) or 0)
