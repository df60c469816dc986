"""Says which terminal a key speaks for, to all requests that ask at once in one go. Never remembers an answer.

On SQLite a look takes microseconds and is made on the spot. A database server takes a round trip, and the
event loop must not wait for one with each request: while one look is under way, those who come gather
for the next.
"""

from __future__ import annotations

import asyncio

from ledger.server import devices
from ledger.server.database import Database, Tx, is_postgres, open_reader
from ledger.server.judging import Merchant
from ledger.server.problems import Refused

AT_ONCE = 64  # Asked for in one statement.

_Asked = tuple[int, bytes, "asyncio.Future[Merchant | Refused]"]


class Admissions:
    """Whoever asks waits for the next look."""

    def __init__(self, database: Database, reader: Tx) -> None:
        self._reader = reader
        self._apart = open_reader(database) if is_postgres(database) else None
        self._waiting: list[_Asked] = []
        self._looking: asyncio.Task[None] | None = None

    async def of(self, device: int, key: bytes) -> Merchant:
        """Return the terminal that a key speaks for.

        Raises:
            Refused: it speaks for none, or no more.
            LedgerUnavailable: nobody could be asked.
        """
        if self._apart is None:
            return devices.admit(self._reader, device, key)
        future: asyncio.Future[Merchant | Refused] = asyncio.get_running_loop().create_future()
        self._waiting.append((device, key, future))
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(self._apart))
        said = await future
        if isinstance(said, Refused):
            raise said
        return said

    async def _look(self, reader: Tx) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            asked = [(device, key) for device, key, _ in some]
            try:
                answers = await asyncio.to_thread(devices.admit_all, reader, asked)
            except Exception as error:
                for _, _, future in some:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, _, future), answer in zip(some, answers, strict=True):
                if not future.done():  # Else whoever asked has gone.
                    future.set_result(answer)
        self._looking = None
