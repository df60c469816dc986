"""The top row: shop, terminal, time, line, devices. Never asks for anything itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from pos.ui.cells import fit
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.widgets.painted import Painted, PaintedRow


@dataclass(frozen=True, slots=True)
class Status:
    """What the row says.

    Attributes:
        person: who is signed in; empty where nobody has to be.
        time: as a person reads it.
        unsent: records the ledger has not been told yet.
        printer_problem: in words; empty while it prints.
    """

    shop: str = ""
    terminal: str = ""
    person: str = ""
    time: str = ""
    line_up: bool = True
    unsent: int = 0
    printer_problem: str = ""


class StatusHeader(Painted):
    """One row; the right end is kept whole, the shop's name gives way."""

    def __init__(self) -> None:
        super().__init__()
        self._status = Status()

    def show(self, status: Status) -> None:
        """Take what to say."""
        if status != self._status:
            self._status = status
            self.changed()

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the one row."""
        status = self._status
        right = [*self._trouble(), (f" {status.time} ", "$foreground"), self._line()]
        taken = sum(cell_len(text) for text, _style in right)
        room = max(0, width - taken)
        number = f" {safe(status.terminal, 20)}"
        if status.person:
            number = f" {safe(status.person, 20)} {number}"
        name = fit(f" {safe(status.shop, 40)}", min(cell_len(status.shop) + 2, room))
        rest = fit(number, room - cell_len(name))
        return [[(name, "bold $foreground"), (rest, "$quiet"), *right]]

    def _trouble(self) -> list[tuple[str, str]]:
        if not self._status.printer_problem:
            return []
        text = _("Printer: {problem}", problem=self._status.printer_problem)
        return [(f" ! {fit(text, min(cell_len(text), 26))} ", "bold black on $warning")]

    def _line(self) -> tuple[str, str]:
        if not self._status.line_up:
            return (f" ! {_('Line down')} ", "bold black on $warning")
        if self._status.unsent:
            return (f" {_('Sending {count}', count=self._status.unsent)} ", "bold $success")
        return (f" {_('Line up')} ", "bold $success")
