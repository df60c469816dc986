"""What is set aside for a card is never less than the card can still spend, whatever is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy.dated import Span
from ledger.policy.policy import Policy
from ledger.policy.rows import OfflineAmountRow
from ledger.server import accounts, books, payments
from ledger.server.database import Asked, Database, Tx, open_engine
from ledger.server.judging import Ask, Merchant
from ledger.server.offline_amount import Holds, SetAside, refresh, target
from ledger.server.payments import hash_body
from ledger.server.seed import seed
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline
from pos.domain.tender import ApprovalMode, Purse
from pos.domain.won import ZERO, Won
from tests.ledger.plain_cards import PlainOpener, new_card, policy, seal
from tests.ledger.test_any_day import START

T = TypeVar("T")
SHOP = Merchant(1, 1, eligible=True, earns_cashback=True)
OPENER = PlainOpener()
ALWAYS = Span(date(2020, 1, 1), date(2020, 1, 1))
RULE = OfflineAmountRow(ALWAYS, Won(50_000), 5_000, Won(1_000))
OPENED = 20_000
CARD = new_card("rich", policy=10_000, charged=300_000, cashback=4_000, offline_limit=OPENED)
RESERVE, CHARGED = accounts.offline_reserve("rich"), accounts.purse("rich", Purse.CHARGED)

wons = st.integers(0, 200_000).map(Won)
rows = st.builds(
    OfflineAmountRow,
    st.just(ALWAYS),
    wons,
    st.integers(0, 10_000),
    st.sampled_from([Won(1), Won(1_000), Won(7_000)]),
)


@pytest.mark.parametrize(
    ("left", "charged", "wanted"),
    [
        (0, 300_000, 50_000),  # The ceiling.
        (0, 61_999, 30_000),  # Half of it, in whole steps.
        (20_000, 20_000, 20_000),  # Half lies on the card already.
        (50_000, 0, 25_000),  # Less than it holds: nothing is taken from it, see below.
        (0, 1_999, 0),
    ],
)
def test_how_much_should_lie_on_a_card(left: int, charged: int, wanted: int) -> None:
    assert target(Won(left), Won(charged), RULE) == Won(wanted)


def test_without_a_rule_nothing_is_set_aside_and_nothing_taken_back_that_is_on_the_card() -> None:
    kept = SetAside(Won(20_000), Holds(Won(20_000), ZERO))
    said = Holds(Won(20_000), Won(5_000))
    done = refresh(kept, said, charged=Won(300_000), reserve=Won(20_000), row=None)
    assert done is not None
    assert (done.limit, done.moved) == (Won(20_000), ZERO)


@given(wons, wons, wons, wons, rows)
def test_what_is_moved_is_there_and_the_limit_never_falls_below_the_cards(
    limit: Won, spent: Won, lost: Won, charged: Won, row: OfflineAmountRow
) -> None:
    said = Holds(limit + spent, spent)
    kept = SetAside(said.limit + lost, Holds())
    reserve = kept.limit - spent
    done = refresh(kept, said, charged=charged, reserve=reserve, row=row)
    assert done is not None
    assert -reserve <= done.moved <= charged
    assert done.limit >= said.limit
    assert reserve + done.moved == done.limit - spent
    # Once is enough: asked again with the command arrived, nothing moves.
    there = SetAside(done.limit, said)
    now = Holds(done.limit, spent)
    again = refresh(there, now, charged=charged - done.moved, reserve=reserve + done.moved, row=row)
    assert again is not None
    assert (again.limit, again.moved) == (done.limit, ZERO)


@pytest.mark.parametrize(
    ("limit", "spent"),
    [(20_001, 8_000), (9_999, 8_000), (20_000, 7_999), (20_000, 20_001)],
)
def test_what_a_card_can_not_hold_moves_nothing(limit: int, spent: int) -> None:
    """More than it was given, less than it had, or spent less than before: a copy, or one put back."""
    kept = SetAside(Won(20_000), Holds(Won(10_000), Won(8_000)))
    said = Holds(Won(limit), Won(spent))
    assert refresh(kept, said, charged=Won(99_000), reserve=Won(12_000), row=RULE) is None


# Against the books ------------------------------------------------------------------------------


@dataclass
class Chip:
    """A card that does what the real one does: both numbers only rise, a command is whole or nothing."""

    limit: int = OPENED
    spent: int = 0
    atc: int = 0

    @property
    def left(self) -> int:
        return self.limit - self.spent


@dataclass
class Books:
    """A ledger with one card, and all that its terminals still owe it word of."""

    database: Database
    rates: Policy = field(default_factory=lambda: replace(policy(), offline_amounts=(RULE,)))
    number: int = 0
    at: datetime = START

    def __post_init__(self) -> None:
        self.engine = open_engine(self.database)
        self.run(lambda tx: seed(tx, (CARD,), OPENER, START))

    def run(self, job: Callable[[Tx], T]) -> T:
        asked = Asked(job, None)
        self.engine.apply([asked])
        self.engine.commit([asked])
        if asked.error is not None:
            raise asked.error
        value: T = asked.value
        return value

    def ask(self, chip: Chip, amount: int, *, online: bool) -> Ask:
        """What the card signs at this moment."""
        self.number += 1
        self.at += timedelta(minutes=10)
        payment_id = TransactionId(1, 7, self.number)
        sealed = seal(
            payment_id,
            Won(amount),
            chip.atc,
            cid="arqc" if online else "tc",
            holds=(chip.limit, chip.spent) if online else None,
        )
        mode = ApprovalMode.ONLINE if online else ApprovalMode.OFFLINE_GUARANTEED
        facts = OPENER.open(sealed, payment_id.hex)
        body = hash_body(amount, sealed)
        return Ask(payment_id, SHOP, Won(amount), mode, facts, body, self.at, self.at)

    def post(self, ask: Ask) -> Approval | Decline:
        return self.run(partial(payments.authorize, ask=ask, policy=self.rates))

    def reverse(self, ask: Ask) -> None:
        self.run(lambda tx: payments.reverse(tx, ask.payment_id, self.at))

    def held(self, account: str) -> int:
        return self.run(lambda tx: books.balance(tx, account)).amount

    def wrong(self) -> list[str]:
        return self.run(books.check)


@pytest.fixture
def ledger(database: Database) -> Iterator[Books]:
    made = Books(database)
    yield made
    made.engine.close()


def told(answer: Approval | Decline) -> int | None:
    """Return the new limit that the card is told."""
    assert isinstance(answer, Approval)
    limit: int | None = json.loads(bytes.fromhex(answer.for_card))[1]
    return limit


def online(ledger: Books, chip: Chip, amount: int) -> Approval | Decline:
    chip.atc += 1
    return ledger.post(ledger.ask(chip, amount, online=True))


def test_an_approval_sets_money_aside_and_tells_the_card(ledger: Books) -> None:
    chip = Chip()
    answer = online(ledger, chip, 30_000)  # 10,000 of it policy money.

    assert told(answer) == 50_000
    assert ledger.held(RESERVE) == 50_000
    assert ledger.held(CHARGED) == 280_000 - 20_000 - 30_000
    assert isinstance(answer, Approval)
    assert answer.balance.amount == 230_000 + 4_000 + answer.cashback.amount
    assert ledger.wrong() == []


def test_the_worked_example_of_the_page(ledger: Books) -> None:
    """docs/ledger-rules.md, A card's offline amount."""
    ledger.rates = policy()
    chip = Chip()
    assert told(online(ledger, chip, 10_000)) == 50_000
    chip.limit = 50_000
    assert (ledger.held(RESERVE), ledger.held(CHARGED)) == (50_000, 250_000)

    chip.atc, chip.spent = chip.atc + 1, 12_000
    advice = ledger.ask(chip, 12_000, online=False)

    answer = online(ledger, chip, 20_000)  # The command is lost; the advice has not come yet.
    assert told(answer) == 62_000
    assert (ledger.held(RESERVE), ledger.held(CHARGED)) == (62_000, 218_000)

    ledger.post(advice)
    assert ledger.held(RESERVE) == 50_000

    answer = online(ledger, chip, 190_000)
    assert told(answer) == 51_000
    assert (ledger.held(RESERVE), ledger.held(CHARGED)) == (39_000, 39_000)
    chip.limit = 51_000
    assert chip.left == 39_000
    assert ledger.held(accounts.ISSUER_RISK) == 0
    assert ledger.wrong() == []


