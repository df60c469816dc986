"""Takes a voucher payment by QR, both ways. Never without the ledger: nobody else knows a code.

The customer's code is asked about like a card. The shop's own code is shown, and the ledger asked until
it is paid, cancelled or too old; a code that was shown and not paid is reversed by its id, so that an
app that comes late can't pay it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from pos.domain.card import CardEntry, read_by_code
from pos.domain.customer_code import read_customer_code
from pos.domain.errors import IeumError, LedgerError, LedgerSilent
from pos.domain.payment import Payment, begin, step
from pos.domain.payment_answers import Approval, Decline
from pos.domain.payment_events import Intended, NoAnswer, ReversalAsked, Sent
from pos.domain.sale import Sale
from pos.domain.scan_errors import QrCancelled, QrNeedsLine, QrNotPaidInTime
from pos.domain.shop_code import GOOD_FOR, ShopCode, plain_name
from pos.domain.won import Won
from pos.ports import Clock, Ledger, PaymentFate, Store, SyncEngine
from pos.services.build_sale import Counter
from pos.services.card_outcome import CardOutcome, Deadlines, NotTaken, Stage, Unanswered
from pos.services.card_payment import CardPayment, wanted_of
from pos.services.finish_sale import FinishSale
from pos.services.line import Line

POLL_MS = 1_000
GRACE_MS = 3_000  # After the code's end: what the app paid in its last second is to be heard.
Sign = Callable[[bytes], bytes]
"""Returns 64 bytes of Ed25519 by the device's own key."""


class TakeQr(CardPayment):
    """The QR key, and a customer's code scanned at any time.

    Attributes:
        shown: the shop's code that stands on the screens now.
    """

    def __init__(
        self,
        *,
        counter: Counter,
        finish: FinishSale,
        ledger: Ledger,
        store: Store,
        sync: SyncEngine,
        line: Line,
        sign: Sign,
        terminal_number: str,
        deadlines: Deadlines,
        clock: Clock,
    ) -> None:
        super().__init__(
            counter=counter,
            finish=finish,
            ledger=ledger,
            store=store,
            sync=sync,
            line=line,
            deadlines=deadlines,
            clock=clock,
        )
        self._sign = sign
        self._name = plain_name(terminal_number)
        self._cancelled = asyncio.Event()
        self.shown: ShopCode | None = None
        self._listeners: list[Callable[[ShopCode | None], None]] = []

    def on_code(self, listener: Callable[[ShopCode | None], None]) -> None:
        """Tell the listener of each code that is to be shown; None takes it off again."""
        self._listeners.append(listener)

    async def scanned(
        self,
        text: str,
        amount: Won | None = None,
        *,
        on_stage: Callable[[Stage], None] = lambda _: None,
    ) -> CardOutcome:
        """Take what is due, or a part of it, by the code that the customer's app shows.

        Raises:
            QrError: it is no such code; nothing was asked.
            SaleError, StoreUnavailable: as `TakeCard.pay`.
        """
        code = read_customer_code(text)
        with self._counter.payment() as sale:
            wanted = wanted_of(sale, amount)
            if not self._line.up:
                return NotTaken(QrNeedsLine())
            intent = Intended(self._counter.next_id(), sale, wanted, self._clock.now())
            await self._write(intent, draft=sale)
            on_stage(Stage.ASKING)
            card = read_by_code(CardEntry.CUSTOMER_QR, text, code.id)
            outcome = await self._ask(sale, begin(intent), card, on_stage)
            return NotTaken(QrNeedsLine()) if outcome is None else outcome

    async def show(
        self,
        amount: Won | None = None,
        *,
        on_stage: Callable[[Stage], None] = lambda _: None,
    ) -> CardOutcome:
        """Show the shop's code for what is due, or for a part of it, until it is paid.

        Raises:
            SaleError, StoreUnavailable: as `TakeCard.pay`.
        """
        self._cancelled.clear()
        with self._counter.payment() as sale:
            wanted = wanted_of(sale, amount)
            if not self._line.up:
                return NotTaken(QrNeedsLine())
            intent = Intended(self._counter.next_id(), sale, wanted, self._clock.now())
            code = self._make(intent)
            card = read_by_code(CardEntry.SHOP_QR, code.text)
            sent = Sent(intent.payment_id, sale.id, card, intent.at)
            # Both before anyone sees the code: from then on the money may move.
            await self._write(intent, sent, draft=sale)
            self._tell(code)
            try:
                return await self._await_paid(sale, step(begin(intent), sent), on_stage)
            finally:
                self._tell(None)

    async def cancel(self) -> None:
        """Take the shop's code back. A customer's code that was sent is awaited: the answer is near."""
        self._cancelled.set()

    async def _await_paid(
        self, sale: Sale, payment: Payment, on_stage: Callable[[Stage], None]
    ) -> CardOutcome:
        assert payment.card is not None
        ends_ms = self._clock.monotonic_ms() + GOOD_FOR.seconds * 1_000 + GRACE_MS
        on_stage(Stage.SHOWN)
        while True:
            is_over = self._clock.monotonic_ms() >= ends_ms
            answer = await self._look(payment, on_stage)
            if isinstance(answer, Approval | Decline):
                return await self._answered(sale, payment, payment.card, answer)
            if self._cancelled.is_set():
                return await self._give_up(payment, QrCancelled())
            if answer is PaymentFate.REVERSED:
                return await self._give_up(payment, QrNotPaidInTime())
            if is_over:
                why = QrNotPaidInTime() if answer is not None else LedgerSilent()
                return await self._give_up(payment, why)
            await self._pause()

    async def _look(
        self, payment: Payment, on_stage: Callable[[Stage], None]
    ) -> Approval | Decline | PaymentFate | None:
        """Ask once what became of it; None where nobody could be asked."""
        was_up = self._line.up
        try:
            answer = await self._ledger.outcome(payment.id, deadline_ms=self._deadlines.outcome_ms)
        except LedgerError:
            self._line.failed(self._clock.now())
            on_stage(Stage.LINE_LOST)
            return None
        self._line.answered(self._clock.now())
        if not was_up:
            on_stage(Stage.SHOWN)
        # An approval of another amount answers nothing that was asked.
        is_other = isinstance(answer, Approval) and answer.amount != payment.amount
        return None if is_other else answer

    async def _give_up(self, payment: Payment, why: IeumError) -> CardOutcome:
        """Reverse it by its id, whatever became of it: unseen, it can't post any more."""
        now = self._clock.now()
        await self._write(
            NoAnswer(payment.id, payment.sale_id, now),
            ReversalAsked(payment.id, payment.sale_id, payment.amount, why.code, now),
        )
        self._sync.wake()
        return Unanswered(why) if isinstance(why, LedgerSilent) else NotTaken(why)

    async def _pause(self) -> None:
        """Wait for the next look, or until it is cancelled."""
        waits = [
            asyncio.ensure_future(self._clock.sleep_ms(POLL_MS)),
            asyncio.ensure_future(self._cancelled.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
                with suppress(asyncio.CancelledError):
                    await each

    def _make(self, intent: Intended) -> ShopCode:
        # By the ledger's clock, as far as it was heard: it is the ledger that refuses a late one.
        ends = (intent.at + self._line.skew + GOOD_FOR).replace(microsecond=0)
        code = ShopCode(intent.payment_id, intent.amount, ends, self._name)
        return ShopCode(code.payment_id, code.amount, ends, code.name, self._sign(code.message))

    def _tell(self, code: ShopCode | None) -> None:
        self.shown = code
        for listener in self._listeners:
            listener(code)
