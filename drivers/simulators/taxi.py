"""A taxi service without taxis: they come by the clock. Never in a real shop."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos.domain.identifiers import TransactionId
from pos.domain.taxi import TaxiState
from pos.ports import Clock
from pos.ports.taxi import TaxiSilent, TaxiWord

WAY_MS = (
    (0, TaxiState.CALLED),
    (8_000, TaxiState.COMING),
    (240_000, TaxiState.HERE),
    (330_000, TaxiState.GONE),
)
PLATE = "인천 30바 1234"
HERE_MS = 240_000


@dataclass
class SimulatedTaxis:
    """Implements `pos.ports.taxi.TaxiService`.

    Attributes:
        sent: how many taxis really set out.
        lost: so many of the next answers are lost after the call was taken.
    """

    clock: Clock
    sent: int = 0
    lost: int = 0
    _began_ms: dict[TransactionId, int] = field(default_factory=dict[TransactionId, int])
    _cancelled: set[TransactionId] = field(default_factory=set[TransactionId])

    async def call(self, call_id: TransactionId) -> TaxiWord:
        """Send one, unless one was sent by this id."""
        if call_id not in self._began_ms:
            self._began_ms[call_id] = self.clock.monotonic_ms()
            self.sent += 1
        return self._word(call_id)

    async def cancel(self, call_id: TransactionId) -> TaxiWord:
        """Call it off, unless the customer is in it."""
        self._began_ms.setdefault(call_id, self.clock.monotonic_ms())
        if self._word_of(call_id).state is not TaxiState.GONE:
            self._cancelled.add(call_id)
        return self._word(call_id)

    def _word(self, call_id: TransactionId) -> TaxiWord:
        if self.lost:
            self.lost -= 1
            raise TaxiSilent
        return self._word_of(call_id)

    def _word_of(self, call_id: TransactionId) -> TaxiWord:
        if call_id in self._cancelled:
            return TaxiWord(TaxiState.CANCELLED)
        passed = self.clock.monotonic_ms() - self._began_ms[call_id]
        state = [each for begins, each in WAY_MS if begins <= passed][-1]
        if state is TaxiState.CALLED:
            return TaxiWord(state)
        return TaxiWord(state, PLATE, max(0, -(-(HERE_MS - passed) // 60_000)))
