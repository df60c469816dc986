"""TLV and data object lists: what is read back, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cards.tlv import (
    MalformedCard,
    Tlv,
    children,
    encode,
    encode_all,
    fill_dol,
    flatten,
    parse,
    parse_dol,
)

PRIMITIVE_TAGS = st.sampled_from([0x5A, 0x82, 0x9F02, 0x9F37, 0x5F24, 0xDF8101, 0x9A])
OBJECTS = st.lists(st.tuples(PRIMITIVE_TAGS, st.binary(max_size=300)), max_size=20)


@given(OBJECTS)
def test_what_is_written_is_read_back(objects: list[tuple[int, bytes]]) -> None:
    assert [(each.tag, each.value) for each in parse(encode_all(objects))] == objects


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    for reads in (parse, flatten, parse_dol):
        try:
            reads(data)
        except MalformedCard:
            continue


@given(OBJECTS, st.data())
def test_a_cut_reply_is_refused_unless_cut_between_objects(
    objects: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    whole = encode_all(objects)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    ends = [len(encode_all(objects[:n])) for n in range(len(objects) + 1)]
    if len(cut) in ends:
        assert len(parse(cut)) == ends.index(len(cut))
    else:
        with pytest.raises(MalformedCard):
            parse(cut)


def test_padding_between_objects_is_skipped() -> None:
    assert [each.tag for each in parse(bytes.fromhex("0000820219000000950100"))] == [0x82, 0x95]


def test_an_object_that_comes_twice_is_refused() -> None:
    with pytest.raises(MalformedCard, match="twice"):
        flatten(encode(0x70, encode(0x5A, b"1") + encode(0x5A, b"2")))


def test_templates_that_nest_without_end_are_refused() -> None:
    data = encode(0x82, b"")
    for _ in range(10):
        data = encode(0x70, data)
    with pytest.raises(MalformedCard, match="deep"):
        flatten(data)


def test_a_missing_template_is_named() -> None:
    with pytest.raises(MalformedCard, match="A5"):
        children(encode(0x6F, encode(0x84, b"name")), 0x6F, 0xA5)


@pytest.mark.parametrize("data", ["9F", "9F02", "5A05AABB", "5A83000001", "5A80", "1F818101"])
def test_wrong_tags_and_lengths_are_refused(data: str) -> None:
    with pytest.raises(MalformedCard):
        parse(bytes.fromhex(data))


@pytest.mark.parametrize("tag", [0x00, 0x1F, 0x9F8182, 0x5A00])
def test_what_is_no_tag_is_not_written(tag: int) -> None:
    with pytest.raises(ValueError, match="no tag"):
        encode(tag, b"")


def test_a_list_is_filled_by_the_two_padding_rules() -> None:
    wanted = parse_dol(bytes.fromhex("9F02069F37029F37069F1A019F7D02"))
    values = {0x9F02: b"\x45\x00", 0x9F37: b"\x01\x02\x03\x04", 0x9F1A: b"\x04\x10"}
    assert fill_dol(wanted, values).hex() == "0000000045000102010203040000100000"


def test_a_list_that_asks_for_too_much_is_refused() -> None:
    with pytest.raises(MalformedCard, match="too much"):
        parse_dol(bytes.fromhex("9F02FF9F37FF"))


def test_a_value_stays_out_of_the_repr() -> None:
    assert "6290" not in repr(Tlv(0x5A, bytes.fromhex("6290990010001004")))
