"""The `Ledger` port over HTTP: each call in the contract's words. Never sends by itself: `signed_line` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from ledger.events import EventFeed
from ledger.signed_line import RequestSigner, SignedLine, utc_now
from pos.domain.card_balance import CardBalance
from pos.domain.coupon import CouponOffer, CouponRefusal
from pos.domain.errors import LedgerRefused, LedgerSilent, TerminalNotAccepted
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.news import NextKey
from pos.domain.payment_answers import Approval, Decline
from pos.domain.reconciliation import Comparison, PrintedDay, TerminalDay
from pos.domain.record import LedgerHead, Record
from pos.domain.statement import Statement
from pos.domain.won import Won
from pos.ports import AuthorizationRequest, FeedItem, FeedPage, PaymentFate

NOT_FOUND = "not_found"
FEED_GRACE_MS = 5_000  # On top of the wait asked for, before the feed counts as silent.


class HttpLedger:
    """The `Ledger` port over HTTP, for one terminal."""

    def __init__(
        self,
        base_url: str,
        device: int,
        signer: RequestSigner,
        ledger_public: bytes | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take what the calls need; nothing is opened yet.

        Args:
            base_url: `http://host:port`, no path.
            device: the terminal's number.
            signer: the terminal's key, which the ledger has enrolled.
            ledger_public: the ledger's Ed25519 key, as told at the enrolment; without it no head can be
                trusted, so none is asked for.
            now: this machine's clock.
        """
        self._device = device
        self._line = SignedLine(base_url, signer, device, now)
        self._events = EventFeed(self._line)
        self._trusted = [] if ledger_public is None else [ledger_public]

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        """Ask for a payment; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says.
        """
        await self._line.open()
        from ledger import mapping
        from ledger.contract import models
        from ledger.contract.coupon_models import CouponRequest

        amount, at = request.amount.amount, request.at
        body: models.AuthorizeRequest | models.CodeRequest | CouponRequest
        if request.coupon_of is not None:
            operation, total = "payByCoupon", request.coupon_of.amount
            body = CouponRequest(amount=amount, total=total, code=request.sealed, at=at)
        elif request.by_code:
            operation = "payByCustomerCode"
            body = models.CodeRequest(amount=amount, code=request.sealed, at=at)
        else:
            operation = "authorizePayment"
            body = models.AuthorizeRequest(amount=amount, sealed=request.sealed, at=at)
        answer = await self._line.call(
            operation,
            models.AuthorizeAnswer,
            deadline_ms,
            body=body,
            payment_id=request.payment_id.hex,
        )
        try:
            said = mapping.answer_from_wire(answer)
        except ValueError as error:
            raise LedgerSilent from error
        if isinstance(said, Approval) and said.amount != request.amount:
            raise LedgerSilent  # An approval of another amount answers nothing we asked.
        return said

    async def coupon(
        self, code: str, total: Won, *, deadline_ms: int
    ) -> CouponOffer | CouponRefusal:
        """Ask what a coupon pays; see the port, also for what it raises."""
        await self._line.open()
        from ledger import till_mapping
        from ledger.contract.coupon_models import CouponAnswer, CouponQuestion

        body = CouponQuestion(code=code, total=total.amount)
        answer = await self._line.call("askCoupon", CouponAnswer, deadline_ms, body=body)
        return till_mapping.coupon_from_wire(answer)

    async def card_balance(
        self, inquiry_id: TransactionId, sealed: str, *, deadline_ms: int
    ) -> CardBalance | Decline:
        """Ask what a tapped card holds; see the port, also for what it raises."""
        await self._line.open()
        from ledger import till_mapping
        from ledger.contract.balance_models import BalanceAnswer, BalanceRequest

        answer = await self._line.call(
            "cardBalance",
            BalanceAnswer,
            deadline_ms,
            body=BalanceRequest(sealed=sealed),
            payment_id=inquiry_id.hex,
        )
        return till_mapping.balance_from_wire(answer)

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        """Ask what became of a payment; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says.
        """
        await self._line.open()
        from ledger import mapping
        from ledger.contract import models

        answer = await self._line.call(
            "paymentOutcome", models.OutcomeAnswer, deadline_ms, payment_id=payment_id.hex
        )
        try:
            return mapping.outcome_from_wire(answer)
        except ValueError as error:
            raise LedgerSilent from error

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        """Tell the ledger of records, in order; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says; an answer that does
                not fit the records one to one is none.
        """
        if not records:
            return ()
        await self._line.open()
        from ledger import mapping
        from ledger.contract import models

        body = models.ForwardRequest(records=tuple(mapping.record_to_wire(r) for r in records))
        answer = await self._line.call(
            "forwardRecords", models.ForwardAnswer, deadline_ms, body=body
        )
        if [each.sequence for each in answer.outcomes] != [each.sequence for each in records]:
            raise LedgerSilent
        try:
            return tuple(mapping.forwarded_from_wire(each) for each in answer.outcomes)
        except ValueError as error:
            raise LedgerSilent from error

    async def head(self, *, deadline_ms: int) -> LedgerHead | None:
        """Return how far the ledger knows this terminal's journal; see the port.

        None also where this terminal has no key of the ledger's to check a head with.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says; a head that the
                ledger did not sign, or of another terminal, is no answer.
        """
        if not self._trusted:
            return None
        await self._line.open()
        from ledger import mapping
        from ledger.contract import models

        answer = await self._line.call("journalHead", models.HeadAnswer, deadline_ms)
        if answer.head is None:
            return None
        head = mapping.head_from_wire(answer.head)
        if head.device != self._device or not self._have_signed(head.signature, head.message):
            raise LedgerSilent
        return head

    async def statement(self, day: date, *, deadline_ms: int) -> Statement:
        """Return what the terminal's shop took on a day; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says; a statement of another
                day, or one that does not add up, is no answer.
        """
        await self._line.open()
        from ledger import day_mapping
        from ledger.contract import day_models

        try:
            answer = await self._line.call(
                "dayStatement", day_models.StatementAnswer, deadline_ms, day=day.isoformat()
            )
        except TerminalNotAccepted as error:
            if error.facts.get("reason") != NOT_FOUND:
                raise
            raise LedgerRefused(reason=NOT_FOUND) from error  # It is the day that is not found.
        if answer.day != day:
            raise LedgerSilent
        try:
            return day_mapping.statement_from_wire(answer)
        except ValueError as error:
            raise LedgerSilent from error

    async def compare(
        self, day: date, mine: TerminalDay, printed: PrintedDay | None, *, deadline_ms: int
    ) -> Comparison:
        """Return what the terminal's day differs in from the ledger's; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says.
        """
        await self._line.open()
        from ledger import day_mapping
        from ledger.contract import day_models

        answer = await self._line.call(
            "reconcileDay",
            day_models.ReconcileAnswer,
            deadline_ms,
            body=day_mapping.day_to_wire(mine, printed),
            day=day.isoformat(),
        )
        return day_mapping.comparison_from_wire(answer)

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        """Return what is new after the cursor, from the event stream where there is one; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says.
        """
        await self._line.open()
        from ledger import feed_mapping
        from ledger.contract import models

        page = await self._events.next(cursor, wait_ms, FEED_GRACE_MS)
        if page is None:
            query = {"cursor": cursor, "wait_ms": str(wait_ms)}
            deadline_ms = wait_ms + FEED_GRACE_MS
            answer = await self._line.call("readFeed", models.FeedAnswer, deadline_ms, query=query)
            page = feed_mapping.page_from_wire(answer)
        return replace(
            page, items=tuple(each for each in page.items if self._is_to_be_believed(each))
        )

    def trust(self, keys: Sequence[NextKey]) -> None:
        """Check heads with these keys too, as far as one trusted vouches for them; see the port."""
        for key in keys:
            self._follow(key)

    def _is_to_be_believed(self, item: FeedItem) -> bool:
        return item.next_key is None or self._follow(item.next_key)

    def _follow(self, key: NextKey) -> bool:
        """Trust a key that a trusted one has signed; tell whether it is trusted now."""
        public = bytes.fromhex(key.public)
        if public in self._trusted:
            return True
        if not self._have_signed(key.signature, key.message):
            return False
        self._trusted.append(public)
        return True

    def _have_signed(self, signature: str, message: bytes) -> bool:
        return any(_has_signed(key, signature, message) for key in self._trusted)

    async def aclose(self) -> None:
        """Close all connections; the next call opens new ones."""
        await self._events.close()
        await self._line.close()


def _has_signed(public: bytes, signature: str, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):  # A key that is none has signed nothing.
        return False
    return True
