"""An order's life: every pair of states, events twice and in any order, the same end on both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from pos.domain.availability import Availability
from pos.domain.codec import decode, encode
from pos.domain.door_money import DoorMoney
from pos.domain.identifiers import TransactionId
from pos.domain.order import (
    NEXT,
    OrderError,
    OrderState,
    OrderUnpaid,
    RefundTooLarge,
    advance,
    check_refund,
    check_step,
)
from pos.domain.order_door import HELD_FOR, OrderTakenElsewhere, check_door
from pos.domain.order_events import (
    OrderAccepted,
    OrderClosed,
    OrderDoorTaken,
    OrderMoved,
    OrderReceived,
    OrderRefunded,
    Paid,
    fold_orders,
    without_personal,
)
from pos.domain.order_personal import personal_of
from pos.domain.order_sale import door_lines
from pos.domain.rider import Rider, RiderAsked, RiderCancelAsked, RiderMoved, RiderState, follow
from pos.domain.won import ZERO, Won
from tests.fakes import NOON
from tests.pos.services.test_orders_and_feed import an_order

ID = TransactionId(1, 2, 3)
KEY = an_order().key


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


LIFE = (
    OrderReceived(an_order(), at(0)),
    OrderAccepted(ID, KEY, Won(10_000), 25, at(1)),
    OrderMoved(KEY, OrderState.COOKING, at(2)),
    OrderMoved(KEY, OrderState.PICKED_UP, at(3)),
    OrderClosed(KEY, OrderState.CANCELLED, at(4)),
)


def test_events_in_any_order_and_twice_come_to_the_same_end() -> None:
    ends = {fold_orders((*some, *some))[KEY].state for some in permutations(LIFE)}
    assert ends == {OrderState.CANCELLED}


@pytest.mark.parametrize("one", OrderState)
@pytest.mark.parametrize("other", OrderState)
def test_two_sides_told_the_same_two_things_in_either_order_agree(
    one: OrderState, other: OrderState
) -> None:
    order = an_order()
    assert advance(advance(order, one), other).state is advance(advance(order, other), one).state


def test_one_key_takes_an_accepted_order_through_its_life() -> None:
    order = replace(an_order(), state=OrderState.ACCEPTED)
    seen = []
    while order.state in NEXT:
        check_step(order, NEXT[order.state])
        order = advance(order, NEXT[order.state])
        seen.append(order.state.value)
    assert seen == ["cooking", "ready", "picked_up", "delivered"]
    with pytest.raises(OrderError):
        check_step(order, OrderState.COOKING)


@pytest.mark.parametrize("state", [OrderState.NEW, OrderState.REJECTED, OrderState.CANCELLED])
def test_what_was_never_accepted_or_has_ended_is_not_cooked(state: OrderState) -> None:
    with pytest.raises(OrderError):
        check_step(replace(an_order(), state=state), OrderState.COOKING)


def test_door_money_keeps_an_order_open_until_it_is_taken_or_explained() -> None:
    order = replace(an_order(), paid_in_app=False, state=OrderState.PICKED_UP)
    with pytest.raises(OrderUnpaid):
        check_step(order, OrderState.DELIVERED)
    check_step(replace(order, settled="20261124-0001"), OrderState.DELIVERED)


def test_never_more_is_given_back_than_is_left() -> None:
    order = replace(an_order(), state=OrderState.COOKING, refunded=Won(4_000))
    check_refund(order, Won(6_000))
    for wrong in (ZERO, Won(6_001), Won(-1)):
        with pytest.raises(RefundTooLarge):
            check_refund(order, wrong)


def test_a_refund_told_twice_counts_once_and_a_sale_pays_once() -> None:
    back = OrderRefunded("r1", KEY, Won(3_000), Won(30), at(5))
    paid = Paid(KEY, "20261124-0001")
    other = Paid(KEY, "20261124-0002")
    order = fold_orders((*LIFE[:2], back, paid, replace(back, at=at(9)), other))[KEY]
    assert (order.refunded, order.commission_back) == (Won(3_000), Won(30))
    assert order.settled == "20261124-0001"


def test_door_lines_come_to_exactly_what_is_collected() -> None:
    order = replace(an_order(), paid_in_app=False, state=OrderState.READY)
    for each in (order, replace(order, refunded=Won(3_333)), replace(order, total=Won(10_001))):
        assert Won.total(p.price * n for p, n in door_lines(each)) == each.to_collect


def test_the_journals_commitment_holds_exactly_the_words_that_came() -> None:
    order = replace(an_order(), shop_note="현관 1234*", address_masked="인천 남동구 ***")
    kept = personal_of(order, "5a" * 16, at(0))
    assert kept.put_back(without_personal(order)) == order
    assert replace(kept, shop_note="현관 1235*").commitment != kept.commitment
    assert replace(kept, salt="5b" * 16).commitment != kept.commitment
    assert "1234" not in str(encode(OrderReceived(without_personal(order), at(0), kept.commitment)))


def test_a_journal_of_an_earlier_version_is_read() -> None:
    body = encode(OrderReceived(replace(an_order(), shop_note="맵게"), at(0)))
    assert isinstance(body, dict)
    del body["personal"]
    order = body["order"]
    assert isinstance(order, dict)
    for new in ("commission", "refunded", "commission_back", "settled", "too_late", "ended_at"):
        del order[new]
    assert decode(OrderReceived, body).order.shop_note == "맵게"


def test_pause_busy_and_sold_out_end_by_themselves() -> None:
    shop = (
        Availability().paused(at(10)).busy(15, at(20)).without("순대", at(30)).without("어묵", None)
    )
    assert (shop.is_paused(at(9)), shop.is_paused(at(10))) == (True, False)
    assert (shop.extra_minutes(at(19)), shop.extra_minutes(at(20))) == (15, 0)
    assert [each.name for each in shop.lacking(at(29))] == ["순대", "어묵"]
    assert [each.name for each in shop.lacking(at(30))] == ["어묵"]
    assert not shop.with_again("어묵").lacking(at(30))
    assert decode(Availability, encode(shop)) == shop


def test_a_rider_is_one_rider_however_often_he_is_asked_for() -> None:
    riders: dict[str, Rider] = {}
    moved = [
        RiderMoved(KEY, each, "김", at(2)) for each in (RiderState.ARRIVED, RiderState.ASSIGNED)
    ]
    for event in (
        RiderAsked(KEY, at(0)),
        *moved,
        RiderAsked(KEY, at(3)),
        RiderCancelAsked(KEY, at(4)),
    ):
        follow(riders, event)
    assert riders == {KEY: Rider(KEY, RiderState.ARRIVED, True, True, "김")}
    follow(riders, RiderMoved(KEY, RiderState.PICKED_UP, "", at(5)))
    assert (riders[KEY].cancelling, riders[KEY].name) == (False, "김")


def test_of_two_receipts_the_ledgers_stands_whichever_this_till_hears_of_first() -> None:
    ours, theirs = Paid(KEY, "0001-1"), DoorMoney(9, "0009-4", at(6))
    said = OrderDoorTaken(KEY, theirs, at(6))
    for events in ((ours, said), (said, ours), (said, said, ours, said)):
        order = fold_orders((*LIFE[:2], *events))[KEY]
        assert (order.settled, order.taken_twice) == ("0001-1", "0009-4")
    echo = OrderDoorTaken(KEY, DoorMoney(1, "0001-1", at(6)), at(6))
    order = fold_orders((*LIFE[:2], ours, echo))[KEY]
    assert (order.settled, order.taken_twice) == ("0001-1", "")


def test_a_till_that_only_asked_keeps_others_off_for_ten_minutes_and_no_longer() -> None:
    order = replace(
        an_order(), paid_in_app=False, state=OrderState.PICKED_UP, door=DoorMoney(9, "", at(0))
    )
    with pytest.raises(OrderTakenElsewhere):
        check_door(order, at(0) + HELD_FOR - timedelta(seconds=1))
    check_door(order, at(0) + HELD_FOR)
    check_door(replace(order, asked_by=9), at(0))
    with pytest.raises(OrderTakenElsewhere):
        check_door(replace(order, door=DoorMoney(9, "0009-4", at(0))), at(0) + 100 * HELD_FOR)
