"""The fifteen kinds of fault, how each may come, and where it can't. Never strikes by itself."""

from __future__ import annotations

from enum import StrEnum

from pos.domain.payment import PaymentState


class Fault(StrEnum):
    """In the order of the research's list; a day's swarm is a subset of them."""

    DROP = "drop"
    DUPLICATE = "duplicate"
    DELAY = "delay"
    REPLY_LOST = "reply lost"
    PARTITION = "partition"
    CRASH = "crash"
    POWER_LOSS = "power loss"
    DISK_ERROR = "disk error"
    BIT_ROT = "bit rot"
    OLD_COPY = "old copy"
    CLOCK = "clock"
    CARD = "card"
    PRINTER = "printer"
    LEDGER = "ledger"
    OPERATOR = "operator"

    @property
    def number(self) -> int:
        """Its place in the list, from 1."""
        return list(Fault).index(self) + 1


WAYS: dict[Fault, tuple[str, ...]] = {
    Fault.DROP: ("request",),
    Fault.DUPLICATE: ("request",),
    Fault.DELAY: ("seconds", "days"),
    Fault.REPLY_LOST: ("after commit",),
    Fault.PARTITION: ("no way out", "no way back"),
    Fault.CRASH: ("at an I/O", "at an await", "at a moment"),
    Fault.POWER_LOSS: ("in an I/O", "at a moment"),
    Fault.DISK_ERROR: ("I/O error", "disk full", "sync fails", "read-only"),
    Fault.BIT_ROT: ("bit flipped in the file", "bit flipped in the log", "write lost"),
    Fault.OLD_COPY: ("put back",),
    Fault.CLOCK: ("jump", "frozen"),
    Fault.CARD: ("removed", "cloned"),
    Fault.PRINTER: ("paper out", "cut mid-job", "ack lost", "wrong ack"),
    Fault.LEDGER: ("5xx", "slow", "restart"),
    Fault.OPERATOR: ("double press", "power button", "stolen"),
}
"""How each comes; the report counts them apart, and one that never came fails a long run."""

_S = PaymentState
_ONE_AT_A_TIME = "a till takes one payment at a time, and a start resolves what was open before"
IMPOSSIBLE: dict[tuple[Fault, PaymentState], str] = {
    (Fault.CARD, _S.SENT): f"the card is read before the request leaves; {_ONE_AT_A_TIME}",
    (Fault.CARD, _S.UNKNOWN): f"no card is asked for while the outcome is; {_ONE_AT_A_TIME}",
}
"""Cells of the coverage that can't be hit, with the reason."""
