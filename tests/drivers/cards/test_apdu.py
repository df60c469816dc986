"""Commands byte by byte, and replies that come in parts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cards import apdu
from drivers.cards.tlv import MalformedCard


def scripted(*replies: str) -> tuple[Callable[[bytes], bytes], list[str]]:
    left = [bytes.fromhex(each) for each in replies]
    sent: list[str] = []

    def transmit(command: bytes) -> bytes:
        sent.append(command.hex())
        return left.pop(0)

    return transmit, sent


def test_commands_are_the_bytes_of_the_standard() -> None:
    assert apdu.select(b"\xa0\x00").hex() == "00a4040002a00000"
    assert apdu.get_processing_options(b"").hex() == "80a8000002830000"
    assert apdu.read_record(2, 1).hex() == "00b2011400"
    assert apdu.generate_ac(0x90, b"\x01").hex() == "80ae9000010100"
    assert apdu.get_data(0x9F79).hex() == "80ca9f7900"


def test_a_reply_in_parts_is_gathered() -> None:
    transmit, sent = scripted("aa6102", "bbcc9000")
    assert apdu.exchange(transmit, b"\x00\xa4\x04\x00\x01\x00\x00").data == b"\xaa\xbb\xcc"
    assert sent[1] == "00c0000002"


def test_a_wrong_length_is_asked_again_with_the_right_one() -> None:
    transmit, sent = scripted("6c10", "aa9000")
    assert apdu.exchange(transmit, apdu.read_record(1, 1)).ok
    assert sent[1] == "00b2010c10"


def test_a_reply_without_end_is_refused() -> None:
    with pytest.raises(MalformedCard, match="never ends"):
        apdu.exchange(lambda _: b"\xaa\x61\x01", apdu.read_record(1, 1))


@pytest.mark.parametrize("raw", [b"", b"\x90", b"\x00" * 259])
def test_a_reply_of_wrong_length_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedCard):
        apdu.exchange(lambda _: raw, apdu.read_record(1, 1))


@given(st.binary(min_size=2, max_size=258))
def test_a_plain_reply_is_data_and_status(raw: bytes) -> None:
    if raw[-2] not in {0x61, 0x6C}:
        reply = apdu.exchange(lambda _: raw, apdu.read_record(1, 1))
        assert reply.data + reply.status.to_bytes(2, "big") == raw


def test_more_data_than_a_command_carries_is_refused() -> None:
    with pytest.raises(MalformedCard):
        apdu.generate_ac(0x80, b"\0" * 256)


def test_reply_data_stays_out_of_the_repr() -> None:
    assert "6290" not in repr(apdu.Reply(b"6290990010001004", 0x9000))
