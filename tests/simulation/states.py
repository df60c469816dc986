"""Which state each payment of a till is in, for the coverage alone. Never used to judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pos.domain.payment import PaymentState

_S = PaymentState
_MOVES = {
    "payment.intended": _S.INTENT,
    "payment.sent": _S.SENT,
    "payment.approved": _S.APPROVED,
    "payment.declined": _S.DECLINED,
    "payment.no_answer": _S.UNKNOWN,
    "payment.reversal_asked": _S.REVERSING,
    "payment.reversal_acknowledged": _S.REVERSED,
    "payment.advice_accepted": _S.FORWARDED,
    "payment.advice_declined": _S.FORWARD_DECLINED,
    "payment.abandoned": _S.ABANDONED,
    "payment.receivable_closed": _S.RECEIVABLE_CLOSED,
}
_ADVISED = ("payment.advice_accepted", "payment.advice_declined")
_KEPT = (_S.REVERSING, _S.VOIDED, _S.FULLY_REFUNDED)  # Whatever comes of an advice meanwhile.


class States:
    """By payment id; cheap, since it follows every commit of a hundred thousand days."""

    def __init__(self, states: dict[str, str]) -> None:
        self._states = states
        states.clear()
        self._left: dict[str, int] = {}
        self._offline: set[str] = set()

    def read(self, rows: Iterable[tuple[str, str | Mapping[str, Any]]]) -> None:
        """Take records in, in order."""
        for kind, body in rows:
            if kind.startswith("payment."):
                self._move(kind, json.loads(body) if isinstance(body, str) else body)

    def _move(self, kind: str, body: Mapping[str, Any]) -> None:
        name = body["payment_id"]
        now = self._states.get(name, "")
        if kind == "payment.intended":
            self._left[name] = body["amount"]
        if kind == "payment.offline_approved":
            self._offline.add(name)
            self._states[name] = body["mode"]
        elif kind == "payment.refund_asked":
            self._give_back(name, now, body)
        elif kind == "payment.reversal_declined":
            self._states[name] = _S.FORWARDED if name in self._offline else _S.APPROVED
        elif (kind in _ADVISED and now in _KEPT) or (
            kind == "payment.advice_accepted" and now == _S.PARTLY_REFUNDED
        ):
            return
        elif kind in _MOVES:
            self._states[name] = _MOVES[kind]

    def _give_back(self, name: str, now: str, body: Mapping[str, Any]) -> None:
        self._left[name] -= body["amount"]
        if not self._left[name]:
            self._states[name] = _S.VOIDED if body["void"] else _S.FULLY_REFUNDED
        elif now != _S.FORWARD_DECLINED:
            self._states[name] = _S.PARTLY_REFUNDED
