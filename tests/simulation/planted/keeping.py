"""Bugs of what is kept and when: disk, copy, outbox, paper. Only ever planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from offline_queue import forwarder, opening
from offline_queue.forwarder import Forwarder
from offline_queue.print_jobs import PendingJob, PrintJobRows
from pos.domain.errors import LedgerSilent
from pos.domain.events import Event
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.payment_events import AdviceDeclined
from pos.domain.record import Record
from pos.domain.tender import VoucherTender
from pos.ports import Change
from pos.services.card_outcome import CardOutcome, PaidInPart
from pos.services.take_card import TakeCard
from tests.simulation.disk_store import DiskStore


def approval_apart_from_the_sale(patch: pytest.MonkeyPatch) -> None:
    """The sale is closed first and what paid it written afterwards."""
    real = DiskStore.commit

    async def commit(self: DiskStore, change: Change) -> Any:
        kinds = [each.kind for each in change.records]
        if len(kinds) > 1 and kinds[-1] == "sale.completed":
            await real(self, replace(change, records=change.records[-1:]))
            return await real(self, Change(records=change.records[:-1]))
        return await real(self, change)

    patch.setattr(DiskStore, "commit", commit)


def told_before_written(patch: pytest.MonkeyPatch) -> None:
    """A part payment shows on the screen before it is on the disk."""
    real = TakeCard._stand

    async def stand(self: TakeCard, sale: Any, payment: Any, approved: Any) -> CardOutcome:
        tender = payment.tender
        assert isinstance(tender, VoucherTender)
        paid = sale.with_tender(tender)
        if paid.due.amount == 0:
            return await real(self, sale, payment, approved)
        self._counter.restore(paid)
        return PaidInPart(tender, paid.due)

    patch.setattr(TakeCard, "_stand", stand)


def receipt_not_queued(patch: pytest.MonkeyPatch) -> None:
    """The receipt is queued by a second commit, which a crash can keep from happening."""
    real = DiskStore.commit

    async def commit(self: DiskStore, change: Change) -> Any:
        if change.records and change.print_jobs:
            made = await real(self, replace(change, print_jobs=()))
            await real(self, Change(print_jobs=change.print_jobs))
            return made
        return await real(self, change)

    patch.setattr(DiskStore, "commit", commit)


def dropped_without_reversal(patch: pytest.MonkeyPatch) -> None:
    """A sale is given up, and what a card had paid of it is kept."""
    real = DiskStore.commit

    async def commit(self: DiskStore, change: Change) -> Any:
        kept = tuple(
            each
            for each in change.records
            if not (each.kind == "payment.reversal_asked" and each.body["why"] == "sale dropped")
        )
        return await real(self, replace(change, records=kept))

    patch.setattr(DiskStore, "commit", commit)


def drawer_at_each_attempt(patch: pytest.MonkeyPatch) -> None:
    """Whoever waits for paper gets the drawer opened again."""
    real = PrintJobRows.retry

    def retry(self: PrintJobRows, job: PendingJob, *, untouched: bool) -> None:
        real(self, job, untouched=untouched)
        if job.kick_drawer:
            self._rows.run("UPDATE print_job SET open_drawer = 1 WHERE id = ?", job.id)

    patch.setattr(PrintJobRows, "retry", retry)


def copies_unmarked(patch: pytest.MonkeyPatch) -> None:
    """A second attempt looks like the first."""
    real = PrintJobRows.begin_next

    def begin_next(self: PrintJobRows, *kinds: Any) -> PendingJob | None:
        job = real(self, *kinds)
        return None if job is None else replace(job, copy=1)

    patch.setattr(PrintJobRows, "begin_next", begin_next)


def not_synced(patch: pytest.MonkeyPatch) -> None:
    """Commits do not wait for the disk: faster, until the power goes."""
    patch.setitem(opening.WANTED, "synchronous", 0)


def copy_keeps_its_incarnation(patch: pytest.MonkeyPatch) -> None:
    """A copy put back goes on counting where it was made, and gives the same ids out again."""
    patch.setattr(opening, "is_the_last_opened", lambda *_: True)


def sent_is_settled(patch: pytest.MonkeyPatch) -> None:
    """What was sent leaves the outbox, answered or not."""
    real = Forwarder._tell

    async def tell(self: Forwarder, records: Sequence[Record]) -> tuple[ForwardOutcome, ...]:
        try:
            return await real(self, records)
        except LedgerSilent:
            sent = tuple(ForwardOutcome(each.sequence, ForwardStatus.ACCEPTED) for each in records)
            await self._store.commit(Change(settled=sent))
            raise

    patch.setattr(Forwarder, "_tell", tell)


def newest_first(patch: pytest.MonkeyPatch) -> None:
    """What waited is told from its end: what gives back before what it gives back."""
    real = Forwarder._tell

    async def tell(self: Forwarder, records: Sequence[Record]) -> tuple[ForwardOutcome, ...]:
        return (await real(self, records[::-1]))[::-1]

    patch.setattr(Forwarder, "_tell", tell)


def receivable_not_opened(patch: pytest.MonkeyPatch) -> None:
    """The ledger declines what was taken offline, and nobody is told."""
    real = forwarder.follow_up

    def follow_up(event: Event, *rest: Any) -> Event | None:
        found = real(event, *rest)
        return None if isinstance(found, AdviceDeclined) else found

    patch.setattr(forwarder, "follow_up", follow_up)
