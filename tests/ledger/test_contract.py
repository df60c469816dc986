"""The contract: the document is current, and the models take nothing that it does not say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args

import pytest
from pydantic import ValidationError

from config.rates import load_rates
from ledger.contract import models as wire
from ledger.contract import openapi
from ledger.contract.__main__ import DOCUMENT
from ledger.contract.operations import BY_ID, OPERATIONS
from ledger.feed_mapping import item_to_wire, order_from_wire, order_to_wire, page_from_wire
from ledger.mapping import (
    LEDGER_REASONS,
    forwarded_from_wire,
    forwarded_to_wire,
    head_from_wire,
    head_to_wire,
    record_from_wire,
    record_to_wire,
)
from pos.domain.catalogue import CatalogueChange, Product
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.news import NextKey, Notice, NoticeChange
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.payment_answers import GivenBack
from pos.domain.record import FIRST_PREVIOUS, LedgerHead, NewRecord, chain, verify
from pos.domain.tax import TaxKind
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import Won
from pos.ports import FeedItem, FeedPage, HotlistChange

NOW = datetime(2026, 11, 24, 3, 0, 0, 123_456, tzinfo=UTC)
COLA = Product("123", "콜라", Won(2_000), TaxKind.TAXABLE)
ORDER = Order(
    channel="baedal-eum",
    number="261124-00001",
    short_number="B001",
    placed_at=NOW,
    accept_by=NOW,
    lines=(OrderLine("떡볶이", 2, Won(12_000), ("치즈 추가",)),),
    total=Won(12_000),
    paid_in_app=True,
    disposables=False,
    shop_note="덜 맵게",
)


def test_the_document_on_disk_is_what_the_models_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == openapi.text(), "run python -m ledger.contract"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = json.loads(openapi.text())
    names = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    found = set(openapi.text().split('"$ref": "')[1:])

    assert {each.split('"', 1)[0] for each in found} <= names
    assert document["openapi"].startswith("3.1")


def test_operations_have_ids_and_paths_of_their_own() -> None:
    assert len(BY_ID) == len(OPERATIONS)
    assert len({(each.method, each.path) for each in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize(
    "body",
    [
        '{"amount": "100", "sealed": "x", "at": "2026-11-24T03:00:00Z"}',
        '{"amount": 100.0, "sealed": "x", "at": "2026-11-24T03:00:00Z"}',
        '{"amount": true, "sealed": "x", "at": "2026-11-24T03:00:00Z"}',
        '{"amount": 0, "sealed": "x", "at": "2026-11-24T03:00:00Z"}',
        '{"amount": 100000000, "sealed": "x", "at": "2026-11-24T03:00:00Z"}',
        '{"amount": 100, "sealed": "x", "at": "2026-11-24T03:00:00"}',
        '{"amount": 100, "sealed": "x", "at": "2026-11-24T03:00:00Z", "pan": "6290"}',
        '{"amount": 100, "sealed": "", "at": "2026-11-24T03:00:00Z"}',
    ],
)
def test_a_request_of_another_shape_is_not_taken(body: str) -> None:
    with pytest.raises(ValidationError):
        wire.AuthorizeRequest.model_validate_json(body)


def test_wire_and_domain_name_the_same_things() -> None:
    assert set(get_args(wire.PurseName)) == {each.value for each in Purse}
    assert {"new", *get_args(wire.OrderStateName)} == {each.value for each in OrderState}
    assert {each.value for each in LEDGER_REASONS} == set(get_args(wire.DeclineCode))


def test_an_order_survives_the_journey() -> None:
    sent = order_to_wire(ORDER).model_dump_json()

    assert order_from_wire(wire.WireOrder.model_validate_json(sent)) == ORDER


def test_a_feed_page_survives_the_journey() -> None:
    items = (
        FeedItem("order.placed", order=ORDER),
        FeedItem("order.state", order_key=ORDER.key, state=OrderState.AUTO_CANCELLED),
        FeedItem("card.hotlist", hotlist=HotlistChange("0a" * 16, stopped=True)),
        FeedItem("notice", notice=NoticeChange(Notice(1, "안내", "hello", NOW, NOW))),
        FeedItem("notice", notice=NoticeChange(Notice(1, "안내", "hello", NOW), withdrawn=True)),
        FeedItem("ledger.key", next_key=NextKey("ab" * 32, "cd" * 64)),
        FeedItem("rates", rates=load_rates()),
        FeedItem("catalogue", catalogue=CatalogueChange((COLA,), ("880",))),
    )
    answer = wire.FeedAnswer(cursor="7", items=tuple(map(item_to_wire, items)), at=NOW)

    page = page_from_wire(wire.FeedAnswer.model_validate_json(answer.model_dump_json()))

    assert page == FeedPage("7", items, NOW)


@pytest.mark.parametrize(
    "given",
    [GivenBack(), GivenBack((PurseDraw(Purse.CHARGED, Won(900)),), Won(90), Won(12_000))],
    ids=["nothing", "all"],
)
def test_what_was_given_back_survives_the_journey(given: GivenBack) -> None:
    outcome = ForwardOutcome(4, ForwardStatus.ACCEPTED, given_back=given)
    sent = forwarded_to_wire(outcome).model_dump_json()

    assert forwarded_from_wire(wire.RecordOutcome.model_validate_json(sent)) == outcome


def test_a_signed_head_survives_the_journey() -> None:
    head = LedgerHead(1, 2, 3, "ab" * 32, 4, NOW, "cd" * 64)
    sent = wire.HeadAnswer(head=head_to_wire(head)).model_dump_json()

    there = wire.HeadAnswer.model_validate_json(sent).head

    assert there is not None
    assert head_from_wire(there) == head
    assert head_from_wire(there).message == head.message


def test_a_record_keeps_its_hash_on_the_journey() -> None:
    new = NewRecord("drawer.opened", {"why": "잔돈 ₩", "at": NOW.isoformat(), "n": [1, None]}, NOW)
    record = chain(1, 2, 3, FIRST_PREVIOUS, new)
    sent = record_to_wire(record).model_dump_json()

    there = record_from_wire(wire.ForwardedRecord.model_validate_json(sent))

    assert there == record
    verify([there], after=FIRST_PREVIOUS, sequence=2)
