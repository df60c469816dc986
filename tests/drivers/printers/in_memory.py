"""A line to the simulated printer without a socket, which can be cut after any byte."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum

from drivers.printers.escpos_link import Link
from drivers.printers.escpos_printer import EscposPrinter
from drivers.simulators.printer.machine import Machine
from receipts.rows import CutMark, Printed, Row

NEVER = 1 << 60


class Cut(Enum):
    """How a line ends in the middle of a job."""

    LINE = "the cable is out; the printer prints what it has"
    POWER = "the printer loses its power, its row and what it held"
    SILENCE = "nothing more comes through, and nobody says so"
    ANSWERS = "the printer prints on, and nothing more comes back"


@dataclass
class Wire:
    """Bytes to a printer that may be cut once; after that it is whole again.

    Attributes:
        after: how many bytes go through before the cut, counted from when it is armed.
    """

    after: int = NEVER
    how: Cut = Cut.LINE
    papers: list[list[Printed]] = field(default_factory=list)
    torn: list[Printed] = field(default_factory=list)
    kicks: int = 0
    sent: int = 0
    armed: bool = False

    def __post_init__(self) -> None:
        self.machine = Machine(42, self.papers.append)
        self.is_cut = False

    @property
    def printer(self) -> EscposPrinter:
        return EscposPrinter(self._open, name="wire")

    async def _open(self) -> Link:
        reader = asyncio.StreamReader()
        return Link(reader, _Writer(self, reader))  # type: ignore[arg-type]

    def carry(self, data: bytes, reader: asyncio.StreamReader) -> None:
        left = max(0, self.after - self.sent) if self.armed else NEVER
        self.sent += len(data) if self.armed else 0
        whole = len(data) <= left
        arrived = data if whole or self.how is Cut.ANSWERS else data[:left]
        answers = self.machine.receive(arrived)
        if whole:
            reader.feed_data(answers)
            return
        self.is_cut = True
        if self.how is Cut.POWER:
            self._lose_power()
        if self.how in (Cut.LINE, Cut.POWER):
            self.machine.hang_up()
            reader.feed_eof()
            raise ConnectionResetError("cut")

    def ended(self) -> None:
        """One job's line is closed; the next is whole."""
        if self.is_cut:
            self.machine.hang_up()
            self.after = NEVER

    def _lose_power(self) -> None:
        self.kicks += self.machine.kicks
        self.torn += [row for row in self.machine._head.rows if not isinstance(row, CutMark)]
        self.machine = Machine(42, self.papers.append)

    def all_rows(self) -> list[str]:
        """Everything that is on paper, in its order."""
        if self.how is Cut.POWER:
            pieces: list[Printed] = [*self.torn, *(row for paper in self.papers for row in paper)]
        else:
            pieces = [row for paper in self.papers for row in paper]
        rows = [*pieces, *self.machine._head.rows]
        return [row.text.strip() for row in rows if isinstance(row, Row)]


class _Transport:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def set_write_buffer_limits(self, high: int) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        self._wire.ended()


class _Writer:
    def __init__(self, wire: Wire, reader: asyncio.StreamReader) -> None:
        self.transport = _Transport(wire)
        self._wire, self._reader = wire, reader

    def write(self, data: bytes) -> None:
        if self._wire.is_cut and self._wire.after != NEVER:
            return
        self._wire.carry(data, self._reader)

    async def drain(self) -> None:
        await asyncio.sleep(0)
