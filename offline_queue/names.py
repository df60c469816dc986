"""Whom and what a record's body names, read without rebuilding the event. Never decides what it means.

Every commit passes here, so it looks at the few fields it needs; the event itself was encoded by
`pos.domain.events.to_record` a moment before, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pos.domain.codec import CodecError, Json
from pos.domain.events import KINDS
from pos.domain.identifiers import TransactionId
from pos.domain.tender import ApprovalMode

OPENS_SALE = "payment.intended"
CLOSE_SALE = ("sale.completed", "sale.dropped")
OFFLINE = "payment.offline_approved"
OF_ANOTHER = "receipt."  # What papers of a lost terminal left.
BEGIN_SHIFT = ("shift.closed", "shift.counting_began")  # The next one, right behind them.
UNDOES_CLOSE = "shift.close_undone"
_ID_FIELDS = ("payment_id", "sale_id", "decision_id", "refund_id")


@dataclass(frozen=True, slots=True)
class Names:
    """What the tables beside the journal keep of a record.

    Attributes:
        sale: the sale's id in hex, or empty.
        highest: the highest transaction sequence among the ids, 0 if there is none.
        card_ref, offline_amount, at_risk: for an offline approval; won.
    """

    sale: str
    highest: int
    card_ref: str = ""
    offline_amount: int = 0
    at_risk: bool = False


def named_in(kind: str, body: Mapping[str, Json]) -> Names:
    """Return what a record names.

    Raises:
        CodecError: an unknown kind, or a body that is not of the kind's shape.
    """
    if kind not in KINDS:
        raise CodecError(f"unknown kind {kind!r}")
    ids = [value for field in _ID_FIELDS if isinstance(value := body.get(field), str)]
    sale = body.get("sale_id", "")
    inner = body.get("sale")
    if isinstance(inner, dict):
        sale = inner.get("id", "")
        ids.append(str(sale))
    refund = body.get("refund")
    if isinstance(refund, dict):
        sale = refund.get("sale_id", "")
        ids += [str(sale), str(refund.get("id", ""))]
    highest = max((TransactionId.parse(each).sequence for each in ids), default=0)
    if kind.startswith(OF_ANOTHER):  # Its ids count nothing here.
        return Names(str(sale), 0)
    if kind != OFFLINE:
        return Names(str(sale), highest)
    card, amount = body.get("card"), body.get("amount")
    if not isinstance(card, dict) or not isinstance(amount, int):
        raise CodecError("an offline approval without its card or amount")
    at_risk = body.get("mode") == ApprovalMode.OFFLINE_AT_RISK.value
    return Names(str(sale), highest, str(card.get("card_ref", "")), amount, at_risk)


def shift_after(sequence: int, kind: str, body: Mapping[str, Json]) -> int | None:
    """Return which record the open shift comes after from this one on; None if it says nothing of it.

    Raises:
        CodecError: an undone close that does not say where its shift began.
    """
    if kind in BEGIN_SHIFT:
        return sequence
    if kind != UNDOES_CLOSE:
        return None
    after = body.get("after")
    if not isinstance(after, int):
        raise CodecError("an undone close without its shift's beginning")
    return after
