"""The spool's rows: which job is next, and what may already be on paper. Runs in the store's thread."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from offline_queue.rows import Rows, total
from pos.ports import PrintJobFacts, PrintJobState, PrintKind


@dataclass(frozen=True, slots=True)
class PendingJob:
    """A job whose turn it is.

    Attributes:
        copy: 1 for what can only be the first on paper; more are marked 재발행.
        kick_drawer: the drawer has not been kicked for it yet.
    """

    id: int
    kind: PrintKind
    subject: str
    body: dict[str, Any]
    copy: int
    kick_drawer: bool


class PrintJobRows:
    """States of a job: waiting -> printing -> done, or back to waiting, or given_up.

    `sent` is done without the printer's word for it; `cancelled` is a person's word, of a job that
    waits.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take_back(self) -> None:
        """After a start: a job that was being printed may be on paper, and waits again."""
        self._rows.run("UPDATE print_job SET state = 'waiting' WHERE state = 'printing'")

    def begin_next(self, kinds: Collection[PrintKind] = tuple(PrintKind)) -> PendingJob | None:
        """Mark the oldest waiting job of these kinds as being printed, its drawer as kicked.

        Both are durable before a byte is sent: after a crash the copy is marked and the drawer
        stays shut, never the other way round.
        """
        others = [kind.value for kind in PrintKind if kind not in kinds]
        marks = ", ".join("?" * len(others))
        row = self._rows.run(
            "SELECT id, kind, subject, body, open_drawer, reprint, attempts FROM print_job WHERE"  # noqa: S608
            f" state = 'waiting' AND kind NOT IN ({marks}) ORDER BY id LIMIT 1",
            *others,
        ).fetchone()
        if row is None:
            return None
        number, kind, subject, body, open_drawer, reprint, attempts = row
        earlier = total(
            self._rows.run(
                "SELECT sum(attempts) FROM print_job WHERE kind = ? AND subject = ? AND id < ?",
                kind,
                subject,
                number,
            )
        )
        self._rows.run(
            "UPDATE print_job SET state = 'printing', open_drawer = 0, attempts = attempts + 1 "
            "WHERE id = ?",
            number,
        )
        copy = max(earlier + attempts + 1, 2 if reprint else 1)
        shape = json.loads(body)
        return PendingJob(number, PrintKind(kind), subject, shape, copy, bool(open_drawer))

    def end(self, job: PendingJob, *, confirmed: bool = True) -> None:
        """It is on paper, or was taken whole by a printer that can't say more."""
        state = "done" if confirmed else "sent"
        self._rows.run("UPDATE print_job SET state = ? WHERE id = ?", state, job.id)

    def cancel(self, number: int) -> bool:
        """Print a job no more, if it still waits; its drawer stays shut. Tell whether it did."""
        self._rows.run(
            "UPDATE print_job SET state = 'cancelled', open_drawer = 0 "
            "WHERE id = ? AND state = 'waiting'",
            number,
        )
        return total(self._rows.run("SELECT changes()")) == 1

    def again(self, number: int) -> bool:
        """Queue a marked copy of any job but one that still waits; tell whether there is such a one."""
        self._rows.run(
            "INSERT INTO print_job (kind, subject, body, open_drawer, reprint, state, attempts) "
            "SELECT kind, subject, body, 0, 1, 'waiting', 0 FROM print_job "
            "WHERE id = ? AND state NOT IN ('waiting', 'printing')",
            number,
        )
        return total(self._rows.run("SELECT changes()")) == 1

    def latest(self, limit: int) -> tuple[PrintJobFacts, ...]:
        """Return what waits, and the newest of the rest, newest first."""
        rows = self._rows.run(
            "SELECT id, kind, subject, state, attempts, reprint FROM print_job "
            "ORDER BY state IN ('waiting', 'printing') DESC, id DESC LIMIT ?",
            limit,
        ).fetchall()
        return tuple(
            PrintJobFacts(number, PrintKind(kind), subject, PrintJobState(state), tries, bool(copy))
            for number, kind, subject, state, tries, copy in rows
        )

    def give_up(self, job: PendingJob) -> None:
        """It can't be printed at all (a body of no known shape): kept, never tried again."""
        self._rows.run("UPDATE print_job SET state = 'given_up' WHERE id = ?", job.id)

    def retry(self, job: PendingJob, *, untouched: bool) -> None:
        """Wait for another attempt; `untouched` if nothing reached the paper or the drawer."""
        self._rows.run(
            "UPDATE print_job SET state = 'waiting', attempts = attempts - ?, open_drawer = ? "
            "WHERE id = ?",
            int(untouched),
            int(untouched and job.kick_drawer),
            job.id,
        )

    def waiting(self) -> int:
        """Return how many jobs are not on paper yet."""
        states = "('waiting', 'printing')"
        return total(
            self._rows.run(f"SELECT count(*) FROM print_job WHERE state IN {states}")  # noqa: S608
        )
