"""The printer around the head: faults, status bytes, echo, drawer, what is out. Never a socket.

Faults are what real ones have: no paper, an open cover, a low roll, a printer that answers
nothing, a paper jam in the middle of a job.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from drivers.simulators.printer.head import Head
from drivers.simulators.printer.parser import Command, Parser, Token
from receipts.rows import CutMark, Printed

JAM_AFTER_ROWS = 6  # Where the paper jams in a job.
_STATUS_OK = 0x12


class Fault(StrEnum):
    """What can be wrong with it."""

    NONE = "none"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    NEAR_END = "near_end"
    MUTE = "mute"
    JAM_MIDWAY = "jam_midway"


class Machine:
    """One printer.

    Attributes:
        kicks: how often the drawer was opened.
        receipts: how many pieces of paper were cut or torn off.
        has_sensor: the drawer says whether it is open; the pin is high then.
        drawer_open: until a hand shuts it.
    """

    def __init__(self, columns: int, on_paper: Callable[[list[Printed]], None]) -> None:
        self._parser = Parser()
        self._head = Head(columns)
        self._on_paper = on_paper
        self._fault = Fault.NONE
        self._jammed = False
        self._held: list[Token] = []  # Received while it could not print.
        self.kicks = 0
        self.receipts = 0
        self.has_sensor = False
        self.drawer_open = False

    @property
    def fault(self) -> Fault:
        """What is wrong with it now."""
        return self._fault

    def set_fault(self, fault: Fault) -> bytes:
        """Break or mend it; return what a mended printer has to say of what it held."""
        self._fault = fault
        if self._jammed:  # Clearing a jam takes the paper out and forgets the job.
            self._jammed = False
            self._held.clear()
            self._deliver()
        if self._stopped():
            return b""
        held, self._held = self._held, []
        return b"".join(self._carry_out(token) for token in held)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line; return the answers."""
        answers = b""
        for token in self._parser.feed(data):
            if isinstance(token, Command) and token.name == b"\x10\x04":
                answers += self._status(token.args[0])
            elif self._stopped():
                self._held.append(token)
            else:
                answers += self._carry_out(token)
        return b"" if self._fault is Fault.MUTE else answers

    def hang_up(self) -> None:
        """Note the end of a connection; half a command is lost and recorded."""
        rest = self._parser.rest()
        if rest:
            self._head.unknown.append(rest.hex())

    def counts(self) -> dict[str, object]:
        """Return what a test wants to know."""
        return {
            "fault": self._fault.value,
            "receipts": self.receipts,
            "kicks": self.kicks,
            "unknown": list(self._head.unknown),
            "strayed": self._head.strayed,
            "held": len(self._held),
        }

    def _stopped(self) -> bool:
        return self._jammed or self._fault in (Fault.PAPER_OUT, Fault.COVER_OPEN)

    def _carry_out(self, token: Token) -> bytes:
        match token:
            case Command(b"\x1bp"):
                self.kicks += 1
                self.drawer_open = True
            case Command(b"\x1d(H", args) if len(args) == 8 and args[2:4] == b"00":
                return b"" if self._stopped() else b"7\x22" + args[4:8] + b"\x00"
            case _:
                self._head.take(token)
                self._after(token)
        return b""

    def _after(self, token: Token) -> None:
        if self._fault is Fault.JAM_MIDWAY and len(self._head.rows) >= JAM_AFTER_ROWS:
            self._jammed = True
        elif isinstance(token, Command) and token.name == b"\x1dV":
            self._deliver()

    def _deliver(self) -> None:
        rows = self._head.tear()
        if any(not isinstance(row, CutMark) for row in rows):
            self.receipts += 1
            self._on_paper(rows)

    def _status(self, kind: int) -> bytes:
        """Answer DLE EOT n; the bits are Epson's."""
        out, cover = self._fault is Fault.PAPER_OUT, self._fault is Fault.COVER_OPEN
        extra = {
            1: 0x08 * self._stopped() | 0x04 * (self.has_sensor and self.drawer_open),
            2: 0x04 * cover | 0x20 * out | 0x40 * self._jammed,
            3: 0x08 * self._jammed,
            4: 0x6C * out | 0x0C * (self._fault is Fault.NEAR_END),
        }
        return bytes((_STATUS_OK | extra[kind],)) if kind in extra else b""
