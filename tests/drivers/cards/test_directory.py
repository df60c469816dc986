"""Which application is chosen, and how other cards are told from the directory alone."""

from __future__ import annotations

import pytest

from drivers.cards.apdu import Reply
from drivers.cards.directory import choose_application
from drivers.cards.scheme import INCHEON
from drivers.cards.tlv import MalformedCard, encode
from drivers.simulators.card.applet import directory
from pos.domain.errors import ForeignCard

VISA = bytes.fromhex("A0000000031010")


def reply(*aids: bytes) -> Reply:
    return Reply(directory(*((aid, "LABEL") for aid in aids)), 0x9000)


@pytest.mark.parametrize(
    ("aid", "brand"),
    [
        ("A0000000031010", "Visa"),
        ("A0000000041010", "Mastercard"),
        ("A000000333010101", "UnionPay"),
        ("A00000002501", "American Express"),
        ("A0000000651010", "JCB"),
        ("D4100000030001", "국내전용"),
        ("A000000999020201", "other"),
    ],
)
def test_another_cards_brand_is_named(aid: str, brand: str) -> None:
    with pytest.raises(ForeignCard) as caught:
        choose_application(reply(bytes.fromhex(aid)), INCHEON)
    assert caught.value.facts == {"brand": brand}


def test_our_application_is_chosen_beside_a_banks() -> None:
    assert choose_application(reply(VISA, INCHEON.aid), INCHEON) == INCHEON.aid


def test_a_longer_id_that_begins_with_ours_is_ours() -> None:
    longer = INCHEON.aid + b"\x07"
    assert choose_application(reply(longer), INCHEON) == longer


def test_a_card_without_a_directory_is_asked_for_our_id_only() -> None:
    assert choose_application(Reply(b"", 0x6A82), INCHEON) == INCHEON.aid


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b"", 0x6A81),
        reply(),
        Reply(b"\x6f\x05", 0x9000),
        Reply(
            encode(0x6F, encode(0xA5, encode(0xBF0C, encode(0x61, encode(0x4F, b"\xa0"))))), 0x9000
        ),
    ],
)
def test_a_directory_that_can_not_be_read_is_refused(answer: Reply) -> None:
    with pytest.raises(MalformedCard):
        choose_application(answer, INCHEON)
