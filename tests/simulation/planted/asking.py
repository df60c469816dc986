"""Bugs of the payment itself: asked twice, believed too soon, forgotten. Only ever planted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.server import payments
from ledger.server.database import Tx
from pos.domain.errors import LedgerSilent
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.ports import AuthorizationRequest
from pos.services import recover
from tests.simulation.line import Line


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
