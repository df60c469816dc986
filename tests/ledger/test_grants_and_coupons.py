"""Policy money of programmes and coupons: where they pay, in which order, and what giving back restores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from ledger.policy.dated import Span
from ledger.policy.policy import Policy
from ledger.policy.rows import CouponRow, GrantRow, Tier, Where
from ledger.policy.shop import Shop, ShopFacts
from ledger.policy.terms import Terms, part_of
from ledger.server import accounts, books, coupons, grants, payments, refund_rules, refunds, rules
from ledger.server.database import Database
from ledger.server.judging import Ask, Merchant
from ledger.server.rules import Source
from ledger.server.seed import seed
from ledger.server.writer import Writer
from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import RefundAsked
from pos.domain.tender import ApprovalMode, Purse, PurseDraw
from pos.domain.won import ZERO, Won
from tests.ledger.plain_cards import PlainOpener, new_card, policy, seal

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NOVEMBER = Span(date(2026, 11, 1), date(2026, 11, 1), date(2026, 11, 30))
WINTER = Span(date(2026, 11, 1), date(2026, 11, 1), date(2026, 12, 31))
RULES = replace(
    policy(),
    grants=(
        GrantRow(WINTER, "anywhere", Where()),
        GrantRow(NOVEMBER, "island", Where(districts=frozenset({"ganghwa"}))),
        GrantRow(WINTER, "books", Where(categories=frozenset({"bookshop"}))),
    ),
    coupons=(
        CouponRow(NOVEMBER, "three", "city", Where(), amount=Won(3_000), minimum=Won(20_000)),
        CouponRow(
            NOVEMBER,
            "tenth",
            "chamber",
            Where(shops=frozenset({"island"})),
            bp=1_000,
            at_most=Won(5_000),
        ),
    ),
)


def shop(name: str, **facts: object) -> Shop:
    span = Span(date(2020, 1, 1), date(2020, 1, 1))
    return Shop(name, (ShopFacts(span, Won(1), **facts),))  # type: ignore[arg-type]


TOWN = shop("town", district="yeonsu", category="cafe")
ISLAND = shop("island", district="ganghwa", category="cafe")


class Ledger:
    def __init__(self, database: Database, **purses: int) -> None:
        self.writer = Writer(database)
        self.opener = PlainOpener()
        self.number = 0
        self.writer.run_now(lambda tx: seed(tx, (new_card(**purses),), self.opener, START))

    def give(self, programme: str, amount: int) -> None:
        def job(tx):  # type: ignore[no-untyped-def]
            return grants.give(tx, "rich", programme, Won(amount), f"{programme}-1", START)

        assert self.writer.run_now(job)
        assert not self.writer.run_now(job)  # Once by its reference.

    def coupon(self, name: str, kind: str) -> None:
        assert self.writer.run_now(lambda tx: coupons.issue(tx, name, kind, "rich"))
        assert not self.writer.run_now(lambda tx: coupons.issue(tx, name, kind, "rich"))

    def pay(
        self,
        amount: int,
        where: Shop,
        at: datetime = START,
        rules_: Policy = RULES,
        earned_at: datetime | None = None,
    ) -> Approval | Decline:
        self.number += 1
        self.last = TransactionId(1, 7, self.number)
        sealed = seal(self.last, Won(amount), self.number)
        facts = self.opener.open(sealed, self.last.hex)
        merchant = Merchant(1, 1, eligible=True, earns_cashback=True, shop=where)
        mode = ApprovalMode.ONLINE
        ask = Ask(self.last, merchant, Won(amount), mode, facts, b"body", at, earned_at or at)
        return self.writer.run_now(lambda tx: payments.authorize(tx, ask, rules_))

    def give_back(
        self, payment: TransactionId, amount: int, rules_: Policy = RULES, at: datetime = START
    ) -> GivenBack | Decline:
        self.number += 1
        names = (TransactionId(1, 7, self.number), payment, TransactionId(1, 9, 1))
        event = RefundAsked(*names, Won(amount), False, START)
        return self.writer.run_now(lambda tx: refunds.give_back(tx, event, rules_, at))

    def reverse(self, payment: TransactionId) -> None:
        self.writer.run_now(lambda tx: payments.reverse(tx, payment, START))

    def held(self, account: str) -> int:
        assert self.writer.run_now(books.check) == []
        return self.writer.run_now(lambda tx: books.balance(tx, account)).amount

    def grant(self, programme: str) -> int:
        return self.held(accounts.grant("rich", programme))


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    made = Ledger(database, policy=1_000, charged=50_000)
    yield made
    made.writer.close()


def drawn(answer: Approval | Decline) -> list[tuple[str, int]]:
    assert isinstance(answer, Approval)
    return [(each.purse.value, each.amount.amount) for each in answer.purses]


def test_policy_money_that_ends_first_is_spent_first_where_it_may_be(ledger: Ledger) -> None:
    ledger.give("anywhere", 4_000)
    ledger.give("island", 3_000)
    ledger.give("books", 9_000)

    assert drawn(ledger.pay(2_000, ISLAND)) == [("policy", 2_000)]
    assert (ledger.grant("island"), ledger.grant("anywhere")) == (1_000, 4_000)
    assert drawn(ledger.pay(10_000, TOWN)) == [("policy", 5_000), ("charged", 5_000)]
    assert (ledger.grant("island"), ledger.grant("anywhere")) == (1_000, 0)
    assert ledger.grant("books") == 9_000
    assert ledger.held(accounts.grant_fund("island")) == -3_000


def test_policy_money_earns_no_cashback_whatever_its_programme(ledger: Ledger) -> None:
    ledger.give("anywhere", 4_000)

    answer = ledger.pay(10_000, TOWN)

    assert isinstance(answer, Approval)
    assert answer.cashback == Won(500)  # 4,000 granted, 1,000 without limits, 5,000 own at 10 %.


def test_a_decline_names_what_the_card_can_pay_here_and_an_approval_all_it_holds(
    ledger: Ledger,
) -> None:
    ledger.give("books", 9_000)

    declined, approved = ledger.pay(60_000, TOWN), ledger.pay(1_000, TOWN)

    assert declined == Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(51_000))
    assert isinstance(approved, Approval)
    assert approved.balance == Won(59_000)


def test_a_programme_that_has_ended_pays_nothing_and_what_is_left_goes_back_once(
    ledger: Ledger,
) -> None:
    ledger.give("island", 3_000)
    december = START + timedelta(days=10)

    def end(at: datetime) -> Won:
        return ledger.writer.run_now(lambda tx: grants.take_back_ended(tx, RULES, at))

    assert end(START) == ZERO
    assert drawn(ledger.pay(2_000, ISLAND, december)) == [("policy", 1_000), ("charged", 1_000)]
    assert (end(december), end(december)) == (Won(3_000), ZERO)
    assert ledger.held(accounts.grant_fund("island")) == 0


def test_a_refund_after_the_end_goes_to_the_programme_not_to_the_holder(ledger: Ledger) -> None:
    ledger.give("island", 3_000)
    ledger.pay(3_000, ISLAND)
    at = START + timedelta(days=10)

    assert isinstance(ledger.give_back(ledger.last, 3_000), GivenBack)

    back = ledger.writer.run_now(lambda tx: grants.take_back_ended(tx, RULES, at))
    assert back == Won(3_000)
    assert ledger.held(accounts.grant_fund("island")) == 0


def test_a_coupon_pays_first_once_and_only_from_its_minimum_on(ledger: Ledger) -> None:
    ledger.coupon("c-1", "three")

    below, first, second = (ledger.pay(each, TOWN) for each in (10_000, 20_000, 20_000))

    assert drawn(below) == [("policy", 1_000), ("charged", 9_000)]
    assert drawn(first) == [("policy", 3_000), ("charged", 17_000)]
    assert drawn(second) == [("charged", 20_000)]
    assert ledger.held(accounts.coupon("city")) == -3_000
    assert isinstance(first, Approval)
    assert first.cashback == Won(1_700)  # What the coupon paid earns nothing.


def test_of_two_coupons_the_better_one_is_taken_and_only_where_it_holds(ledger: Ledger) -> None:
    ledger.coupon("c-1", "three")
    ledger.coupon("c-2", "tenth")

    in_town, on_the_island = ledger.pay(20_000, TOWN), ledger.pay(30_000, ISLAND)

    assert drawn(in_town)[0] == ("policy", 4_000)  # 3,000 by coupon, 1,000 without limits.
    assert drawn(on_the_island)[0] == ("policy", 3_000)  # A tenth of 30,000.
    assert ledger.held(accounts.coupon("chamber")) == -3_000


def test_a_share_is_capped_and_an_ended_kind_pays_nothing() -> None:
    asked = [(Won(90_000), 24), (Won(90_000), 30)]

    worth = [RULES.coupon_worth("tenth", ISLAND, a, date(2026, 11, d))[0] for a, d in asked]

    assert worth == [Won(5_000), Won(5_000)]
    assert RULES.coupon_worth("tenth", ISLAND, Won(90_000), date(2026, 12, 1)) == (ZERO, "")


def test_a_reversed_payment_gives_its_coupon_back(ledger: Ledger) -> None:
    ledger.coupon("c-1", "three")
    ledger.pay(20_000, TOWN)
    ledger.reverse(ledger.last)

    assert ledger.held(accounts.coupon("city")) == 0
    assert drawn(ledger.pay(20_000, TOWN))[0] == ("policy", 4_000)


def test_a_refund_gives_the_coupons_part_back_first_and_then_the_coupon(ledger: Ledger) -> None:
    ledger.coupon("c-1", "three")
    ledger.pay(20_000, TOWN)
    paid = ledger.last

    part = ledger.give_back(paid, 2_000)
    assert isinstance(part, GivenBack)
    assert part.purses == ()  # All of it is the issuer's.
    assert drawn(ledger.pay(20_000, TOWN))[0] != ("policy", 3_000)  # Not usable yet.

    rest = ledger.give_back(paid, 5_000)
    assert isinstance(rest, GivenBack)
    assert rest.purses == (
        PurseDraw(Purse.POLICY, Won(1_000)),
        PurseDraw(Purse.CHARGED, Won(3_000)),
    )
    assert ledger.held(accounts.coupon("city")) == 0


def test_a_coupon_is_used_again_once_all_that_it_paid_has_gone_back(ledger: Ledger) -> None:
    ledger.coupon("c-1", "three")
    ledger.pay(20_000, TOWN)

    ledger.give_back(ledger.last, 3_000)

    assert drawn(ledger.pay(20_000, TOWN))[0] == ("policy", 3_000)
    assert ledger.held(accounts.coupon("city")) == -3_000


def test_rates_of_the_day_that_the_customer_paid_on_are_those_that_are_taken_back(
    ledger: Ledger,
) -> None:
    tomorrow = date(2026, 11, 25)
    newer = replace(
        RULES.cashback[-1], span=Span(tomorrow, tomorrow), tiers=(Tier(None, 500),), special=()
    )
    known = replace(RULES, cashback=(*RULES.cashback, newer))
    midnight = datetime(2026, 11, 24, 15, tzinfo=UTC)
    before, after = midnight - timedelta(hours=3), midnight + timedelta(hours=3)

    answer = ledger.pay(21_000, TOWN, after, known, earned_at=before)
    assert isinstance(answer, Approval)
    assert answer.cashback == Won(2_000)  # 10 % of yesterday, told today.

    given = ledger.give_back(ledger.last, 11_000, known, after)
    assert isinstance(given, GivenBack)
    assert given.cashback_taken == Won(1_000)  # 10,000 are kept, still at 10 %.


def test_a_shop_of_an_excluded_kind_is_declined_and_a_large_one_is_not(ledger: Ledger) -> None:
    bar, mall = shop("bar", category="nightlife"), shop("mall", category="cafe")
    large = mall.with_facts(ShopFacts(Span(date(2026, 1, 1), date(2026, 1, 1)), Won(3_000_000_001)))

    assert ledger.pay(1_000, bar) == Decline(DeclineReason.MERCHANT_NOT_ELIGIBLE)
    answer = ledger.pay(10_000, large)
    assert isinstance(answer, Approval)
    assert answer.cashback == ZERO


def test_what_the_shop_itself_adds_is_told_by_its_rate_and_goes_back_with_the_payment(
    ledger: Ledger,
) -> None:
    giving = shop("giving", category="cafe", win_win_bp=300)
    ledger.coupon("c-1", "three")

    answer = ledger.pay(34_000, giving)

    assert isinstance(answer, Approval)
    assert answer.benefits == (
        Benefit(BenefitKind.COUPON, "three", Won(3_000)),
        Benefit(BenefitKind.PLUS, "3%", Won(900)),  # 30,000 are the holder's own.
    )
    assert answer.cashback == Won(3_900)
    given = ledger.give_back(ledger.last, 34_000)
    assert isinstance(given, GivenBack)
    assert given.cashback_taken == Won(3_900)
    assert ledger.held(accounts.merchant_funded(accounts.merchant(1, START.date()))) == 0


def test_a_rule_takes_effect_at_its_day_without_anything_else_changing(ledger: Ledger) -> None:
    tomorrow = date(2026, 11, 25)
    newer = replace(
        RULES.cashback[-1], span=Span(tomorrow, date(2026, 11, 20)), monthly_spend=Won(20_000)
    )
    known = replace(RULES, cashback=(*RULES.cashback, newer))

    answers = [ledger.pay(21_000, TOWN, START + timedelta(days=days), known) for days in (0, 1)]

    assert [each.cashback.amount for each in answers if isinstance(each, Approval)] == [2_000, 0]


ALL = Terms(
    date(2026, 11, 24),
    1_000,
    Won(300_000),
    90,
    35,
    {},
    district_bp=200,
    district="seo",
    merchant_funded_bp=333,
)
TAKINGS, LATER = "merchant:000000000001:2026-06-30", "merchant:000000000001:2026-07-01"
NAMES = (
    (accounts.coupon("city"), Purse.POLICY),
    (accounts.grant("c", "a"), Purse.POLICY),
    (accounts.grant("c", "b"), Purse.POLICY),
    *((name, which) for which, name in accounts.purses("c").items()),
)
won = st.integers(0, 200_000).map(Won)


@given(
    st.lists(won, min_size=6, max_size=6),
    st.integers(1, 900_000),
    won,
    st.lists(st.integers(1, 999), max_size=6),
)
def test_giving_everything_back_in_any_parts_leaves_every_account_as_it_was(
    held: list[Won], amount: int, spent: Won, points: list[int]
) -> None:
    sources = [Source(name, which, w) for (name, which), w in zip(NAMES, held, strict=True)]
    draws = rules.draw(sources, Won(amount))
    if draws is None:
        reject()
    own = Won.total(each.amount for each in draws if each.purse is not Purse.POLICY)
    earned = rules.earn(draws, spent, ALL)
    assert spent + earned.base <= max(spent, ALL.cashback_monthly_spend)
    paid = rules.payment(
        reference="p",
        card="c",
        takings=TAKINGS,
        drawn=[(each.account, each.amount) for each in draws],
        cashback=earned,
        terms=ALL,
    )
    book = {each.account: each.amount for each in sources}
    before = dict(book)
    _post(book, paid)
    standing = refund_rules.as_posted(paid, "c", earned.base)
    assert standing.all_cashback == earned.total
    cuts = sorted({0, 1_000, *points})
    for start, end in pairwise(amount * each // 1_000 for each in cuts):
        if end == start:
            continue
        made = refund_rules.refund(
            paid,
            standing,
            Won(end - start),
            reference="r",
            card="c",
            balances={p: book.get(name, ZERO) for p, name in accounts.purses("c").items()},
            takings=LATER,
            terms=ALL,
        )
        _post(book, made.posting)
        standing -= made.gone
        kept = min(standing.amount, own)  # What is no one's own went back first.
        assert standing.merchant_funded == part_of(kept, ALL.merchant_funded_bp)
        assert standing.cashback == part_of(min(kept, earned.base), ALL.cashback_bp)
        assert standing.district_cashback == part_of(min(kept, earned.base), ALL.district_bp)
        assert min(book.get(name, ZERO) for name, _ in NAMES[1:]) >= ZERO

    moved = {
        name: w - before.get(name, ZERO) for name, w in book.items() if w != before.get(name, ZERO)
    }
    by_day = {name: w for name, w in moved.items() if ":2026-" in name}
    assert moved == by_day  # Only the two days differ, and they are even.
    for kind in ("merchant:", "merchant_funded:", "fee_support_due:"):
        assert Won.total(w for name, w in by_day.items() if name.startswith(kind)) == ZERO


def _post(book: dict[str, Won], posting: rules.Posting) -> None:
    for name, change in posting.net().items():
        book[name] = book.get(name, ZERO) + change
