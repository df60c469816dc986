"""What training's stand-in for the ledger says to coupons and balances: enough to practise, nothing real."""

from __future__ import annotations

from datetime import UTC, datetime

from composition.training.cards import BALANCES, SEALED
from composition.training.ledger import COUPON_NAME, COUPON_WORTH, TrainingLedger
from pos.domain.card_balance import CardBalance
from pos.domain.coupon import TRAINING_COUPON, CouponOffer, CouponRefusal, read_coupon_code
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.won import Won
from pos.ports import AuthorizationRequest
from tests.fakes import FixedClock

DEADLINE_MS = 1_000


def a_ledger() -> TrainingLedger:
    return TrainingLedger(FixedClock())


async def test_the_training_coupon_is_good_again_and_again_and_no_other_is() -> None:
    ledger, total = a_ledger(), Won(5_000)
    code = read_coupon_code(TRAINING_COUPON)

    said = [await ledger.coupon(code, total, deadline_ms=DEADLINE_MS) for _ in range(2)]
    other = await ledger.coupon("1" * 12, total, deadline_ms=DEADLINE_MS)

    assert said == [CouponOffer(COUPON_NAME, COUPON_WORTH)] * 2
    assert isinstance(other, CouponRefusal)


async def test_it_pays_and_is_found_by_its_id_and_no_card_is_touched() -> None:
    ledger, payment = a_ledger(), TransactionId(1, 1, 1)
    request = AuthorizationRequest(
        payment, Won(1_000), TRAINING_COUPON, datetime.now(UTC), coupon_of=Won(5_000)
    )

    paid = await ledger.authorize(request, deadline_ms=DEADLINE_MS)

    assert isinstance(paid, Approval)
    assert await ledger.outcome(payment, deadline_ms=DEADLINE_MS) == paid
    for name, amount in BALANCES.items():
        held = await ledger.card_balance(payment, f"{SEALED}{name}", deadline_ms=DEADLINE_MS)
        assert isinstance(held, CardBalance)
        assert held.here == amount
