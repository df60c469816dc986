"""Takes a coupon as a part of a sale. Never without the ledger: nobody else knows whether it was used.

First it is asked what the coupon pays, which uses nothing up; then that much is a payment like a card's:
intent, sent, answer, each durable before the next, so that a crash or a silent line ends as with a card.
"""

from __future__ import annotations

from collections.abc import Callable

from pos.domain.card import CardEntry, CardRead, Cryptogram
from pos.domain.coupon import (
    CouponNeedsLine,
    CouponOffer,
    CouponRefusal,
    CouponTakenAlready,
    masked_coupon,
    read_coupon_code,
)
from pos.domain.payment import begin
from pos.domain.payment_answers import Decline
from pos.domain.payment_events import Intended
from pos.domain.sale import Sale
from pos.domain.tender import VoucherTender
from pos.services.ask_ledger import ask_ledger
from pos.services.card_outcome import CardOutcome, NotApproved, NotTaken, Stage
from pos.services.card_payment import CardPayment


class TakeCoupon(CardPayment):
    """The coupon key, and a coupon scanned at any time."""

    async def take(
        self, text: str, *, on_stage: Callable[[Stage], None] = lambda _: None
    ) -> CardOutcome:
        """Take what a coupon pays of the sale, at most what is due.

        Raises:
            CouponError: it is no coupon, or the sale has one; nothing was asked.
            SaleError, StoreUnavailable: as `TakeCard.pay`.
        """
        code = read_coupon_code(text)
        with self._counter.payment() as sale:
            if any(isinstance(e, VoucherTender) and e.by_coupon for e in sale.tenders):
                raise CouponTakenAlready()
            if not self._line.up:
                return NotTaken(CouponNeedsLine())
            on_stage(Stage.ASKING)
            said = await self._worth(code, sale)
            if isinstance(said, NotTaken):
                return said
            if isinstance(said, CouponRefusal):
                return NotApproved(Decline(said.reason, said.minimum or None), masked_coupon(code))
            amount = min(said.worth, sale.due)
            intent = Intended(self._counter.next_id(), sale, amount, self._clock.now())
            await self._write(intent, draft=sale)
            outcome = await self._ask(sale, begin(intent), _read(code), on_stage, coupon=code)
            return NotTaken(CouponNeedsLine()) if outcome is None else outcome

    async def _worth(self, code: str, sale: Sale) -> CouponOffer | CouponRefusal | NotTaken:
        """Ask what it pays. Without an answer nothing has happened that would have to be undone."""
        question = self._ledger.coupon(code, sale.total, deadline_ms=self._deadlines.authorize_ms)
        return await ask_ledger(question, self._line, self._clock, without=CouponNeedsLine())


def _read(code: str) -> CardRead:
    """Return what stands for the card. The code itself is kept by no journal: who has it may use it."""
    return CardRead(
        masked_pan=masked_coupon(code),
        card_ref="",
        sealed="",
        entry=CardEntry.COUPON,
        cryptogram=Cryptogram.ARQC,
        genuine=False,  # The ledger answers for it.
        expired=False,
        offline_available=None,
    )
