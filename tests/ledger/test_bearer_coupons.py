"""Coupons that are shown at a till: what they pay, once, where and when, and what giving back restores."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.client import HttpLedger
from ledger.policy.reading import PACKAGED
from ledger.policy.shop import Shop
from ledger.server import accounts, bearer_coupons, books, payments, refunds
from ledger.server.customer_codes import NO_CARD
from ledger.server.database import Database
from ledger.server.judging import Ask, Merchant
from ledger.server.writer import Writer
from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.coupon import (
    ALPHABET,
    CouponOffer,
    CouponRefusal,
    NotACoupon,
    coupon_code,
    read_coupon_code,
)
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import RefundAsked
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won
from pos.ports import AuthorizationRequest, PaymentFate
from tests.ledger.conftest import DEVICE, KEY, Process
from tests.ledger.test_grants_and_coupons import ISLAND, RULES, START, TOWN

DEADLINE_MS = 5_000
NO_COUPON = "0" * 12
TODAY = START.date()


class Coupons:
    def __init__(self, database: Database) -> None:
        self.writer = Writer(database)
        self.number = 0

    def make(self, kind: str, count: int = 1) -> list[str]:
        made = self.writer.run_now(lambda tx: bearer_coupons.make(tx, kind, count, RULES))
        return [read_coupon_code(each) for each in made]

    def ask(self, code: str, total: int, where: Shop = TOWN) -> CouponOffer | CouponRefusal:
        return self.writer.run_now(
            lambda tx: bearer_coupons.ask(tx, code, Won(total), _at(where), RULES, TODAY)
        )

    def pay(
        self, code: str, amount: int, total: int, where: Shop = TOWN, at: datetime = START
    ) -> Approval | Decline:
        self.number += 1
        self.last = TransactionId(1, 7, self.number)
        return self.again(code, amount, total, where, at)

    def again(
        self, code: str, amount: int, total: int, where: Shop = TOWN, at: datetime = START
    ) -> Approval | Decline:
        mode, shown = ApprovalMode.ONLINE, bearer_coupons.Shown(code, Won(total))
        asked = Ask(self.last, _at(where), Won(amount), mode, NO_CARD, b"body", at, at)
        return self.writer.run_now(lambda tx: bearer_coupons.pay(tx, asked, shown, RULES))

    def give_back(self, amount: int) -> GivenBack | Decline:
        self.number += 1
        names = (TransactionId(1, 7, self.number), self.last, TransactionId(1, 9, 1))
        event = RefundAsked(*names, Won(amount), False, START)
        return self.writer.run_now(lambda tx: refunds.give_back(tx, event, RULES, START))

    def reverse(self) -> None:
        self.writer.run_now(lambda tx: payments.reverse(tx, self.last, START))

    def held(self, account: str) -> int:
        assert self.writer.run_now(books.check) == []
        return self.writer.run_now(lambda tx: books.balance(tx, account)).amount


TAKINGS = accounts.merchant(1, TODAY)


def _at(where: Shop) -> Merchant:
    return Merchant(1, 1, eligible=True, earns_cashback=True, shop=where)


@pytest.fixture
def coupons(database: Database) -> Iterator[Coupons]:
    made = Coupons(database)
    yield made
    made.writer.close()


def test_a_coupon_says_what_it_pays_and_asking_uses_nothing_up(coupons: Coupons) -> None:
    [code] = coupons.make("three")

    assert [coupons.ask(code, 20_000) for _ in range(2)] == [CouponOffer("three", Won(3_000))] * 2
    assert coupons.ask(code, 19_999) == CouponRefusal(DeclineReason.COUPON_MINIMUM, Won(20_000))
    assert coupons.ask(NO_COUPON, 20_000) == CouponRefusal(DeclineReason.COUPON_UNKNOWN)


def test_it_pays_the_shop_whole_without_fee_or_cashback_and_its_issuer_bears_it(
    coupons: Coupons,
) -> None:
    [code] = coupons.make("three")

    paid = coupons.pay(code, 3_000, 20_000)

    assert isinstance(paid, Approval)
    assert (paid.amount, paid.cashback, paid.masked_pan) == (Won(3_000), ZERO, "")
    assert paid.benefits == (Benefit(BenefitKind.COUPON, "three", Won(3_000)),)
    assert coupons.held(accounts.coupon("city")) == -3_000
    assert coupons.held(TAKINGS) == 3_000
    assert coupons.held(accounts.FEE) == 0


def test_it_is_used_once_and_the_same_payment_gets_the_same_answer(coupons: Coupons) -> None:
    [code] = coupons.make("three")
    first = coupons.pay(code, 3_000, 20_000)

    assert coupons.again(code, 3_000, 20_000) == first
    assert coupons.pay(code, 3_000, 20_000) == Decline(DeclineReason.COUPON_USED)
    assert coupons.ask(code, 20_000) == CouponRefusal(DeclineReason.COUPON_USED)
    assert coupons.held(TAKINGS) == 3_000


def test_a_share_is_for_its_shops_alone_and_never_more_than_was_said(coupons: Coupons) -> None:
    [code] = coupons.make("tenth")

    assert coupons.ask(code, 30_000, TOWN) == CouponRefusal(DeclineReason.COUPON_NOT_HERE)
    assert coupons.ask(code, 30_000, ISLAND) == CouponOffer("tenth", Won(3_000))
    assert coupons.pay(code, 3_001, 30_000, ISLAND) == Decline(DeclineReason.COUPON_CHANGED)
    assert isinstance(coupons.pay(code, 2_000, 30_000, ISLAND), Approval)


def test_a_kind_that_has_ended_pays_nothing(coupons: Coupons) -> None:
    [code] = coupons.make("three")
    december = datetime(2026, 12, 1, 3, tzinfo=UTC)

    assert coupons.pay(code, 3_000, 20_000, at=december) == Decline(DeclineReason.COUPON_ENDED)


def test_reversed_or_given_back_whole_it_can_be_used_again(coupons: Coupons) -> None:
    [code] = coupons.make("three")
    coupons.pay(code, 3_000, 20_000)
    coupons.reverse()
    coupons.pay(code, 3_000, 20_000)

    part = coupons.give_back(1_000)
    assert isinstance(part, GivenBack)
    assert part.purses == ()
    assert coupons.ask(code, 20_000) == CouponRefusal(DeclineReason.COUPON_USED)
    coupons.give_back(2_000)

    assert coupons.ask(code, 20_000) == CouponOffer("three", Won(3_000))
    assert (coupons.held(TAKINGS), coupons.held(accounts.coupon("city"))) == (0, 0)


def test_a_reversal_that_came_first_keeps_the_late_original_from_posting(coupons: Coupons) -> None:
    [code] = coupons.make("three")
    coupons.number, coupons.last = 1, TransactionId(1, 7, 1)
    coupons.reverse()

    assert coupons.again(code, 3_000, 20_000) == Decline(DeclineReason.REVERSED_BEFORE)
    assert coupons.ask(code, 20_000) == CouponOffer("three", Won(3_000))


def test_no_code_stands_in_the_tables_and_none_comes_twice(coupons: Coupons) -> None:
    codes = coupons.make("three", 50)

    rows = list(coupons.writer.run_now(lambda tx: list(tx.execute("SELECT * FROM coupons"))))

    assert len(set(codes)) == len(rows) == 50
    assert not any(code in str(row) for code in codes for row in rows)


def test_only_kinds_that_a_rule_knows_are_made(coupons: Coupons) -> None:
    with pytest.raises(LookupError):
        coupons.make("nobody's")


def test_a_code_is_read_however_it_is_spelt_and_one_wrong_letter_shows() -> None:
    printed = coupon_code(0x123456789ABCDE)
    plain = read_coupon_code(printed)

    assert read_coupon_code(f" {plain.lower()} ") == plain
    assert read_coupon_code(plain.replace("0", "O").replace("1", "l")) == plain
    for place in range(12):
        for other in set(ALPHABET) - {plain[place]}:
            with pytest.raises(NotACoupon):
                read_coupon_code(plain[:place] + other + plain[place + 1 :])
    for wrong in ("", "8801234000017", "IEUMK", plain[:-1], plain + "0", "IEUMC1:ABC"):
        with pytest.raises(NotACoupon):
            read_coupon_code(wrong)


# Over the line --------------------------------------------------------------------------------

MARKET = """
[[coupon]]
id = "market-day"
name = "장보는 날 쿠폰"
issuer = "city"
valid_from = 2020-01-01
amount = 3000
minimum = 20000
"""


@pytest.fixture
async def market(
    database: Database, tmp_path: Path
) -> AsyncIterator[tuple[Process, HttpLedger, str]]:
    folder = Path(shutil.copytree(PACKAGED, tmp_path / "rules"))
    with (folder / "vouchers.toml").open("a", encoding="utf-8") as file:
        file.write(MARKET)
    process = Process(database, policy=folder)
    process.start()
    client = HttpLedger(process.url, DEVICE, KEY)
    rules = replace(RULES, coupons=(replace(RULES.coupons[0], id="market-day"),))
    [code] = process.act(lambda tx: bearer_coupons.make(tx, "market-day", 1, rules))
    yield process, client, read_coupon_code(code)
    await client.aclose()
    process.stop()


async def test_over_the_line_a_coupon_is_asked_for_paid_and_found_again(
    market: tuple[Process, HttpLedger, str],
) -> None:
    _, ledger, code = market
    payment, at = TransactionId(DEVICE, 7, 1), datetime.now(UTC)
    request = AuthorizationRequest(payment, Won(3_000), code, at, coupon_of=Won(20_000))

    offer = await ledger.coupon(code, Won(20_000), deadline_ms=DEADLINE_MS)
    unseen = await ledger.outcome(payment, deadline_ms=DEADLINE_MS)
    paid = await ledger.authorize(request, deadline_ms=DEADLINE_MS)
    found = await ledger.outcome(payment, deadline_ms=DEADLINE_MS)
    small = await ledger.coupon(code, Won(19_999), deadline_ms=DEADLINE_MS)

    assert offer == CouponOffer("장보는 날 쿠폰", Won(3_000))
    assert unseen is PaymentFate.NOT_SEEN
    assert isinstance(paid, Approval)
    assert paid.benefits == (Benefit(BenefitKind.COUPON, "장보는 날 쿠폰", Won(3_000)),)
    assert found == paid
    assert small == CouponRefusal(DeclineReason.COUPON_USED)
