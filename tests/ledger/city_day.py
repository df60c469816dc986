"""A random day of several shops and members, as jobs that a server would run. Never twice the same by chance."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from ledger.policy.policy import Policy
from ledger.policy.rows import CouponRow, GrantRow, Span, Where
from ledger.server import cards, coupons, devices, gate, grants, merchants, payments, records
from ledger.server.cards import NewCard
from ledger.server.database import Tx
from ledger.server.gate import Caller
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from ledger.server.tables import Needs
from pos.domain.card import CardEntry, Cryptogram
from pos.domain.events import Event, SaleCompleted
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.payment_events import CardRead, OfflineApproved, RefundAsked, ReversalAsked
from pos.domain.tender import ApprovalMode, Purse
from pos.domain.won import Won
from tests.ledger.conftest import Key
from tests.ledger.journal import Journal, cash_sale
from tests.ledger.plain_cards import PlainOpener, policy

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OPENER = PlainOpener()
TILLS = tuple(
    Merchant(n, 0xA000 + n * 0x1357, eligible=True, earns_cashback=True) for n in range(1, 6)
)
MEMBERS = 9
CARDS = tuple((f"c{n}", f"m{n % MEMBERS * 37 + 11}") for n in range(12))  # Some members have two.
ALWAYS = Span(date(2020, 1, 1), date(2020, 1, 1))
RULES: Policy = replace(
    policy(),
    grants=(GrantRow(ALWAYS, "anywhere", Where()),),
    coupons=(CouponRow(ALWAYS, "three", "city", Where(), amount=Won(3_000), minimum=Won(20_000)),),
)


@dataclass(frozen=True)
class Action:
    """One request.

    Attributes:
        members: whose money it may touch.
    """

    kind: str
    job: Callable[[Tx], Any]
    needs: Needs
    till: Merchant
    members: frozenset[str]


@dataclass
class CityDay:
    """What terminals ask in a day, and what of it was approved."""

    random: Random
    number: int = 0
    paid: list[tuple[TransactionId, str, int]] = field(
        default_factory=list[tuple[TransactionId, str, int]]
    )
    counters: dict[str, int] = field(default_factory=dict[str, int])

    def open(self, tx: Tx) -> None:
        """Make shops, terminals and cards known, with policy money and coupons for some."""
        for till in TILLS:
            shop = merchants.add(tx, f"shop {till.id}")
            devices.enrol(tx, shop, till.device, Key(till.id).public, START)
        for number, (name, member) in enumerate(CARDS):
            purses = {
                Purse.POLICY: Won(5_000),
                Purse.CHARGED: Won(300_000 if number % 4 else 2_000),
            }
            day = date(2031, 12, 31)
            new = NewCard(name, "", _pan(name), day, "active", member, Won(1_000), purses)
            cards.open_card(tx, new, OPENER.pan_key(new.pan), "", START)
            if number % 3 == 0:
                coupons.issue(tx, f"k{number}", "three", name)
                grants.give(tx, name, "anywhere", Won(4_000), f"g{number}", START)

    def actions(self, count: int) -> Iterator[Action]:
        """Give requests; each is to be run before the next is asked for."""
        for _ in range(count):
            kinds = ("pay", "pay", "pay", "advice", "reverse", "refund", "sale", "outcome")
            yield getattr(self, self.random.choice(kinds))()

    def pay(self) -> Action:
        """An online payment, which the card may not have the money or the counter for."""
        till, (card, member) = self.random.choice(TILLS), self.random.choice(CARDS)
        payment_id, amount = self._id(till), self.random.choice((900, 25_000, 60_000))
        atc = max(1, self._atc(card) - self.random.choice((0, 0, 0, 0, 1)))
        pan = _pan(card) if self.random.random() < 0.95 else "6290990000009999"
        facts = OPENER.open(_seal(payment_id, pan, amount, atc, "arqc"), payment_id.hex)
        ask = Ask(
            payment_id,
            till,
            Won(amount),
            ApprovalMode.ONLINE,
            facts,
            hash_body(amount),
            self.now,
            self.now,
        )
        caller = self._caller(till)

        def job(tx: Tx) -> Any:
            gate.spend(tx, caller, self.now)
            answer = payments.authorize(tx, ask, RULES)
            if isinstance(answer, Approval):
                self.paid.append((payment_id, member, amount))
            return answer

        needs = replace(payments.needs(ask), requests=caller.needs.requests)
        return Action("pay", job, needs, till, frozenset({member}))

    def advice(self) -> Action:
        till, (card, member) = self.random.choice(TILLS), self.random.choice(CARDS)
        payment_id, amount = self._id(till), self.random.choice((700, 5_000))
        mode = self.random.choice((ApprovalMode.OFFLINE_GUARANTEED, ApprovalMode.OFFLINE_AT_RISK))
        sealed = _seal(payment_id, _pan(card), amount, self._atc(card), "tc")
        read = CardRead(
            masked_pan="629099******0000",
            card_ref="0" * 32,
            sealed=sealed,
            entry=CardEntry.CONTACTLESS_CHIP,
            cryptogram=Cryptogram("tc"),
            genuine=True,
            expired=False,
            offline_available=None,
        )
        event = OfflineApproved(
            payment_id=payment_id,
            sale_id=self._id(till),
            amount=Won(amount),
            card=read,
            mode=mode,
            approval_code=f"F{self.number:07d}",
            cashback_estimate=Won(0),
            at=self.now,
        )
        self.paid.append((payment_id, member, amount))
        return self._forward("advice", till, event, member)

    def reverse(self) -> Action:
        """A reversal of a payment, or of one that never came."""
        payment_id, member, amount = self._any_paid()
        till = _till(payment_id)
        event = ReversalAsked(payment_id, self._id(till), Won(amount), "no answer", self.now)
        return self._forward("reverse", till, event, member)

    def refund(self) -> Action:
        payment_id, member, amount = self._any_paid()
        till = _till(payment_id)
        part = Won(self.random.choice((100, amount)))
        event = RefundAsked(self._id(till), payment_id, self._id(till), part, False, self.now)
        return self._forward("refund", till, event, member)

    def sale(self) -> Action:
        till = self.random.choice(TILLS)
        sale = replace(cash_sale(1, 1_000), id=self._id(till))
        return self._forward("sale", till, SaleCompleted(sale, self.now), "")

    def outcome(self) -> Action:
        payment_id, member, _ = self._any_paid()
        job = partial(payments.outcome, payment_id=payment_id)
        return Action("outcome", job, Needs(), _till(payment_id), frozenset({member}))

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.number)

    def _forward(self, kind: str, till: Merchant, event: Event, member: str) -> Action:
        journal = Journal(till.device, self.number)  # A journal of one record.
        batch = [records.prepare(journal.add(event), till, OPENER)]
        caller = self._caller(till)

        def job(tx: Tx) -> Any:
            gate.spend(tx, caller, self.now)
            return [records.take(tx, each, till, RULES, self.now) for each in batch]

        needs = replace(records.needs(batch, self.now), requests=caller.needs.requests)
        return Action(kind, job, needs, till, frozenset({member} - {""}))

    def _any_paid(self) -> tuple[TransactionId, str, int]:
        if not self.paid or self.random.random() < 0.1:
            return self._id(self.random.choice(TILLS)), "", 1_000
        return self.random.choice(self.paid)

    def _id(self, till: Merchant) -> TransactionId:
        self.number += 1
        return TransactionId(till.device, 7, self.number)

    def _atc(self, card: str) -> int:
        self.counters[card] = self.counters.get(card, 0) + 1
        return self.counters[card]

    def _caller(self, till: Merchant) -> Caller:
        self.number += 1
        return Caller(Key(till.id).public, int(self.now.timestamp()), f"{self.number:032x}", till)


def _till(payment_id: TransactionId) -> Merchant:
    return next(each for each in TILLS if each.device == payment_id.device)


def _pan(card: str) -> str:
    return f"62909911{int(card[1:]):08d}"


def _seal(payment_id: TransactionId, pan: str, amount: int, atc: int, cid: str) -> str:
    said = {"for": payment_id.hex, "pan": pan, "atc": atc, "cid": cid, "right": True}
    return json.dumps(said | {"amount": amount})
