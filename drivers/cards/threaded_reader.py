"""A card reader over a blocking link: deadline, cancel, hung cards, answers. Never runs two cards at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from drivers.cards.held_card import CardHolder
from drivers.cards.kernel import IsStopped, Kernel, none_is_stopped
from drivers.cards.link import CardLink
from drivers.cards.worker import Worker, tell
from pos.domain.card import CardRead, CardUpdate
from pos.domain.errors import CardCancelled, NoCardInTime, ReaderUnavailable
from pos.domain.identifiers import TransactionId
from pos.ports import CardRequest, DeviceStatus

TRANSACTION_LIMIT_MS = 3_000  # From the card's coming to its answer; a card takes about 500.
COMPLETE_LIMIT_MS = 1_000  # For the ledger's answer at the card; it takes about 50.
WAIT_GRACE_MS = 1_000  # How much later than asked a link may notice that time is up.
STATUS_LIMIT_MS = 1_000


class _Attempt:
    """One `present` under way, as the loop and the thread share it."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.cancelled = False
        self.settling = asyncio.get_running_loop().create_future()  # Card came, or cancelled.

    def settle(self) -> None:
        if not self.settling.done():
            self.settling.set_result(None)


class ThreadedReader:
    """The CardReader port over a link, which lives in one thread (`Worker`)."""

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        make_link: Callable[[], CardLink],
        is_stopped: IsStopped = none_is_stopped,
    ) -> None:
        self._kernel = kernel
        self._name = name
        self._make_link = make_link
        self._is_stopped = is_stopped
        self._link = make_link()
        self._worker = Worker(name)
        self._holder = CardHolder()
        self._attempt: _Attempt | None = None

    async def present(self, request: CardRequest) -> CardRead:
        """Wait for a card and run its transaction.

        Raises:
            CardError: one of its leaves; nothing was charged.
            RuntimeError: another `present` is under way; a programming error.
        """
        if self._attempt is not None:
            raise RuntimeError("one card at a time")
        attempt = self._attempt = _Attempt()
        loop = asyncio.get_running_loop()
        link, holder = self._link, self._holder

        def work() -> CardRead:
            holder.let_go()
            came = lambda: tell(loop, attempt.settle)  # noqa: E731 - said where it is used.
            return self._transact(link, holder, attempt, request, came)

        done = self._worker.submit(work)
        try:
            return await self._result(attempt, done, request.deadline_ms)
        finally:
            self._attempt = None
            if not done.done():  # The waiting task itself was cancelled.
                _stop(attempt, link)

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        """Hand the ledger's answer to the card that asked for it, and let the card go."""
        holder = self._holder
        done = self._worker.submit(lambda: holder.complete(payment_id, for_card))
        await asyncio.wait({done}, timeout=COMPLETE_LIMIT_MS / 1000)
        if done.done():
            return done.result()
        self._write_off()
        return CardUpdate()

    async def cancel(self) -> None:
        """End a waiting `present`, which then raises CardCancelled. No-op otherwise."""
        attempt = self._attempt
        if attempt is None or attempt.settling.done():
            return
        attempt.cancelled = True
        attempt.settle()
        _stop(attempt, self._link)

    async def status(self) -> DeviceStatus:
        """Return whether the reader can be used."""
        if self._attempt is not None:  # It would have failed by now.
            return DeviceStatus(self._name, True)
        try:
            asked = self._worker.submit(self._link.problem)
            problem = await asyncio.wait_for(asked, STATUS_LIMIT_MS / 1000)
        except TimeoutError:
            problem = "no_answer"
        return DeviceStatus(self._name, not problem, problem)

    def close(self) -> None:
        """Let the thread end, and before it a card that it keeps."""
        self._worker.post(self._holder.let_go)
        self._worker.end()

    async def _result(
        self, attempt: _Attempt, done: asyncio.Future[CardRead], deadline_ms: int
    ) -> CardRead:
        """Wait for the thread, in two stretches: until a card comes, and while it answers."""
        patience_s = (deadline_ms + WAIT_GRACE_MS) / 1000
        first = asyncio.FIRST_COMPLETED
        await asyncio.wait({attempt.settling, done}, timeout=patience_s, return_when=first)
        if attempt.settling.done() and not done.done():
            await asyncio.wait({done}, timeout=TRANSACTION_LIMIT_MS / 1000)
        if done.done():
            return done.result()
        self._write_off()
        if attempt.cancelled:
            raise CardCancelled()
        raise ReaderUnavailable()

    def _transact(
        self,
        link: CardLink,
        holder: CardHolder,
        attempt: _Attempt,
        request: CardRequest,
        card_came: Callable[[], None],
    ) -> CardRead:
        """Run in the thread: one card or none. A card that waits for the ledger is kept."""
        deadline_s = time.monotonic() + request.deadline_ms / 1000
        session = link.wait_for_card(deadline_s, attempt.stop)
        try:
            if attempt.stop.is_set():
                raise CardCancelled()
            if session is None:
                raise NoCardInTime()
            card_came()
            read, waiting = self._kernel.begin(
                session.transmit, request, session.entry, self._is_stopped
            )
            if waiting is not None:
                holder.keep(session, waiting)
                session = None
            return read
        finally:
            if session is not None:
                session.close()

    def _write_off(self) -> None:
        """Leave a thread that hangs in the reader to itself and begin with a new one."""
        self._worker.end()
        self._worker = Worker(self._name)
        self._link = self._make_link()
        self._holder.abandon()
        self._holder = CardHolder()


def _stop(attempt: _Attempt, link: CardLink) -> None:
    """End the wait, from a thread of its own: a reader's service may be slow to hear it."""
    attempt.stop.set()
    threading.Thread(target=link.wake, name="wake", daemon=True).start()
