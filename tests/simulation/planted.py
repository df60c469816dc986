"""Bugs to plant, each of a kind that has cost shops money. Only ever for proving that the simulation finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger.server import payments
from ledger.server.database import Tx
from offline_queue.print_jobs import PendingJob, PrintJobRows
from pos.domain.errors import LedgerSilent
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.tender import VoucherTender
from pos.ports import AuthorizationRequest, Change
from pos.services import recover
from pos.services.card_outcome import (
    CardOutcome,
    PaidInPart,
)
from pos.services.take_card import (
    TakeCard,
)
from tests.simulation.disk_store import DiskStore
from tests.simulation.line import Line

Plant = Callable[[pytest.MonkeyPatch], None]


def no_tombstone(patch: pytest.MonkeyPatch) -> None:
    """A reversal of a payment not seen yet leaves nothing, so the late request is posted."""
    real = payments.reverse

    def reverse(tx: Tx, payment_id: Any, at: Any) -> None:
        if tx.row("SELECT 1 FROM payments WHERE id = ?", (payment_id.hex,)) is not None:
            real(tx, payment_id, at)

    patch.setattr(payments, "reverse", reverse)


def new_id_on_retry(patch: pytest.MonkeyPatch) -> None:
    """Silence makes the terminal ask once more, under another id."""
    real = Line.authorize

    async def authorize(
        self: Line, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        try:
            return await real(self, request, deadline_ms=deadline_ms)
        except LedgerSilent:
            other = replace(request.payment_id, sequence=request.payment_id.sequence + 500_000)
            sealed = request.sealed.replace(request.payment_id.hex, other.hex)
            again = replace(request, payment_id=other, sealed=_later(sealed))
            return await real(self, again, deadline_ms=deadline_ms)

    patch.setattr(Line, "authorize", authorize)


def declined_on_silence(patch: pytest.MonkeyPatch) -> None:
    """No answer is taken for a no."""
    real = Line.authorize

    async def authorize(
        self: Line, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        try:
            return await real(self, request, deadline_ms=deadline_ms)
        except LedgerSilent:
            return Decline(DeclineReason.INSUFFICIENT_FUNDS)

    patch.setattr(Line, "authorize", authorize)


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


def drawer_at_each_attempt(patch: pytest.MonkeyPatch) -> None:
    """Whoever waits for paper gets the drawer opened again."""
    real = PrintJobRows.retry

    def retry(self: PrintJobRows, job: PendingJob, *, untouched: bool) -> None:
        real(self, job, untouched=untouched)
        if job.kick_drawer:
            self._rows.run("UPDATE print_job SET open_drawer = 1 WHERE id = ?", job.id)

    patch.setattr(PrintJobRows, "retry", retry)


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


def copies_unmarked(patch: pytest.MonkeyPatch) -> None:
    """A second attempt looks like the first."""
    real = PrintJobRows.begin_next

    def begin_next(self: PrintJobRows) -> PendingJob | None:
        job = real(self)
        return None if job is None else replace(job, copy=1)

    patch.setattr(PrintJobRows, "begin_next", begin_next)


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


def declined_at_restart(patch: pytest.MonkeyPatch) -> None:
    """A restart calls every payment that it finds open declined."""

    async def ask(*_: Any) -> None:
        return Decline(DeclineReason.INSUFFICIENT_FUNDS)

    patch.setattr(recover, "ask_outcome", ask)


def _later(sealed: str) -> str:
    """Return the sealed card as a second tap would give it."""
    said = json.loads(sealed)
    return json.dumps(said | {"atc": said["atc"] + 1_000})


PLANTS: tuple[Plant, ...] = (
    no_tombstone,
    new_id_on_retry,
    declined_on_silence,
    approval_apart_from_the_sale,
    drawer_at_each_attempt,
    told_before_written,
    copies_unmarked,
    receipt_not_queued,
    dropped_without_reversal,
    declined_at_restart,
)
