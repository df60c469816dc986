"""Says how the demo's ledger and printer are run. Never starts one: its caller does."""

from __future__ import annotations

from pathlib import Path

from composition.demo.home import Home
from composition.demo.processes import Process
from drivers.simulators.card.keys import LEDGER_FILE

COLUMNS = 42


def ledger_database(home: Home, name: str = "ledger") -> Path:
    """Return where the demo's ledger keeps its books."""
    return home.folder / f"{name}.db"


def ledger_process(home: Home, name: str = "ledger", *, demo: bool = True) -> Process:
    """Return the reference ledger with the demo's cards; `demo` adds its operations under /demo."""
    folder = home.folder
    return Process(
        "ledger.server",
        *("--db", str(ledger_database(home, name)), "--keys", str(folder / LEDGER_FILE)),
        *("--cards", str(home.cards), "--die-with-parent", *(["--demo"] if demo else [])),
        log=home.logs / f"{name}.log",
        root=home.root,
    )


def printer_process(home: Home, columns: int = COLUMNS) -> Process:
    """Return the simulated printer, whose papers appear in the demo's folder."""
    return Process(
        "drivers.simulators.printer",
        *("--out", str(home.receipts), "--columns", str(columns)),
        log=home.logs / "printer.log",
        root=home.root,
    )
