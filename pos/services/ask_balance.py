"""Asks what a card holds. Never a payment: nothing is drawn, and nothing of the card is written down."""

from __future__ import annotations

from collections.abc import Callable

from pos.domain.card_balance import BalanceNeedsLine, BalanceNotRead, CardBalance
from pos.domain.errors import CardCancelled, CardError
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.won import ZERO
from pos.ports import CardReader, CardRequest, Clock, Ledger
from pos.services.ask_ledger import ask_ledger
from pos.services.build_sale import Counter
from pos.services.card_outcome import Deadlines, NotApproved, NotTaken, Stage
from pos.services.line import Line

BalanceOutcome = CardBalance | NotApproved | NotTaken


class AskBalance:
    """The balance key. The sale is held still meanwhile, so that nothing is paid beside it."""

    def __init__(
        self,
        *,
        counter: Counter,
        reader: CardReader,
        ledger: Ledger,
        line: Line,
        deadlines: Deadlines,
        clock: Clock,
    ) -> None:
        self._counter = counter
        self._reader = reader
        self._ledger = ledger
        self._line = line
        self._deadlines = deadlines
        self._clock = clock
        self._cancelled = False
        self._listeners: list[Callable[[CardBalance | None], None]] = []

    def on_balance(self, listener: Callable[[CardBalance | None], None]) -> None:
        """Tell the listener of each balance that is to be shown; None takes it off again."""
        self._listeners.append(listener)

    async def ask(self, *, on_stage: Callable[[Stage], None] = lambda _: None) -> BalanceOutcome:
        """Wait for a card and say what it holds; shown to the customer until `done`.

        Raises:
            PaymentPending: a payment is under way.
        """
        self._cancelled = False
        with self._counter.held_still():
            if not self._line.up:
                return NotTaken(BalanceNeedsLine())
            inquiry_id = self._counter.next_id()
            try:
                return await self._ask(inquiry_id, on_stage)
            finally:  # The card is told no: it has paid nothing.
                await self._reader.complete(inquiry_id, None)

    async def cancel(self) -> None:
        """Stop waiting for a card."""
        self._cancelled = True  # The reader may not have been asked yet.
        await self._reader.cancel()

    def done(self) -> None:
        """Take the balance off the customer's display."""
        self._tell(None)

    async def _ask(
        self, inquiry_id: TransactionId, on_stage: Callable[[Stage], None]
    ) -> BalanceOutcome:
        on_stage(Stage.TAP)
        request = CardRequest(inquiry_id, ZERO, True, self._clock.now(), self._deadlines.card_ms)
        try:
            if self._cancelled:
                raise CardCancelled()
            card = await self._reader.present(request)
        except CardError as error:
            return NotTaken(error)
        if card.expired:
            return NotApproved(Decline(DeclineReason.CARD_EXPIRED), card.masked_pan)
        if not card.sealed:
            return NotTaken(BalanceNotRead())
        on_stage(Stage.ASKING)
        question = self._ledger.card_balance(
            inquiry_id, card.sealed, deadline_ms=self._deadlines.authorize_ms
        )
        said = await ask_ledger(question, self._line, self._clock, without=BalanceNeedsLine())
        if isinstance(said, NotTaken):
            return said
        if isinstance(said, Decline):
            return NotApproved(said, card.masked_pan)
        self._tell(said)
        return said

    def _tell(self, balance: CardBalance | None) -> None:
        for listener in self._listeners:
            listener(balance)
