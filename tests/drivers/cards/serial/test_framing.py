"""Frames byte for byte as the vendors' tables have them, and whatever a line can make of them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable
from dataclasses import replace

import pytest

from drivers.cards.serial.frame_reader import FrameReader
from drivers.cards.serial.framing import (
    ACK,
    DATA_MAX,
    NAK,
    STX,
    Control,
    Fault,
    FaultKind,
    Frame,
    Framing,
    Heard,
    LengthForm,
    Part,
    build,
    checksum,
)
from drivers.cards.serial.messages import ask
from drivers.cards.serial.profiles import FS_TAGGED, TL3500, Job, Profile
from tests.drivers.cards.fuzz_bounds import bounded

CASES = int(os.environ.get("IEUM_FUZZ_CASES", "20000"))
SEED = int(os.environ.get("IEUM_FUZZ_SEED", "1"))
TIME = "20261124120000"
# Table of the TL3500: STX, terminal 16 (zero padded), time 14, job, answer 0, length (LE), ETX, BCC.
TL_STATUS = (
    b"\x02" + b"\0" * 16 + TIME.encode() + b"A" + b"\0" + b"\0\0" + b"\x03"
)  # Then its BCC, over STX to ETX.


def heard(framing: Framing, *pieces: bytes) -> list[Heard]:
    reader = FrameReader(framing)
    return [each for piece in pieces for each in reader.feed(piece)]


def frames(of: Iterable[Heard]) -> list[Frame]:
    return [each for each in of if isinstance(each, Frame)]


def tl_frame(data: bytes, code: bytes = b"X") -> bytes:
    return build(TL3500.framing, data, code=code, time=TIME)


def test_a_tl3500_frame_without_data_has_the_37_bytes_of_the_vendors_table() -> None:
    frame = ask(TL3500, Job.STATUS, {}, TIME)
    bcc = 0
    for byte in TL_STATUS:
        bcc ^= byte
    assert frame == TL_STATUS + bytes([bcc])
    assert len(frame) == 37


def test_the_tl3500_length_is_little_endian_and_counts_the_data_alone() -> None:
    frame = tl_frame(b"x" * 0x0102)
    assert frame[33:35] == b"\x02\x01"


def test_the_tagged_check_is_the_published_example_without_stx() -> None:
    body = b"A0\x1cB10000\x1cS1000\x1cT0\x1cj00\x1c\x03"
    assert checksum(b"\x02" + body, FS_TAGGED.framing) == 0x41
    assert heard(FS_TAGGED.framing, b"\x02" + body + b"\x41") == [Frame(b"", b"", body[:-1])]


def test_the_check_differs_by_whether_it_covers_stx() -> None:
    with_stx = replace(FS_TAGGED.framing, check_covers_stx=True)
    assert build(with_stx, b"A0")[-1] == build(FS_TAGGED.framing, b"A0")[-1] ^ STX


@pytest.mark.parametrize(
    ("form", "counts_code", "length"),
    [
        (LengthForm.U16_BIG, False, b"\x00\x05"),
        (LengthForm.U16_LITTLE, True, b"\x06\x00"),
        (LengthForm.ASCII_4, False, b"0005"),
        (LengthForm.ASCII_4, True, b"0006"),
    ],
)
def test_another_vendors_order_and_length_are_only_data(
    form: LengthForm, counts_code: bool, length: bytes
) -> None:
    order = (Part.STX, Part.LENGTH, Part.CODE, Part.DATA, Part.ETX, Part.CHECK)
    framing = Framing(order, form, counts_code)
    frame = build(framing, b"hello", code=b"B")
    assert frame[:-1] == b"\x02" + length + b"Bhello\x03"
    assert heard(framing, frame) == [Frame(b"B", b"", b"hello")]


def test_a_frame_that_no_reader_could_follow_is_refused_at_once() -> None:
    for order in ((Part.DATA, Part.ETX, Part.CHECK), (Part.STX, Part.DATA, Part.ETX)):
        with pytest.raises(ValueError, match="begins with STX"):
            Framing(order)
    with pytest.raises(ValueError, match="begins with STX"):
        Framing(TL3500.framing.order, None)
    with pytest.raises(ValueError, match="no frame can carry"):
        build(FS_TAGGED.framing, b"a\x03b")


# The ten of the serial line, and more --------------------------------------------------------


def test_a_part_of_a_frame_and_then_silence_is_given_up(profile: Profile) -> None:
    reader = FrameReader(profile.framing)
    frame = ask(profile, Job.STATUS, {}, TIME)
    assert reader.feed(frame[:-3]) == []
    assert reader.is_waiting
    assert {each.kind for each in reader.silence() if isinstance(each, Fault)} <= {
        FaultKind.CUT_SHORT,
        FaultKind.GARBAGE,
    }
    assert not reader.is_waiting
    assert len(frames(reader.feed(frame))) == 1


def test_two_frames_in_one_read_are_two(profile: Profile) -> None:
    frame = ask(profile, Job.STATUS, {}, TIME)
    assert len(frames(heard(profile.framing, frame + frame))) == 2


def test_a_frame_in_single_bytes_is_one(profile: Profile) -> None:
    frame = ask(profile, Job.STATUS, {}, TIME)
    assert len(frames(heard(profile.framing, *(bytes([each]) for each in frame)))) == 1


def test_a_length_that_says_less_is_a_fault_and_the_next_frame_is_read() -> None:
    frame = bytearray(tl_frame(b"0123456789"))
    frame[33] = 4
    said = heard(TL3500.framing, bytes(frame) + tl_frame(b"next"))
    assert frames(said) == [Frame(b"X", b"\0", b"next")]
    assert any(isinstance(each, Fault) and each.kind is FaultKind.BAD_LENGTH for each in said)


def test_a_length_that_says_more_waits_for_silence_and_loses_no_frame() -> None:
    frame = bytearray(tl_frame(b"0123456789"))
    frame[33] = 200
    reader = FrameReader(TL3500.framing)
    assert frames(reader.feed(bytes(frame) + tl_frame(b"next"))) == []
    assert frames(reader.silence()) == [Frame(b"X", b"\0", b"next")]


def test_a_length_beyond_any_frame_holds_nothing_up() -> None:
    frame = bytearray(tl_frame(b"0123456789"))
    frame[33:35] = b"\xff\xff"
    assert frames(heard(TL3500.framing, bytes(frame) + tl_frame(b"next"))) == [
        Frame(b"X", b"\0", b"next")
    ]


def test_a_right_length_with_a_wrong_check_goes_whole(profile: Profile) -> None:
    frame = ask(profile, Job.STATUS, {}, TIME)
    wrong = frame[:-1] + bytes([frame[-1] ^ 1])
    said = heard(profile.framing, wrong)
    assert [each for each in said if isinstance(each, Fault)] == [
        Fault(FaultKind.BAD_CHECK, len(frame))
    ]


def test_a_whole_frame_inside_a_spoilt_one_is_not_taken_for_one() -> None:
    inner = tl_frame(b"pay")
    outer = bytearray(tl_frame(inner))
    outer[-1] ^= 1
    assert frames(heard(TL3500.framing, bytes(outer))) == []


def test_stx_and_etx_inside_counted_data_are_data() -> None:
    data = b"\x02\x03\x06\x15\x1c" * 20
    assert heard(TL3500.framing, tl_frame(data)) == [Frame(b"X", b"\0", data)]


def test_a_text_frame_that_begins_again_gives_the_first_up() -> None:
    frame = build(FS_TAGGED.framing, b"AA\x1c")
    assert frames(heard(FS_TAGGED.framing, frame[:4] + frame)) == [Frame(b"", b"", b"AA\x1c")]


@pytest.mark.parametrize("filler", [b"\x00", b"\xff", b"\x02", b"\x06", b"\x02\x03", b"\x02\xff"])
def test_a_megabyte_of_anything_takes_bounded_time_and_memory(
    profile: Profile, filler: bytes
) -> None:
    size = 1_000_000 if filler in (b"\x00", b"\xff") else 250_000  # Slower to tell apart.
    flood = filler * (size // len(filler))
    frame = ask(profile, Job.STATUS, {}, TIME)
    reader = FrameReader(profile.framing)
    most, frames_of = 0, []
    began = time.monotonic()
    for at in range(0, len(flood), DATA_MAX):
        said = reader.feed(flood[at : at + DATA_MAX])
        most = max(most, len(reader._buffer))
        frames_of += frames(said)
    frames_of += frames(reader.silence())
    assert time.monotonic() - began < 30  # At 115,200 baud it takes 87 s to come.
    assert most <= 2 * DATA_MAX + profile.framing.head + 2
    assert frames_of == []
    assert frames([*reader.feed(frame), *reader.silence()])


def test_controls_between_frames_are_heard_and_floods_of_them_are_one() -> None:
    assert heard(TL3500.framing, bytes([ACK]), bytes([NAK])) == [Control.ACK, Control.NAK]
    assert heard(TL3500.framing, bytes([NAK]) * 10_000) == [Control.NAK]


# Property ------------------------------------------------------------------------------------


def test_split_anywhere_between_any_garbage_every_whole_frame_is_read(profile: Profile) -> None:
    """CASES times: frames with garbage between, in pieces of any size, come out whole and in order."""
    chance = random.Random(SEED)
    for _ in range(CASES // 40):
        stream, sent = _stream(chance, profile)
        reader = FrameReader(profile.framing)
        said: list[Heard] = []
        at = 0
        while at < len(stream):
            step = chance.randint(1, 97)
            said += reader.feed(stream[at : at + step])
            at += step
        assert [each.data for each in frames([*said, *reader.silence()])] == sent


def test_any_bytes_end_in_frames_controls_and_faults_that_account_for_every_byte(
    profile: Profile,
) -> None:
    chance = random.Random(SEED + 1)
    with bounded("frames") as bounds:
        for _ in range(CASES // 2):  # And as many of the other profile.
            data = _bytes(chance, profile)
            reader = FrameReader(profile.framing)
            with bounds.case():
                said = [*reader.feed(data), *reader.silence()]
            assert not reader.is_waiting
            whole = sum(profile.framing.head + len(each.data) + 2 for each in frames(said))
            dropped = sum(each.count for each in said if isinstance(each, Fault))
            assert whole + dropped <= len(data)
            assert all(len(each.data) <= profile.framing.data_max for each in frames(said))


def _stream(chance: random.Random, profile: Profile) -> tuple[bytes, list[bytes]]:
    """Frames with harmless garbage between: no STX, for what follows one may be a frame's beginning."""
    stream, sent = b"", []
    for _ in range(chance.randint(1, 5)):
        noise = bytes(
            chance.choice((0x00, 0x7F, 0xFF, ACK, NAK)) for _ in range(chance.randint(0, 9))
        )
        data = bytes(chance.randint(0x20, 0xFF) for _ in range(chance.randint(0, 60)))
        if profile.framing.length is not None:
            data += bytes(chance.randbytes(chance.randint(0, 30)))
            stream += noise + build(profile.framing, data, code=b"X", time=TIME)
        else:
            stream += noise + build(profile.framing, data)
        sent.append(data)
    return stream, sent


def _bytes(chance: random.Random, profile: Profile) -> bytes:
    """Bytes that look like the profile's as often as not."""
    kind = chance.randint(0, 3)
    if kind == 0:
        return chance.randbytes(chance.randint(0, 300))
    if kind == 1:
        return bytes(
            chance.choice((2, 3, 6, 0x15, 0x1C, 0, 65)) for _ in range(chance.randint(0, 300))
        )
    stream, _ = _stream(chance, profile)
    spoilt = bytearray(stream)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(spoilt)) if spoilt else 0
        match chance.randint(0, 2):
            case 0 if spoilt:
                spoilt[place] ^= 1 << chance.randint(0, 7)
            case 1:
                del spoilt[place : place + chance.randint(1, 20)]
            case _:
                spoilt[place:place] = chance.randbytes(chance.randint(1, 8))
    return bytes(spoilt)
