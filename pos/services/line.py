"""Whether the line to the ledger works, by evidence: its last answer or failure. Never by a ping."""

from __future__ import annotations

from datetime import datetime, timedelta

from pos.domain.errors import LedgerError
from pos.ports import Listener

SKEW_MAX = timedelta(seconds=30)  # Receipts show seconds; half a minute starts arguments.


class Line:
    """The state that the banner shows and that decides how a card is asked.

    Attributes:
        up: the last thing heard was an answer.
        since: when that state began; UTC.
        heard_at: when the ledger last answered; None if it has not since the start.
        refusal: why the ledger does not accept this terminal, while that is so.
        skew: what the ledger's clock is ahead of ours, at its last answer that said so; shown to
            people, and never used to order or date anything.
    """

    def __init__(self, now: datetime) -> None:
        self.up = True
        self.since = now
        self.skew = timedelta(0)
        self.heard_at: datetime | None = None
        self.refusal: LedgerError | None = None
        self._listeners: list[Listener] = []

    def on_change(self, listener: Listener) -> None:
        """Call the listener whenever the line comes or goes."""
        self._listeners.append(listener)

    def answered(self, at: datetime) -> None:
        """The ledger answered, whatever it said."""
        self.heard_at = at
        self._turn(True, at)

    def refused(self, why: LedgerError, at: datetime) -> None:
        """The ledger answered, but not this terminal: it has to be enrolled."""
        was, self.refusal = self.refusal, why
        if was is None:
            self._tell()
        self.answered(at)

    def accepted(self) -> None:
        """The ledger answered this terminal."""
        if self.refusal is not None:
            self.refusal = None
            self._tell()

    def heard_clock(self, theirs: datetime, ours: datetime) -> None:
        """The ledger said what time it is."""
        self.heard_at = ours
        was_wrong = self.clock_is_wrong
        self.skew = theirs - ours
        if was_wrong is not self.clock_is_wrong:
            self._tell()

    @property
    def clock_is_wrong(self) -> bool:
        """Our clock and the ledger's differ by more than a person should see."""
        return abs(self.skew) > SKEW_MAX

    def failed(self, at: datetime) -> None:
        """A call went without an answer."""
        self._turn(False, at)

    def _turn(self, up: bool, at: datetime) -> None:
        if up is self.up:
            return
        self.up, self.since = up, at
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
