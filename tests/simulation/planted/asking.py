"""Bugs of the payment itself: asked twice, believed too soon, forgotten, taken beyond the limits. Only ever planted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ledger.server import payments
from ledger.server.database import Tx
from ledger.server.judging import Ask
from pos.domain.errors import LedgerSilent, LedgerUnreachable
from pos.domain.offline import Exposure
from pos.domain.payment import Payment
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.won import Won
from pos.ports import AuthorizationRequest
from pos.services import recover
from pos.services.card_outcome import CardOutcome
from pos.services.take_card import TakeCard
from tests.simulation.disk_store import DiskStore
from tests.simulation.line import Line

KEPT_FOR = timedelta(hours=24)


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


def declined_at_restart(patch: pytest.MonkeyPatch) -> None:
    """A restart calls every payment that it finds open declined."""

    async def ask(*_: Any) -> None:
        return Decline(DeclineReason.INSUFFICIENT_FUNDS)

    patch.setattr(recover, "ask_outcome", ask)


def _later(sealed: str) -> str:
    """Return the sealed card as a second tap would give it."""
    said = json.loads(sealed)
    return json.dumps(said | {"atc": said["atc"] + 1_000})


def offline_after_silence(patch: pytest.MonkeyPatch) -> None:
    """No answer is taken for no line: the card is tapped again and pays offline, under another id."""
    real = Line.authorize

    async def authorize(
        self: Line, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        try:
            return await real(self, request, deadline_ms=deadline_ms)
        except LedgerSilent:
            raise LedgerUnreachable from None

    patch.setattr(Line, "authorize", authorize)


def cancelled_after_the_yes(patch: pytest.MonkeyPatch) -> None:
    """The cancel key counts although the ledger had been asked, whatever it answers."""
    real = TakeCard._answered

    async def answered(
        self: TakeCard, sale: Any, payment: Payment, card: Any, answer: Approval | Decline
    ) -> CardOutcome:
        if self._cancelled:
            answer = Decline(DeclineReason.CARD_DECLINED)
        return await real(self, sale, payment, card, answer)

    patch.setattr(TakeCard, "_answered", answered)


def tombstone_for_a_day(patch: pytest.MonkeyPatch) -> None:
    """The ledger knows a reversed id for a day; a request that was under way for longer is posted."""
    undone_at: dict[str, datetime] = {}
    reverse_for_ever, authorize_once = payments.reverse, payments.authorize

    def reverse(tx: Tx, payment_id: Any, at: datetime) -> None:
        undone_at.setdefault(payment_id.hex, at)
        reverse_for_ever(tx, payment_id, at)

    def authorize(tx: Tx, ask: Ask, terms: Any) -> Approval | Decline:
        if ask.at - undone_at.get(ask.payment_id.hex, ask.at) >= KEPT_FOR:
            tx.execute("DELETE FROM payments WHERE id = ?", (ask.payment_id.hex,))
        return authorize_once(tx, ask, terms)

    patch.setattr(payments, "reverse", reverse)
    patch.setattr(payments, "authorize", authorize)


def caps_forgotten_at_restart(patch: pytest.MonkeyPatch) -> None:
    """What was taken offline counts against the caps only until the terminal starts anew."""
    started, exposed = DiskStore.last_sequence, DiskStore._exposure
    before: dict[int, int] = {}

    async def last_sequence(self: DiskStore) -> int:
        newest = await self.latest_records(("payment.offline_approved",), 1)
        before[id(self)] = newest[0].sequence if newest else 0
        return await started(self)

    def exposure(self: DiskStore, card_ref: str, since: datetime) -> Exposure:
        card, till, count = self._rows.run(
            "SELECT coalesce(sum(amount * (card_ref = ?1)), 0), coalesce(sum(amount * at_risk), 0),"
            " coalesce(sum(card_ref = ?1), 0) FROM outbox WHERE amount > 0 AND sequence > ?2",
            card_ref,
            before[id(self)],
        ).fetchone()
        found = exposed(self, card_ref, since)
        return replace(found, this_card=Won(card), at_risk=Won(till), card_count=count)

    patch.setattr(DiskStore, "last_sequence", last_sequence)
    patch.setattr(DiskStore, "_exposure", exposure)
