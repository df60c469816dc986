"""Whether the line to the ledger works, by evidence: its last answer or failure. Never by a ping."""

from __future__ import annotations

from datetime import datetime

from pos.ports import Listener


class Line:
    """The state that the banner shows and that decides how a card is asked.

    Attributes:
        up: the last thing heard was an answer.
        since: when that state began; UTC.
    """

    def __init__(self, now: datetime) -> None:
        self.up = True
        self.since = now
        self._listeners: list[Listener] = []

    def on_change(self, listener: Listener) -> None:
        """Call the listener whenever the line comes or goes."""
        self._listeners.append(listener)

    def answered(self, at: datetime) -> None:
        """The ledger answered, whatever it said."""
        self._turn(True, at)

    def failed(self, at: datetime) -> None:
        """A call went without an answer."""
        self._turn(False, at)

    def _turn(self, up: bool, at: datetime) -> None:
        if up is self.up:
            return
        self.up, self.since = up, at
        for listener in self._listeners:
            listener()
