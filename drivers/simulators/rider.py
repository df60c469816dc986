"""A rider agency that has no riders: they go by the clock, and its line can fail. Never in a real shop."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos.domain.rider import RiderState
from pos.ports import Clock
from pos.ports.rider import AgencySilent, RiderWish, RiderWord

NAMES = ("김도윤", "이서준", "박하은", "최지우")
WAY_MS = (
    (0, RiderState.REQUESTED),
    (20_000, RiderState.ASSIGNED),
    (120_000, RiderState.ARRIVED),
    (300_000, RiderState.PICKED_UP),
    (900_000, RiderState.DELIVERED),
)


@dataclass
class _Trip:
    began_ms: int
    name: str
    cancelled: bool = False


@dataclass
class SimulatedAgency:
    """Implements `pos.ports.rider.RiderAgency`.

    Attributes:
        calls: how often a rider was really called, by order.
        lost: so many of the next answers are lost after the request was taken.
        unreachable: no request arrives.
    """

    clock: Clock
    calls: dict[str, int] = field(default_factory=dict[str, int])
    lost: int = 0
    unreachable: bool = False
    _trips: dict[str, _Trip] = field(default_factory=dict[str, "_Trip"])

    async def request(self, wish: RiderWish) -> RiderWord:
        """Send a rider, unless one was sent for this order."""
        self._arrive()
        if wish.order_key not in self._trips:
            self.calls[wish.order_key] = self.calls.get(wish.order_key, 0) + 1
            name = NAMES[len(self._trips) % len(NAMES)]
            self._trips[wish.order_key] = _Trip(self.clock.monotonic_ms(), name)
        return self._answer(wish.order_key)

    async def cancel(self, order_key: str) -> RiderWord:
        """Call the rider back, unless he has the food."""
        self._arrive()
        trip = self._trips.get(order_key)
        if trip is None:  # Never heard of: nobody comes, and nobody will.
            trip = self._trips[order_key] = _Trip(self.clock.monotonic_ms(), "", cancelled=True)
        if self._state(trip) not in (RiderState.PICKED_UP, RiderState.DELIVERED):
            trip.cancelled = True
        return self._answer(order_key)

    async def status(self, order_key: str) -> RiderWord:
        """Say where he is."""
        self._arrive()
        return self._answer(order_key)

    def _arrive(self) -> None:
        if self.unreachable:
            raise AgencySilent

    def _answer(self, order_key: str) -> RiderWord:
        if self.lost:
            self.lost -= 1
            raise AgencySilent
        trip = self._trips[order_key]
        state = self._state(trip)
        return RiderWord(state, "" if state is RiderState.REQUESTED else trip.name)

    def _state(self, trip: _Trip) -> RiderState:
        if trip.cancelled:
            return RiderState.CANCELLED
        passed = self.clock.monotonic_ms() - trip.began_ms
        return [state for begins, state in WAY_MS if begins <= passed][-1]
