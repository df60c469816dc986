"""What a till asks beside card payments: coupons that are shown, and what a card holds. Never answers before the commit."""

from __future__ import annotations

from dataclasses import replace

from ledger import till_mapping as wired
from ledger.contract.balance_models import BalanceAnswer, BalanceRequest
from ledger.contract.coupon_models import CouponAnswer, CouponQuestion, CouponRequest
from ledger.contract.models import AuthorizeAnswer
from ledger.mapping import answer_to_wire
from ledger.server import bearer_coupons, card_balance, customer_codes, gate
from ledger.server.database import Tx
from ledger.server.gate import Caller
from ledger.server.judging import Ask
from ledger.server.payments import IdReused, hash_body
from ledger.server.problems import Refused
from ledger.server.service import Service, check_device
from ledger.server.tables import Needs
from pos.domain.business_day import business_day
from pos.domain.card_balance import CardBalance
from pos.domain.coupon import CouponOffer, CouponRefusal
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won


class TillDesk:
    """Its operations, over the service's writer, clock and rules."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def ask_coupon(self, caller: Caller, request: CouponQuestion) -> CouponAnswer:
        """Say what a coupon pays of a sale here and now."""
        now = self._service.now()

        def ask(tx: Tx) -> CouponOffer | CouponRefusal:
            gate.spend(tx, caller, now)
            rules, total = self._service.policy_at(now), Won(request.total)
            day = business_day(now)
            return bearer_coupons.ask(tx, request.code, total, caller.terminal, rules, day)

        return wired.coupon_to_wire(await self._service.writer.run(ask, needs=caller.needs))

    async def pay_by_coupon(
        self, caller: Caller, payment_id: TransactionId, request: CouponRequest
    ) -> AuthorizeAnswer:
        """Take one online payment by a coupon.

        Raises:
            Refused: its id is wrong; nothing was posted.
        """
        merchant, now = caller.terminal, self._service.now()
        check_device(merchant, payment_id)
        ask = Ask(
            payment_id=payment_id,
            merchant=merchant,
            amount=Won(request.amount),
            mode=ApprovalMode.ONLINE,
            facts=customer_codes.NO_CARD,
            body_hash=hash_body("coupon", request.amount, request.total, request.code),
            at=now,
            earned_at=now,
        )
        shown = bearer_coupons.Shown(request.code, Won(request.total))

        def pay(tx: Tx) -> Approval | Decline:
            gate.spend(tx, caller, now)
            return bearer_coupons.pay(tx, ask, shown, self._service.policy_at(now))

        needs = Needs((payment_id.hex,), requests=caller.needs.requests)
        try:
            return answer_to_wire(await self._service.writer.run(pay, needs=needs))
        except IdReused:
            raise Refused("id_reused") from None

    async def balance(
        self, caller: Caller, inquiry_id: TransactionId, request: BalanceRequest
    ) -> BalanceAnswer:
        """Say what a card holds that was tapped for it; its counter is used up, nothing else.

        Raises:
            Refused: its id or its sealed card is wrong.
        """
        check_device(caller.terminal, inquiry_id)
        facts, now = self._service.open_card(request.sealed, inquiry_id), self._service.now()

        def ask(tx: Tx) -> CardBalance | Decline:
            gate.spend(tx, caller, now)
            shop, rules = caller.terminal.shop, self._service.policy_at(now)
            return card_balance.ask(tx, facts, shop, rules, business_day(now))

        key = facts.pan_key
        needs = replace(Needs((), (key,), ((key, facts.atc),)), requests=caller.needs.requests)
        return wired.balance_to_wire(await self._service.writer.run(ask, needs=needs))
