from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from receipts.document import Barcode, BigAmount, Document, Item, Items, Logo, Pair, Qr, Text, Title
from receipts.encoders.html import to_html
from receipts.layout import layout
from receipts.renderer import ReceiptRenderer
from receipts.rows import Row
from tests.receipts.samples import SAMPLES

VOID = {"meta", "hr", "br", "img", "path", "!doctype"}


class Balanced(HTMLParser):
    """Notes tags that are not closed in their order, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """It closes itself."""

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    parser.close()
    return parser


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_is_well_formed_and_says_every_word_of_the_paper(name: str) -> None:
    sample = SAMPLES[name]
    renderer = ReceiptRenderer(sample.shop, 48)
    parsed = read(renderer.to_html(sample.kind, sample.body, sample.copy))
    assert parsed.wrong == []
    assert parsed.open == []
    said = re.sub(r"\s", "", "".join(parsed.text))
    rows = layout(renderer.document(sample.kind, sample.body, copy=sample.copy), 48)
    for row in rows:
        if not isinstance(row, Row) or re.fullmatch(r"[-=\d\s]*", row.text):
            continue
        for word in row.text.split():
            assert word in said, (row.text, word)


def test_codes_and_logo_are_drawn_in_the_page_itself() -> None:
    lines = (Qr("IEUM", "확인"), Barcode("1234"), Logo(8, b"\xff"))
    page = to_html(Document(lines))
    assert page.count("<svg") == 2
    assert 'src="data:image/png;base64,' in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_a_qr_code_in_a_page_scans() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image, ImageDraw

    path = re.search(r'<path d="([^"]+)"', to_html(Document((Qr("IEUM-POS"),))))
    assert path
    picture = Image.new("L", (240, 240), 255)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path[1]):
        left, top = 30 + int(x) * 6, 30 + int(y) * 6
        ImageDraw.Draw(picture).rectangle((left, top, left + 5, top + 5), fill=0)
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == ["IEUM-POS"]


def test_amounts_stand_apart_from_their_names() -> None:
    items = Items(Item("상품명", "수량", "금액", "단가"), (Item("김밥", "2", "9,000", "4,500"),))
    page = to_html(
        Document((Title("영수증"), Pair("부가세", "955원"), BigAmount("합계", "1원"), items))
    )
    assert "<span>부가세</span><span>955원</span>" in page
    assert "<td>김밥</td><td>4,500</td><td>2</td><td>9,000</td>" in page
    assert "<title>영수증</title>" in page


def test_letters_that_mean_something_to_a_browser_are_letters() -> None:
    page = to_html(Document((Text('<a href="x">&\'"'),)))
    assert "&lt;a href=&quot;x&quot;&gt;&amp;&#x27;&quot;" in page
