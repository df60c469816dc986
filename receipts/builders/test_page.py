"""The technician's test page: columns, Hangul, sizes, codes, drawer, knife. Never a sale's data."""

from __future__ import annotations

from pos.domain.codec import Json
from receipts.builders.parts import finish
from receipts.document import (
    Barcode,
    Blank,
    Document,
    Item,
    Items,
    Line,
    Pair,
    Qr,
    Rule,
    Ruler,
    Text,
    Title,
)
from receipts.rows import Align, Size
from receipts.shop import ShopFacts

RARE_SYLLABLES = "뷁 똠 펲 햏"  # In CP949, but not in the ROM of an old wansung printer.


def build_test_page(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return the test page.

    Args:
        body: empty.
        shop: whose paper it is.
        copy: as everywhere, though a copy of a test is a test.

    Raises:
        ValueError: the body is not empty, or copy is below 1.
    """
    if body:
        raise ValueError("a test page has no body")
    return finish([*_columns(shop), *_letters(), *_sizes()], copy=copy, training=shop.training)


def _columns(shop: ShopFacts) -> list[Line]:
    return [
        Title("인쇄 시험"),
        Text(shop.name, Align.CENTER),
        Pair("단말기번호", shop.terminal_number),
        Rule(),
        Text("1. 칸 수"),
        Ruler(),
        Text("눈금이 다음 줄로 넘어가면 칸 수를 줄이고, 오른쪽이 비면 늘리세요(32, 42, 48)."),
        Rule(),
    ]


def _letters() -> list[Line]:
    numbers = (
        Item("참치김밥", "2", "9,000"),
        Item("ABCDEFGH", "10", "-12,500"),
    )
    return [
        Text("2. 한글: 아래 글자가 모두 읽혀야 합니다."),
        Text("가나다라마바사 아자차카타파하"),
        Text("원 표시: ￦1,234  1,234원"),
        Text(f"드문 글자: {RARE_SYLLABLES} (네모나 깨진 글자면 구형 완성형 프린터)"),
        Rule(),
        Text("3. 줄 맞춤: 금액의 끝이 나란해야 합니다."),
        Items(Item("상품명", "수량", "금액"), numbers),
        Rule(),
    ]


def _sizes() -> list[Line]:
    return [
        Text("4. 크기와 굵기"),
        Text("보통 Normal"),
        Text("굵게 Bold", bold=True),
        Text("세로 Tall", size=Size.TALL),
        Text("크게 Large", size=Size.LARGE),
        Rule(),
        Text("5. QR 코드와 바코드"),
        Qr("IEUM-POS-TEST", "QR을 찍으면 IEUM-POS-TEST"),
        Barcode("IEUM-1234", "바코드를 찍으면 위의 글자"),
        Rule(),
        Text("6. 금전함: 이 시험지와 함께 한 번 열립니다(연결되어 있으면)."),
        Text("7. 칼: 이 아래에서 잘려야 합니다."),
        Blank(),
    ]