def test_the_same_question_gets_the_same_bytes_and_sets_aside_once(ledger: Books) -> None:
    chip = Chip(atc=1)
    ask = ledger.ask(chip, 5_000, online=True)
    first = ledger.post(ask)
    held = ledger.held(RESERVE)
    ledger.rates = policy()  # Even where the rule has changed in between.
    assert [ledger.post(ask) for _ in range(3)] == [first] * 3
    assert ledger.held(RESERVE) == held
    assert isinstance(first, Approval)
    assert ledger.run(lambda tx: payments.outcome(tx, ask.payment_id)) == first


def test_a_reversed_payment_leaves_what_was_set_aside_for_the_card_may_have_it(
    ledger: Books,
) -> None:
    chip = Chip(atc=1)
    ask = ledger.ask(chip, 5_000, online=True)
    limit = told(ledger.post(ask))
    ledger.reverse(ask)
    assert limit is not None
    assert ledger.held(RESERVE) == limit
    assert ledger.held(CHARGED) == 300_000 - limit
    assert ledger.wrong() == []


def test_a_declined_payment_sets_nothing_aside(ledger: Books) -> None:
    before = ledger.held(RESERVE)
    assert isinstance(online(ledger, Chip(), 900_000), Decline)
    assert ledger.held(RESERVE) == before


