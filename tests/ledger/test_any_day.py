"""Any order of payments, advices, refunds, reversals and repeats leaves sound books and steady answers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.policy.policy import Policy
from ledger.server import accounts, books, payments, refunds
from ledger.server.database import Tx
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import IdReused, hash_body
from ledger.server.seed import seed
from ledger.server.writer import Writer
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import RefundAsked
from pos.domain.tender import ApprovalMode, Purse
from pos.domain.won import ZERO, Won
from pos.ports import PaymentFate
from tests.ledger.plain_cards import PlainOpener, new_card, policy, seal

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MERCHANT = Merchant(1, 1, eligible=True, earns_cashback=True)
CARDS = (
    new_card("rich", policy=20_000, charged=400_000, cashback=3_000, offline_limit=30_000),
    new_card("poor", charged=9_000, offline_limit=2_000),  # The same member's second card.
)
OPENER = PlainOpener()
T = TypeVar("T")
amounts = st.one_of(st.integers(1, 9_000), st.integers(1, 350_000))
names = st.sampled_from([each.id for each in CARDS])


class Ledger(Protocol):
    def run_now(self, job: Callable[[Tx], T]) -> T: ...
    def close(self) -> None: ...


class AnyDay(RuleBasedStateMachine):
    """A ledger, and what was asked of it and answered."""

    rates: ClassVar[Policy] = policy()

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.writer = self.open(Path(self.folder.name) / "ledger.db")
        self.writer.run_now(lambda tx: seed(tx, CARDS, OPENER, START))
        self.opened = self.held()
        self.asked: dict[TransactionId, Ask] = {}
        self.answers: dict[TransactionId, Approval | Decline] = {}
        self.reversed: set[TransactionId] = set()
        self.refunds: dict[TransactionId, RefundAsked] = {}
        self.given: dict[TransactionId, GivenBack | Decline] = {}
        self.back: dict[TransactionId, Won] = {}
        self.number = 0

    def open(self, path: Path) -> Ledger:
        return Writer(path)

    def teardown(self) -> None:
        self.writer.close()
        self.folder.cleanup()

    def held(self) -> dict[str, Won]:
        def read(tx: Tx) -> dict[str, Won]:
            return {
                each.id: Won.total(books.purse_balances(tx, each.id).values())
                + books.balance(tx, accounts.offline_reserve(each.id))
                for each in CARDS
            }

        return self.writer.run_now(read)

    def ask(self, name: str, amount: int, mode: ApprovalMode) -> Ask:
        self.number += 1
        payment_id = TransactionId(1, 7, self.number)
        cid = "tc" if mode is ApprovalMode.OFFLINE_GUARANTEED else "arqc"
        # Each command of the ledger's is lost: the card says what it was opened with.
        made_with = next(each.offline_limit.amount for each in CARDS if each.id == name)
        holds = (made_with, 0) if mode is ApprovalMode.ONLINE else None
        sealed = seal(payment_id, Won(amount), self.number, card=name, cid=cid, holds=holds)
        at = START + timedelta(hours=6 * self.number)  # Days and months go by.
        facts = OPENER.open(sealed, payment_id.hex)
        body_hash = hash_body(amount, sealed)
        return Ask(payment_id, MERCHANT, Won(amount), mode, facts, body_hash, at, at)

    def post(self, ask: Ask) -> Approval | Decline:
        return self.writer.run_now(partial(payments.authorize, ask=ask, policy=self.rates))

    @rule(name=names, amount=amounts, mode=st.sampled_from(ApprovalMode))
    def pays(self, name: str, amount: int, mode: ApprovalMode) -> None:
        before = self.held()
        ask = self.ask(name, amount, mode)
        answer = self.post(ask)
        self.asked[ask.payment_id], self.answers[ask.payment_id] = ask, answer
        if isinstance(answer, Decline):
            assert mode is not ApprovalMode.OFFLINE_GUARANTEED
            assert answer.reason is DeclineReason.INSUFFICIENT_FUNDS
            assert self.held() == before
        else:
            assert Won.total(each.amount for each in answer.purses) == Won(amount)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def asks_again(self, data: st.DataObject) -> None:
        ask = data.draw(st.sampled_from(list(self.asked.values())))
        before = self.held()
        answer = self.post(ask)
        if ask.payment_id in self.reversed:
            assert answer == Decline(DeclineReason.REVERSED_BEFORE)
        else:
            assert answer == self.answers[ask.payment_id]
        assert self.held() == before

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def changes_its_mind_about_an_id(self, data: st.DataObject) -> None:
        known = data.draw(st.sampled_from(list(self.answers)))
        ask = self.asked[known]
        other = Ask(
            known, MERCHANT, ask.amount + Won(1), ask.mode, ask.facts, b"other", ask.at, ask.at
        )
        try:
            self.post(other)
        except IdReused:
            return
        raise AssertionError("another body was taken under a known id")

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def reverses(self, data: st.DataObject) -> None:
        self.reverse(data.draw(st.sampled_from(list(self.asked))))

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), amount=amounts)
    def gives_a_part_back(self, data: st.DataObject, amount: int) -> None:
        self.give_back(data.draw(st.sampled_from(list(self.asked))), Won(amount))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def gives_the_rest_back(self, data: st.DataObject) -> None:
        payment_id = data.draw(st.sampled_from(list(self.asked)))
        left = self.asked[payment_id].amount - self.back.get(payment_id, ZERO)
        if left:
            self.give_back(payment_id, left)

    @precondition(lambda self: self.refunds)
    @rule(data=st.data())
    def gives_back_again(self, data: st.DataObject) -> None:
        refund_id = data.draw(st.sampled_from(list(self.refunds)))
        before = self.held()
        assert self.post_refund(self.refunds[refund_id]) == self.given[refund_id]
        assert self.held() == before

    def give_back(self, payment_id: TransactionId, amount: Won) -> None:
        self.number += 1
        names = (TransactionId(1, 7, self.number), payment_id, TransactionId(1, 9, self.number))
        event = RefundAsked(*names, amount, False, START)
        before = self.held()
        answer = self.given[event.refund_id] = self.post_refund(event)
        self.refunds[event.refund_id] = event
        total = self.back.get(payment_id, ZERO) + amount
        if isinstance(self.answers.get(payment_id), Decline):
            assert answer == GivenBack()
        elif payment_id not in self.answers:
            assert answer == Decline(DeclineReason.PAYMENT_UNKNOWN)
        elif payment_id in self.reversed or total > self.asked[payment_id].amount:
            assert answer == Decline(DeclineReason.REFUND_EXCEEDS)
        else:
            assert isinstance(answer, GivenBack)
            self.back[payment_id] = total
            return
        assert self.held() == before

    def post_refund(self, event: RefundAsked) -> GivenBack | Decline:
        at = START + timedelta(hours=6 * self.number)
        return self.writer.run_now(lambda tx: refunds.give_back(tx, event, self.rates, at))

    @rule(name=names, amount=amounts)
    def reverses_before_the_original_comes(self, name: str, amount: int) -> None:
        ask = self.ask(name, amount, ApprovalMode.ONLINE)
        before = self.held()
        self.reverse(ask.payment_id)
        assert self.post(ask) == Decline(DeclineReason.REVERSED_BEFORE)
        assert self.held() == before

    @rule()
    def undoes_everything(self) -> None:
        self.undo_all()
        self.check_that_all_is_undone()

    def undo_all(self) -> None:
        for payment_id in self.asked:
            if payment_id in self.back:
                left = self.asked[payment_id].amount - self.back[payment_id]
                if left:
                    self.give_back(payment_id, left)
            else:
                self.reverse(payment_id)

    def check_that_all_is_undone(self) -> None:
        now = self.held()
        kept = self.writer.run_now(lambda tx: books.balance(tx, accounts.CASHBACK_FUND))
        # Whatever a card holds more than at first is cashback that the fund had to bear.
        assert Won.total(now.values()) - Won.total(self.opened.values()) == -kept
        spend = self.writer.run_now(
            lambda tx: list(tx.execute("SELECT spend FROM cashback_months"))
        )
        assert all(each == (0,) for each in spend)

    def reverse(self, payment_id: TransactionId) -> None:
        if payment_id in self.back:
            return  # Of a finished sale: `records` declines it.
        at = START + timedelta(hours=6 * self.number)
        self.writer.run_now(lambda tx: payments.reverse(tx, payment_id, at))
        self.reversed.add(payment_id)

    @invariant()
    def books_are_sound(self) -> None:
        assert self.writer.run_now(books.check) == []

    @invariant()
    def no_member_gets_more_cashback_a_month_than_the_cap(self) -> None:
        row = self.writer.run_now(
            lambda tx: tx.row("SELECT coalesce(max(spend), 0) FROM cashback_months")
        )
        assert row is not None
        assert row[0] <= 300_000

    @invariant()
    def outcomes_are_what_was_answered(self) -> None:
        for payment_id, answer in self.answers.items():
            told = self.writer.run_now(partial(payments.outcome, payment_id=payment_id))
            assert told == (PaymentFate.REVERSED if payment_id in self.reversed else answer)

    @invariant()
    def policy_money_is_never_made(self) -> None:
        held = self.writer.run_now(lambda tx: books.purse_balances(tx, "rich"))
        assert ZERO <= held[Purse.POLICY] <= Won(20_000)


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
