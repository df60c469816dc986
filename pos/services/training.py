"""Begins and ends training. Of it, the real record knows that it began and that it ended, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pos.domain.errors import IeumError
from pos.domain.events import to_record
from pos.domain.people import Grant, Permission, TrainingBegan, TrainingEnded
from pos.ports import Change, Clock, Store
from pos.services.build_sale import Counter

if TYPE_CHECKING:
    from pos.services.terminal import Terminal

RESTART = "restart"


class TrainingInTheWay(IeumError):
    """A real sale is open; training in the middle of it would be taken for it."""

    code = "T09"
    ko = "실제 판매가 열려 있습니다. 교육을 시작하지 않았습니다. 계산하거나 그만둔 뒤 다시 하세요."
    en = "A real sale is open. Training did not begin. Finish or drop the sale first."


class TrainingGround(Protocol):
    """Makes a terminal of which nothing is real."""

    async def open(self) -> Terminal:
        """Return a new one, its tasks running."""
        ...

    async def close(self) -> None:
        """End it; nothing of it stays."""
        ...


class TrainingCards(Protocol):
    """Cards that a key holds to the reader."""

    def tap(self, name: str) -> None:
        """Hold a card of this name to it: `full`, `small` or `bank`."""
        ...


class Training:
    """The training key."""

    def __init__(
        self, *, store: Store, counter: Counter, clock: Clock, ground: TrainingGround
    ) -> None:
        self._store = store
        self._counter = counter
        self._clock = clock
        self._ground = ground

    async def begin(self, grant: Grant) -> Terminal:
        """Write that it begins, and return the terminal to train on.

        Raises:
            TrainingInTheWay: a real sale is open.
            StoreError: nothing began.
        """
        if grant.permission is not Permission.TRAINING:
            raise ValueError(f"training needs its own grant, not {grant.permission}'s")
        if self._counter.sale.lines or self._counter.paying:
            raise TrainingInTheWay()
        terminal = await self._ground.open()
        began = TrainingBegan(grant.allowed_by or grant.by, self._clock.now())
        await self._store.commit(Change(records=(to_record(began),)))
        return terminal

    async def end(self, grant: Grant) -> None:
        """Leave, and write that it ended.

        Raises:
            StoreError: it could not be written.
        """
        if grant.permission is not Permission.TRAINING:
            raise ValueError(f"training needs its own grant, not {grant.permission}'s")
        await self._ground.close()
        await self._write_end(grant.allowed_by or grant.by)

    async def recover(self) -> None:
        """After a start: training that a crash or a switched-off terminal cut off has ended.

        Raises:
            StoreError: the record can't be read or written.
        """
        newest = await self._store.latest_records(("training.began", "training.ended"), 1)
        if newest and newest[0].kind == "training.began":
            await self._ground.close()
            await self._write_end(RESTART)

    async def stop(self) -> None:
        """The terminal ends: so does whatever runs for training."""
        await self._ground.close()

    async def _write_end(self, by: str) -> None:
        ended = TrainingEnded(by, self._clock.now())
        await self._store.commit(Change(records=(to_record(ended),)))