def test_a_terminal_that_passes_nothing_on_gets_nothing_for_the_card(ledger: Books) -> None:
    ask = ledger.ask(Chip(atc=1), 5_000, online=True)
    ask = replace(ask, facts=replace(ask.facts, holds=None, for_card=None))
    answer = ledger.post(ask)
    assert isinstance(answer, Approval)
    assert answer.for_card == ""
    assert ledger.held(RESERVE) == OPENED


def test_a_lost_command_comes_back_to_the_purse_when_less_is_wanted(ledger: Books) -> None:
    chip = Chip()
    assert told(online(ledger, chip, 5_000)) == 50_000
    ledger.rates = replace(ledger.rates, offline_amounts=())  # Lost; then the rule ends.
    assert told(online(ledger, chip, 5_000)) is None
    assert ledger.held(RESERVE) == OPENED == chip.left
    assert ledger.wrong() == []


class AnyLife:
    """One card's life, drawn from a seed: commands lost, cards torn away, advices late or never."""

    def __init__(self, ledger: Books, chance: Random) -> None:
        self.ledger, self.chance = ledger, chance
        self.chip = Chip()
        self.advices: list[Ask] = []  # Approved by the card, not posted yet.
        self.never = 0  # Counted down, and no terminal knows of it.
        self.late: list[Ask] = []  # Questions under way whose till has given up.
        self.asked: list[Ask] = []

    def live(self, steps: int) -> None:
        turns = (self.pays_online, self.pays_online, self.pays_offline, self.forwards)
        for _ in range(steps):
            turn = self.chance.choice((*turns, self.late_arrives, self.reverses, self.rule_changes))
            turn()
            self.check()

    def check(self) -> None:
        waiting = sum(each.amount.amount for each in self.advices)
        reserve = self.ledger.held(RESERVE)
        assert reserve >= self.chip.left + waiting, (reserve, self.chip, waiting)
        assert self.ledger.held(accounts.ISSUER_RISK) == 0
        assert self.ledger.wrong() == []

    def pays_online(self) -> None:
        self.chip.atc += 1
        ask = self.ledger.ask(self.chip, self.chance.choice((500, 4_000, 26_000)), online=True)
        fate = self.chance.random()
        if fate < 0.1:
            return  # Never arrives.
        if fate < 0.25:
            self.late.append(ask)
            return
        answer = self.ledger.post(ask)
        if self.chance.random() < 0.2:  # The reply was lost, and it was asked for again.
            assert self.ledger.post(ask) == answer
        if isinstance(answer, Approval):
            self.asked.append(ask)
            self.hear(told(answer))

    def hear(self, limit: int | None) -> None:
        if limit is not None and self.chance.random() < 0.6:
            assert limit >= self.chip.limit
            self.chip.limit = limit

    def pays_offline(self) -> None:
        amount = self.chance.choice((300, 4_000, 17_000))
        if amount > self.chip.left:
            return
        self.chip.atc += 1
        self.chip.spent += amount
        if self.chance.random() < 0.15:
            self.never += amount
        else:
            self.advices.append(self.ledger.ask(self.chip, amount, online=False))

    def forwards(self) -> None:
        self.chance.shuffle(self.advices)
        for _ in range(self.chance.randint(0, len(self.advices))):
            self.forward(self.advices.pop())

    def forward(self, advice: Ask) -> None:
        before = self.ledger.held(RESERVE)
        answer = self.ledger.post(advice)
        assert isinstance(answer, Approval)
        assert self.ledger.post(advice) == answer
        assert before - self.ledger.held(RESERVE) == advice.amount.amount
        self.asked.append(advice)

    def late_arrives(self) -> None:
        if self.late:
            self.ledger.post(self.late.pop(self.chance.randrange(len(self.late))))

    def reverses(self) -> None:
        if self.asked:
            self.ledger.reverse(self.asked.pop(self.chance.randrange(len(self.asked))))

    def rule_changes(self) -> None:
        ceiling, share = self.chance.choice((10_000, 30_000, 80_000)), self.chance.randint(0, 9_999)
        row = replace(RULE, ceiling=Won(ceiling), share_bp=share)
        self.ledger.rates = replace(self.ledger.rates, offline_amounts=(row,))

    def settle(self) -> None:
        """All is forwarded, and one question whose command arrives: nothing is left over."""
        for each in self.advices:
            self.forward(each)
        self.advices = []
        limit = told(online(self.ledger, self.chip, 1))
        self.chip.limit = self.chip.limit if limit is None else limit
        self.check()
        assert self.ledger.held(RESERVE) == self.chip.left + self.never


@pytest.mark.parametrize("number", range(12))
def test_the_reserve_covers_the_card_and_all_that_is_still_to_come(
    ledger: Books, number: int
) -> None:
    life = AnyLife(ledger, Random(number))
    life.live(60)
    life.settle()


@pytest.mark.parametrize("number", range(4))
def test_a_copy_of_the_card_breaks_no_books_and_declines_no_guaranteed_payment(
    ledger: Books, number: int
) -> None:
    """What two chips spend beyond what was set aside the issuer bears, as before; no shop does."""
    chance = Random(number)
    chip = Chip()
    chips = [chip]
    for step in range(60):
        if step == 20:
            chips.append(replace(chip))
        one = chance.choice(chips)
        one.atc += chance.randint(1, 3)
        if chance.random() < 0.5:
            answer = ledger.post(ledger.ask(one, 3_000, online=True))
            if isinstance(answer, Approval) and (limit := told(answer)) is not None:
                one.limit = max(limit, one.limit)
        elif one.left >= 4_000:
            one.spent += 4_000
            answer = ledger.post(ledger.ask(one, 4_000, online=False))
            if isinstance(answer, Decline):  # Its counter was used by the other chip.
                assert answer.reason.value == "card_not_genuine"
        assert ledger.wrong() == []
