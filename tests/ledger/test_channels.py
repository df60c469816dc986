"""Channels: signed, taken once, and clear about what is wrong; the mall keeps its stock; notes are told at least once."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.server import mall, order_life, orders
from ledger.server.channels.adapters import channel_of
from ledger.server.channels.courier import Courier
from ledger.server.channels.door import add_key, revoke_key
from ledger.server.channels.port import Call
from ledger.server.channels.signing import ChannelKey, find_key, sign
from ledger.server.channels.taking import take
from ledger.server.problems import Refused
from pos.domain.availability import Availability, AvailabilitySet
from pos.domain.mall import MallProduct, MallPublished
from pos.domain.order import OrderState
from pos.domain.order_events import OrderAccepted, OrderMoved, OrderRejected
from pos.domain.won import Won
from tests.ledger.conftest import Process
from tests.ledger.journal import START, payment_id
from tests.ledger.plain_cards import VAULT
from tests.ledger.test_order_life import NOW, POLICY, Books

Change = Callable[[dict[str, Any]], object]


class Shop(Books):
    """A ledger whose shop one channel sells for."""

    def __init__(self, path: Path, channel: str = "webhook") -> None:
        super().__init__(path)
        self.key = self.writer.run_now(
            lambda tx: add_key(tx, VAULT, channel, 1, "https://channel.test/")
        )
        self.posted: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.nonces = 0

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        right = sign(self.key.secret, int(headers["x-ieum-time"]), headers["x-ieum-nonce"], body)
        assert right == headers["x-ieum-signature"]
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.posted.append(json.loads(body))
        return status

    def adapt(self, key: ChannelKey) -> Any:
        return channel_of(key, self.post, lambda: NOW)

    def call(self, body: bytes, at: datetime = NOW, **headers: str) -> Call:
        self.nonces += 1
        seconds, nonce = int(at.timestamp()), f"nonce-{self.nonces:020d}"
        signed = {
            "x-ieum-key": self.key.id,
            "x-ieum-time": str(seconds),
            "x-ieum-nonce": nonce,
            "x-ieum-signature": sign(self.key.secret, seconds, nonce, body),
        }
        return Call(signed | headers, body)

    def take(self, call: Call, at: datetime = NOW) -> str:
        def act(tx: Any) -> str:
            key = find_key(tx, VAULT, self.key.id)
            assert key is not None
            channel = self.adapt(key)
            return take(tx, channel, 1, channel.read(tx, call, at), POLICY, at)

        return self.writer.run_now(act)

    def say(self, said: dict[str, Any]) -> str:
        return self.take(self.call(json.dumps(said, ensure_ascii=False).encode()))

    def refused(self, said: dict[str, Any] | bytes) -> tuple[str, str]:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        with pytest.raises(Refused) as caught:
            self.take(self.call(body))
        return caught.value.code, caught.value.detail

    def key_of(self, number: str = "N1") -> str:
        return f"{self.key.channel}:{number}"


def placed(number: str = "N1", **other: Any) -> dict[str, Any]:
    said = {
        "event": "order.placed",
        "number": number,
        "short_number": number[-4:],
        "placed_at": START.isoformat(),
        "accept_by": (START + timedelta(minutes=5)).isoformat(),
        "lines": [{"name": "떡볶이", "quantity": 2, "amount": 10_000}],
        "total": 10_000,
        "paid_in_app": True,
    }
    return said | other


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "ledger.db")


# The ten adversarial inputs of an order feed ------------------------------------------------


def test_1_the_same_order_with_a_new_price_changes_nothing_and_says_so(shop: Shop) -> None:
    assert [shop.say(placed()), shop.say(placed())] == ["placed", "known"]
    dearer = placed(lines=[{"name": "떡볶이", "quantity": 2, "amount": 99}], total=99)
    assert shop.refused(dearer)[0] == "order_changed"
    assert shop.news() == ["order.placed"]


def test_2_a_cancel_before_its_order_keeps_the_order_away(shop: Shop) -> None:
    gone = {"event": "order.cancelled", "number": "N1"}
    assert [shop.say(gone), shop.say(gone)] == ["cancelled_before"] * 2
    assert shop.say(placed()) == "cancelled_before"
    assert shop.news() == []


def test_3_an_update_after_delivery_is_told_that_it_is_over(shop: Shop) -> None:
    shop.say(placed())
    shop.tell(OrderAccepted(payment_id(1), shop.key_of(), Won(10_000), 20, NOW))
    shop.tell(OrderMoved(shop.key_of(), OrderState.DELIVERED, NOW))
    assert shop.refused(placed(total=9, lines=[{"name": "x", "quantity": 1, "amount": 9}]))[0] == (
        "order_changed"
    )
    gone = {"event": "order.cancelled", "number": "N1"}
    assert [shop.say(gone), shop.say(gone)] == [
        "cancelled",
        "over",
    ]  # The money once, no step back.
    found = shop.writer.run_now(lambda tx: orders.find(tx, 1, shop.key_of()))
    assert found is not None
    assert found[0].state is OrderState.DELIVERED


WRONG: dict[str, tuple[Change, str, str]] = {
    "4 totals that differ": (lambda o: o.update(total=9_999), "total_differs", "10000"),
    "5 cents": (lambda o: o.update(total=100.5), "malformed", "total"),
    "5 another currency": (lambda o: o.update(currency="USD"), "malformed", "currency"),
    "5 a negative price": (lambda o: o.update(total=-1), "malformed", "total"),
    "7 too many lines": (lambda o: o.update(lines=o["lines"] * 201), "malformed", "lines"),
    "8 no time zone": (
        lambda o: o.update(accept_by="2026-11-24T12:05:00"),
        "malformed",
        "accept_by",
    ),
    "a field of nobody's": (lambda o: o.update(vip=True), "malformed", "vip"),
    "a number with a colon": (lambda o: o.update(number="a:b"), "malformed", "number"),
    "no such event": (lambda o: o.update(event="order.eaten"), "malformed", ""),
    "too late": (lambda o: o.update(accept_by=START.isoformat()), "too_late", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_placed(shop: Shop, name: str) -> None:
    change, code, word = WRONG[name]
    said = placed()
    change(said)
    found, detail = shop.refused(said)
    assert found == code
    assert word in detail
    assert shop.news() == []


def test_6_a_formula_in_a_note_stays_a_text(shop: Shop) -> None:
    note = '=HYPERLINK("http://x","y")\x1bp\x00'
    code, _ = shop.refused(b'{"event":"order.placed","note":"\x00"}')
    assert code == "malformed"
    assert shop.say(placed(shop_note=note)) == "placed"
    page = shop.writer.run_now(lambda tx: orders.read_feed(tx, 1, 0))
    assert page.items[0].order is not None
    assert page.items[0].order.shop_note == note  # Shown and printed harmless: see those tests.


def test_7_a_hundred_thousand_lines_are_refused_by_size(shop: Shop) -> None:
    many = placed(lines=[{"name": "떡볶이", "quantity": 1, "amount": 1}] * 100_000, total=100_000)
    assert shop.refused(many)[0] == "too_large"


def test_9_a_product_nobody_sells_is_refused_where_products_have_codes(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "ledger.db", "eum-mall")
    assert shop.refused(placed())[0] == "product_unknown"


def test_10_a_revoked_key_is_told_that_it_is(shop: Shop) -> None:
    shop.writer.run_now(lambda tx: revoke_key(tx, shop.key.id, NOW))
    assert shop.refused(placed())[0] == "key_revoked"
    assert shop.news() == []


# Signatures ---------------------------------------------------------------------------------


def test_the_same_call_again_is_refused_and_another_one_for_the_same_order_is_not(
    shop: Shop,
) -> None:
    call = shop.call(json.dumps(placed()).encode())
    assert shop.take(call) == "placed"
    with pytest.raises(Refused, match="replayed"):
        shop.take(call)
    assert shop.say(placed()) == "known"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ieum-signature": "0" * 64},
        {"x-ieum-signature": ""},
        {"x-ieum-nonce": "short"},
        {"x-ieum-time": "١٢٣"},
        {"x-ieum-time": "1e400"},
    ],
)
def test_a_call_that_is_not_signed_as_it_must_be_is_refused(
    shop: Shop, headers: dict[str, str]
) -> None:
    with pytest.raises(Refused, match="unauthorized"):
        shop.take(shop.call(json.dumps(placed()).encode(), **headers))


def test_an_old_call_is_refused(shop: Shop) -> None:
    old = shop.call(json.dumps(placed()).encode(), at=NOW - timedelta(minutes=6))
    with pytest.raises(Refused, match="clock_skew"):
        shop.take(old)


def test_another_body_under_a_signature_is_refused(shop: Shop) -> None:
    call = shop.call(json.dumps(placed()).encode())
    with pytest.raises(Refused, match="unauthorized"):
        shop.take(replace(call, body=call.body.replace(b"10000", b"10001")))


# The shop's own word ------------------------------------------------------------------------


def test_a_paused_shop_and_a_dish_that_is_out_are_told_to_the_channel(shop: Shop) -> None:
    until = NOW + timedelta(minutes=30)
    shop.tell(AvailabilitySet(Availability().paused(until), NOW))
    assert shop.refused(placed())[0] == "shop_paused"
    shop.tell(AvailabilitySet(Availability().without("떡볶이", until), NOW))
    assert shop.refused(placed()) == ("sold_out", "떡볶이")
    later = placed(accept_by=(until + timedelta(minutes=5)).isoformat())
    call = shop.call(json.dumps(later).encode(), at=until)
    assert shop.take(call, at=until) == "placed"  # It ended by itself.


def test_a_refund_of_the_channels_comes_down_and_is_never_too_much(shop: Shop) -> None:
    shop.say(placed())
    back = {"event": "order.refunded", "number": "N1", "amount": 4_000, "reference": "R1"}
    assert shop.refused(back)[0] == "refund_too_large"  # Nothing was charged yet.
    shop.tell(OrderAccepted(payment_id(1), shop.key_of(), Won(10_000), 20, NOW))
    assert [shop.say(back), shop.say(back)] == ["refunded", "refunded"]
    assert shop.refused(back | {"reference": "R2", "amount": 6_001})[0] == "refund_too_large"
    assert shop.balances()["delivery_clearing"] == -6_000
    assert shop.news()[-1] == "order.refund 4,000"


# The mall -----------------------------------------------------------------------------------


def test_the_malls_stock_is_kept_and_comes_back_with_an_order_that_is_not_served(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path / "ledger.db", "eum-mall")
    window = (MallProduct("101", "떡볶이", Won(5_000), 3),)
    shop.tell(MallPublished(window, NOW))

    def stock() -> dict[str, int]:
        return shop.writer.run_now(lambda tx: mall.stock(tx, 1))

    def order(number: str, quantity: int, price: int = 5_000) -> dict[str, Any]:
        amount = quantity * price
        line = {"name": "떡볶이", "quantity": quantity, "amount": amount, "code": "101"}
        return placed(number, lines=[line], total=amount)

    assert shop.say(order("N1", 2)) == "placed"
    assert shop.say(order("N1", 2)) == "known"  # Once.
    assert stock() == {"101": 1}
    assert shop.refused(order("N2", 2))[0] == "sold_out"
    assert shop.refused(order("N3", 1, price=4_000))[0] == "price_differs"
    assert shop.say(order("N4", 1)) == "placed"
    assert stock() == {"101": 0}
    shop.tell(OrderRejected(payment_id(1), shop.key_of("N1"), "too_busy", NOW))
    shop.tell(OrderRejected(payment_id(1), shop.key_of("N1"), "too_busy", NOW))
    assert stock() == {"101": 2}
    shop.tell(OrderAccepted(payment_id(4), shop.key_of("N4"), Won(5_000), 20, NOW))
    shop.writer.run_now(lambda tx: order_life.cancel(tx, 1, shop.key_of("N4"), POLICY, NOW))
    assert stock() == {"101": 3}


# What channels are told ---------------------------------------------------------------------


async def test_a_channel_is_told_every_step_in_order_and_what_failed_again(shop: Shop) -> None:
    shop.writer.start()
    courier = Courier(shop.writer, _reader(shop), VAULT, shop.adapt)

    async def do(event: Any) -> None:
        await shop.writer.run(lambda tx: _record(shop, tx, event))

    await shop.writer.run(lambda tx: _place(shop, tx))
    await do(OrderAccepted(payment_id(1), shop.key_of(), Won(10_000), 20, NOW))
    await do(OrderMoved(shop.key_of(), OrderState.COOKING, NOW))
    shop.answers = [200, 500]
    with pytest.raises(OSError, match="500"):
        await courier.tell(shop.key)
    assert [each["state"] for each in shop.posted] == ["accepted"]
    assert await courier.tell(shop.key) == 1
    assert await courier.tell(shop.key) == 0
    assert [(e["number"], e["state"]) for e in shop.posted] == [
        ("N1", "accepted"),
        ("N1", "cooking"),
    ]
    shop.writer.close()


def _reader(shop: Shop) -> Any:
    from ledger.server.database import open_reader

    return open_reader(shop.path)


def _place(shop: Shop, tx: Any) -> str:
    channel = shop.adapt(shop.key)
    call = shop.call(json.dumps(placed()).encode())
    return take(tx, channel, 1, channel.read(tx, call, NOW), POLICY, NOW)


def _record(shop: Shop, tx: Any, event: Any) -> Any:
    from ledger.server import records
    from tests.ledger.plain_cards import PlainOpener
    from tests.ledger.test_order_life import SHOP

    prepared = records.prepare(shop.journal.add(event), SHOP, PlainOpener())
    return records.take(tx, prepared, SHOP, POLICY, NOW)


# Over HTTP ----------------------------------------------------------------------------------


def test_a_channel_places_an_order_over_http_and_is_refused_in_words(process: Process) -> None:
    key = process.act(lambda tx: add_key(tx, VAULT, "webhook", 1))
    now = datetime.now().astimezone()
    said = placed(placed_at=now.isoformat(), accept_by=(now + timedelta(minutes=5)).isoformat())

    def post(body: bytes, secret: str) -> tuple[int, dict[str, Any]]:
        seconds, nonce = int(now.timestamp()), f"n{hash((body, secret)) & 0xFFFFFFFFFFFF:020d}"
        request = urllib.request.Request(f"{process.url}/channels/{key.id}", data=body)
        for name, value in (("Time", str(seconds)), ("Nonce", nonce), ("Key", key.id)):
            request.add_header(f"X-Ieum-{name}", value)
        request.add_header("X-Ieum-Signature", sign(secret, seconds, nonce, body))
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    body = json.dumps(said).encode()
    assert post(body, key.secret) == (201, {"result": "placed"})
    assert post(body, key.secret)[1]["code"] == "replayed"
    status, problem = post(body, "wrong")
    assert (status, problem["code"]) == (401, "unauthorized")
    status, problem = post(body.replace(b"10000", b"10001", 1), key.secret)
    assert (status, problem["code"]) == (422, "total_differs")
