"""Names and notes from outside, as bad as they come, on every paper: nothing opens, no row breaks.

The bytes are judged by the tests' own printer, which knows every command and notes what it does not.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pos.domain.cash_receipt import CancelReason
from pos.domain.codec import Json
from pos.ports import PrintKind
from receipts.profiles import PROFILES
from receipts.renderer import ReceiptRenderer
from receipts.shop import ShopFacts
from tests.receipts.paper_printer import PaperPrinter
from tests.receipts.samples import SAMPLES as SALES
from tests.receipts.samples import SHOP
from tests.receipts.shift_samples import SHIFT_SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = {**SALES, **SHIFT_SAMPLES}
KICK, CLEAR, CUT = "\x1bp\x00\x19\xfa", "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", "\x1dV\x00"
ATTACKS = [
    KICK,
    f"김밥{KICK}천국",
    CLEAR,
    "\x10\x14\x01\x00\x05",  # DLE DC4: a kick in real time.
    CUT,
    "\x1b@\x1c.",
    "\x1d(k\x03\x001A2",
    "\x1d(H\x06\x0000KICK",
    "\x1c.\x1bt\x12",
    "[@click=app.refund]돌려주기[/]",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202e000,1원\u202c",
    "\u2066가\u2069\u200b\u200d\ufeff",
    "👨\u200d👩\u200d👧🍗",
    "e\u0301\u0301\u0301",
    "ᄒ\u1161\u11ab글",
    "\ud800",
    "가" * 10_000,
    "A" * 10_000,
    "👍" * 10_000,
    "a\r\nb\x85c\u2028d\x0b\x0c",
    "{B{C}{{",
    "\x9b31m\x90\x9d52;c;",
    "\x00",
    "",
    " ",
]
CHARS = st.one_of(
    st.characters(codec="utf-8"),
    st.sampled_from("\x00\x04\x10\x14\x1a\x1b\x1c\x1d\x1f\x7f\x80\x9b\u202e\u200d₩□…뷁똠 (,)"),
    st.sampled_from(ATTACKS[:12]),
)
HOSTILE = st.one_of(st.sampled_from(ATTACKS), st.lists(CHARS, max_size=40).map("".join))
COLUMNS = st.sampled_from((24, 26, 32, 42, 48, 80))
# What people or machines of the shop's own write, by key; all else is a number, a time or an id.
OPEN = frozenset(
    [
        "name",
        "options",
        "shop_note",
        "rider_note",
        "address_masked",
        "phone_masked",
        "by",
        "reason",
        "accepted_by",
        "allowed_by",
        "note",
        "channel",
        "number",
        "short_number",
        "approval_code",
        "rrn",
        "head",
        "order_key",
        "masked_pan",
        "code",
    ]
)


def poisoned(value: Json, text: str, key: str = "") -> Json:
    """Put a text into every open field of a body."""
    if isinstance(value, dict):
        return {name: poisoned(each, text, name) for name, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each, text, key) for each in value]
    choice = value in set(CancelReason)  # Not written: chosen.
    return text if isinstance(value, str) and key in OPEN and not choice else value


def shop_of(text: str) -> ShopFacts:
    fields = ("name", "business_number", "representative", "phone", "address", "terminal_number")
    return replace(SHOP, **dict.fromkeys(fields, text))  # type: ignore[arg-type]


def poisoned_samples(text: str) -> Iterator[tuple[PrintKind, dict[str, Json]]]:
    for sample in SAMPLES.values():
        body = poisoned(sample.body, text)
        assert isinstance(body, dict)
        yield sample.kind, body


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
@pytest.mark.parametrize("make", ["epson", "generic58"])
def test_every_paper_bears_every_known_attack(text: str, make: str) -> None:
    for kind, body in poisoned_samples(text):
        check(kind, body, 32, make, text)


@given(HOSTILE, st.sampled_from(list(SAMPLES)), COLUMNS, st.sampled_from(list(PROFILES)))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("가" * 10_000, "kitchen_ticket", 32, "epson")
def test_no_text_at_all_opens_the_drawer_or_breaks_a_row(
    text: str, name: str, columns: int, make: str
) -> None:
    body = poisoned(SAMPLES[name].body, text)
    assert isinstance(body, dict)
    check(SAMPLES[name].kind, body, columns, make, text)


def check(kind: PrintKind, body: dict[str, Json], columns: int, make: str, text: str) -> None:
    renderer = ReceiptRenderer(shop_of(text), columns, profile=PROFILES[make])
    paper = PaperPrinter(columns, draws=False).take(renderer.render(kind, body, copy=1))
    assert paper.kicks == 0
    assert paper.unknown == []
    assert paper.ran_over == 0
    assert len(paper.pieces) == (make != "generic58")  # One cut, at the end.
    assert len(paper.letters) < 400  # 10,000 letters are no ten metres of paper.


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_a_page_for_a_phone_runs_and_fetches_nothing(text: str) -> None:
    for kind, body in poisoned_samples(text):
        page = ReceiptRenderer(shop_of(text), 42).to_html(kind, body)
        tags = set(re.findall(r"</?([a-z0-9!]+)", page))
        assert tags <= TAGS, tags - TAGS
        assert not re.search(
            r"\bon\w+\s*=|javascript:|https?://(?!www\.w3\.org/2000/svg)", tagged(page)
        )
        assert "default-src 'none'" in page
        assert not set(page) & set("\x00\x1b\x10\u202e\u200d\x7f")


TAGS = frozenset(
    [
        "!doctype",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "h1",
        "p",
        "span",
        "hr",
        "br",
        "table",
        "tr",
        "th",
        "td",
        "figure",
        "figcaption",
        "svg",
        "path",
        "img",
    ]
)


def tagged(page: str) -> str:
    """Return what stands inside the page's tags."""
    return " ".join(re.findall(r"<[^>]*>", page))


def test_hostile_text_is_there_to_be_read_not_lost() -> None:
    body = poisoned(SAMPLES["kitchen_ticket"].body, "<b>안 맵게</b>")
    assert isinstance(body, dict)
    page = ReceiptRenderer(SHOP, 42).to_html(PrintKind.KITCHEN_TICKET, body)
    assert "&lt;b&gt;안 맵게&lt;/b&gt;" in page
    assert "<b>안 맵게</b>" in ReceiptRenderer(SHOP, 42).to_text(PrintKind.KITCHEN_TICKET, body)


def test_every_open_field_is_really_poisoned() -> None:
    mark = "ZZ나쁨ZZ"
    for kind, body in poisoned_samples(mark):
        if mark in json.dumps(body, ensure_ascii=False):
            assert mark in ReceiptRenderer(SHOP, 48).to_text(kind, body)
    poisoned_kinds = {kind for kind, body in poisoned_samples(mark) if mark in str(body)}
    shut = {
        PrintKind.TEST_PAGE,
        PrintKind.SETTLEMENT,
        PrintKind.COUNT_SHEET,
        PrintKind.PAY_CODE,  # Signed; nobody else's words are on it.
    }
    assert poisoned_kinds == set(PrintKind) - shut


@given(st.text(st.sampled_from("가각뷁똠a1 ,)"), max_size=60), st.integers(4, 40))
def test_no_syllable_is_parted_however_it_was_typed(text: str, columns: int) -> None:
    import unicodedata

    from receipts.cp949 import clean, wrap

    typed_apart = clean(unicodedata.normalize("NFD", text))
    rows = wrap(typed_apart, columns, 1_000)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
