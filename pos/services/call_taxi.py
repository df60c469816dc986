"""Calls a taxi for a customer at the counter, one at a time. Never twice: what was asked is written first."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from pos.domain.events import from_record, to_record
from pos.domain.taxi import (
    TAXI_ENDED,
    Taxi,
    TaxiAsked,
    TaxiCancelAsked,
    TaxiEvent,
    TaxiMoved,
    TaxiNotCalled,
    TaxiUnderWay,
    after,
)
from pos.ports import Change, Clock, Listener, Store
from pos.ports.taxi import TaxiService, TaxiSilent
from pos.services.ids import IdSource

KINDS = ("taxi.asked", "taxi.cancel_asked", "taxi.moved")
KEPT = timedelta(hours=6)
POLL_MS = 5_000


class TaxiDesk:
    """The newest call; `run` is a task of the composition root's. Without a service, none is called."""

    def __init__(
        self, *, store: Store, ids: IdSource, clock: Clock, service: TaxiService | None = None
    ) -> None:
        self._store = store
        self._ids = ids
        self._clock = clock
        self._service = service
        self._woken = asyncio.Event()
        self._writing = False
        self._listeners: list[Listener] = []
        self.taxi: Taxi | None = None

    @property
    def has_service(self) -> bool:
        """Tell whether a taxi can be called at all."""
        return self._service is not None

    def on_change(self, listener: Listener) -> None:
        """Call the listener whenever the taxi is somewhere else."""
        self._listeners.append(listener)

    async def load(self) -> None:
        """Go on with the call of before a restart."""
        now = self._clock.now()
        found = await self._store.records_between(now - KEPT, now + timedelta(days=1), KINDS)
        for record in found:
            event = from_record(record)
            assert isinstance(event, TaxiEvent)
            self.taxi = after(self.taxi, event)
        self._woken.set()

    async def call(self) -> None:
        """Have one called.

        Raises:
            TaxiUnderWay: one is coming already.
            StoreUnavailable: nothing was written, none is called.
        """
        under_way = self.taxi is not None and self.taxi.state not in TAXI_ENDED
        if under_way or self._writing:
            raise TaxiUnderWay()
        self._writing = True
        try:
            await self._write(TaxiAsked(self._ids.next(), self._clock.now()))
        finally:
            self._writing = False
        self._woken.set()

    async def cancel(self) -> None:
        """Have it cancelled.

        Raises:
            TaxiNotCalled: there is none, or it has left.
            StoreUnavailable: nothing was written.
        """
        if self.taxi is None or self.taxi.state in TAXI_ENDED:
            raise TaxiNotCalled()
        await self._write(TaxiCancelAsked(self.taxi.id, self._clock.now()))
        self._woken.set()

    async def run(self) -> None:
        """Ask and follow for ever.

        Raises:
            StoreError: the terminal's own record fails; selling stops.
        """
        while True:
            self._woken.clear()
            await self.look()
            if self.taxi is not None and self.taxi.state not in TAXI_ENDED:
                await self._clock.sleep_ms(POLL_MS)
            else:
                await self._woken.wait()

    async def look(self) -> None:
        """Ask the service once about the call that is open."""
        taxi, service = self.taxi, self._service
        if taxi is None or service is None or taxi.state in TAXI_ENDED:
            return
        try:
            word = await (service.cancel(taxi.id) if taxi.cancelling else service.call(taxi.id))
        except TaxiSilent:
            return  # The same call goes again.
        if (word.state, word.minutes, True) != (taxi.state, taxi.minutes, taxi.told):
            now = self._clock.now()
            await self._write(TaxiMoved(taxi.id, word.state, word.plate, word.minutes, now))

    async def _write(self, event: TaxiEvent) -> None:
        await self._store.commit(Change(records=(to_record(event),)))
        self.taxi = after(self.taxi, event)
        for listener in self._listeners:
            listener()
