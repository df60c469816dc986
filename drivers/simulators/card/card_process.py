"""Starts and ends the card process beside a `PrivatePcscd`. Never runs a card itself."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from drivers.simulators.card.pcscd import PrivatePcscd, stop_child
from drivers.simulators.card.virtual_cards import SocketCards
from pos.domain.errors import ReaderUnavailable

START_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class CardFiles:
    """What the card process needs: the demo's cards, their keys, and where they remember."""

    profiles: Path
    keys: Path
    state: Path


class CardProcess:
    """The process that holds the virtual cards; `cards` taps them."""

    def __init__(self, pcscd: PrivatePcscd, files: CardFiles, control: Path) -> None:
        self._pcscd = pcscd
        self._files = files
        self._control = control
        self._process: subprocess.Popen[bytes] | None = None
        self.cards = SocketCards(control)

    def start(self) -> None:
        """Start it and wait until it takes orders.

        Raises:
            ReaderUnavailable: it does not come up; the `.log` beside its socket says why.
        """
        self._control.unlink(missing_ok=True)
        files = self._files
        command = [sys.executable, "-m", "drivers.simulators.card"]
        for name, path in (
            ("profiles", files.profiles),
            ("keys", files.keys),
            ("state", files.state),
            ("control", self._control),
        ):
            command += [f"--{name}", str(path.resolve())]
        log = self._control.with_suffix(".log")
        process = self._process = self._pcscd.run_inside(command, log)
        give_up_s = time.monotonic() + START_TIMEOUT_S
        while not self._control.exists():
            if process.poll() is not None or time.monotonic() > give_up_s:
                self.stop()
                raise ReaderUnavailable()
            time.sleep(0.02)

    def stop(self) -> None:
        """End it. No-op where it does not run."""
        process, self._process = self._process, None
        if process is not None:
            stop_child(process)
