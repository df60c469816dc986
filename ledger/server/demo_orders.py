"""Invents delivery orders as they come on a Korean evening, for the demo. Never a real person's."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from pos.domain.business_day import KOREA
from pos.domain.order import Order, OrderLine
from pos.domain.won import Won

CHANNEL = "baedal-eum"
ACCEPT_S = 300

# Dish, price in won, options with what they add.
_MENU: tuple[tuple[str, int, tuple[tuple[str, int], ...]], ...] = (
    (
        "떡볶이",
        5_000,
        (("매운맛", 0), ("순한맛", 0), ("치즈 추가", 1_000), ("라면사리 추가", 1_000)),
    ),
    ("참치김밥", 4_500, (("단무지 빼기", 0), ("마요 많이", 0))),
    ("순대", 5_000, (("내장 섞어서", 0), ("순대만", 0), ("소금 많이", 0))),
    ("모둠튀김", 6_000, (("김말이 추가", 1_000), ("떡볶이 국물 뿌려서", 0))),
    ("제육덮밥", 8_500, (("곱빼기", 1_500), ("계란후라이 추가", 1_000))),
    ("김치찌개", 9_000, (("공기밥 추가", 1_000), ("라면사리 추가", 1_000), ("덜 맵게", 0))),
    ("돈까스", 9_500, (("소스 따로", 0), ("치즈 추가", 1_500))),
    ("물냉면", 9_000, (("곱빼기", 2_000), ("겨자 빼기", 0))),
    ("어묵탕", 7_000, (("맵게", 0),)),
    ("콜라 500ml", 2_000, ()),
)
_SHOP_NOTES = (
    "",
    "",
    "덜 맵게 해 주세요",
    "국물 넉넉히 부탁드려요",
    "오이 빼 주세요",
    "아이가 먹을 거예요",
)
_RIDER_NOTES = (
    "",
    "문 앞에 놓고 벨 눌러 주세요",
    "도착 전에 전화 주세요",
    "경비실에 맡겨 주세요",
    "벨 누르지 마세요",
)
_PLACES = (
    "남동구 구월동",
    "연수구 송도동",
    "부평구 부평동",
    "서구 청라동",
    "미추홀구 주안동",
    "계양구 계산동",
)


def invent(chance: Random, number: int, at: datetime, *, accept_s: int = ACCEPT_S) -> Order:
    """Return an order that nobody placed; address and phone are masked as the channel does it.

    Args:
        chance: what varies; a seeded one repeats itself.
        number: counts the orders.
        at: when it is placed.
        accept_s: seconds to answer.
    """
    dishes = chance.sample(_MENU, chance.choice((1, 2, 2, 3, 3, 4)))
    lines = tuple(_line(chance, *dish) for dish in dishes)
    return Order(
        channel=CHANNEL,
        number=f"{at.astimezone(KOREA):%y%m%d}-{number:05d}",
        short_number=f"B{number % 1_000:03d}",
        placed_at=at,
        accept_by=at + timedelta(seconds=accept_s),
        lines=lines,
        total=Won.total(line.amount for line in lines),
        paid_in_app=chance.random() < 0.8,
        disposables=chance.random() < 0.3,
        shop_note=chance.choice(_SHOP_NOTES),
        rider_note=chance.choice(_RIDER_NOTES),
        address_masked=f"인천 {chance.choice(_PLACES)} ***-**",
        phone_masked=f"0503-****-{chance.randrange(10_000):04d}",
    )


def _line(chance: Random, name: str, price: int, options: tuple[tuple[str, int], ...]) -> OrderLine:
    quantity = chance.choice((1, 1, 1, 2, 2, 3))
    taken = chance.sample(options, chance.randrange(min(2, len(options)) + 1))
    each = price + sum(more for _, more in taken)
    return OrderLine(name, quantity, Won(each * quantity), tuple(text for text, _ in taken))
