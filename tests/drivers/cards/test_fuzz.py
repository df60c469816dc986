"""Bytes that no card would send: read or refused, in bounded time and memory, and never another error.

20,000 cases by default; IEUM_FUZZ_CASES=1000000 for the long run (`-rP --timeout=0` beside it: the
figures), IEUM_FUZZ_SEED for another one.
"""

from __future__ import annotations

import contextlib
import os
import random
import tracemalloc

import pytest

from drivers.cards import apdu
from drivers.cards.serial.frame_reader import FrameReader
from drivers.cards.serial.framing import Frame, build
from drivers.cards.serial.messages import MessageError, read_answer, read_event, read_question
from drivers.cards.serial.profiles import PROFILES, Profile
from drivers.cards.serial.sessions import SUCCESS
from drivers.cards.serial.track import decode_track, read_track
from drivers.cards.tlv import (
    MAX_OBJECTS,
    MalformedCard,
    children,
    encode,
    encode_all,
    flatten,
    parse,
    parse_dol,
)
from pos.domain.errors import CardError
from tests.drivers.cards.fuzz_bounds import bounded

CASES = int(os.environ.get("IEUM_FUZZ_CASES", "20000"))
SEED = int(os.environ.get("IEUM_FUZZ_SEED", "1"))
TAGS = (0x5A, 0x57, 0x6F, 0x70, 0x77, 0x82, 0x84, 0x9F26, 0x9F38, 0xA5, 0xBF0C, 0xDF30, 0x61)
TIME = "20261124120000"


def objects(chance: random.Random, depth: int = 0) -> bytes:
    """A template that is right, of any shape."""
    made = []
    for _ in range(chance.randint(0, 4)):
        tag = chance.choice(TAGS)
        inside = (
            objects(chance, depth + 1)
            if depth < 5 and chance.random() < 0.4
            else chance.randbytes(chance.randint(0, 40))
        )
        made.append((tag, inside))
    return encode_all(made)


def spoilt(chance: random.Random, data: bytes) -> bytes:
    """The same with bytes changed, cut, doubled or lied about."""
    bad = bytearray(data or b"\x00")
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(bad)) if bad else 0
        match chance.randint(0, 4):
            case 0 if bad:
                bad[place] = chance.choice((0x00, 0x1F, 0x5F, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF))
            case 1:
                del bad[place : place + chance.randint(1, 9)]
            case 2:
                bad[place:place] = bytes(bad[place : place + chance.randint(1, 30)])
            case 3:
                bad[place:place] = b"\x84\xff\xff\xff\xff"
            case _:
                bad[place:place] = chance.randbytes(chance.randint(1, 9))
    return bytes(bad)


def test_any_bytes_are_objects_or_malformed() -> None:
    chance = random.Random(SEED)
    accepted = 0
    with bounded("TLV") as bounds:
        for number in range(CASES):
            data = objects(chance) if number % 3 else chance.randbytes(chance.randint(0, 300))
            if number % 2:
                data = spoilt(chance, data)
            with bounds.case():
                accepted += _readings(data)
    assert accepted > CASES // 10


def _readings(data: bytes) -> int:
    """Read it in every way there is; return how many took it."""
    accepted = 0
    for read in (parse, flatten, parse_dol, decode_track, lambda d: children(d, 0x6F, 0xA5)):
        try:
            found = read(data)
        except MalformedCard:
            continue
        accepted += 1
        if read is parse:
            assert len(found) <= MAX_OBJECTS  # type: ignore[arg-type]
    return accepted


@pytest.mark.parametrize(
    "data",
    [
        b"\x70\x80" + b"\x5a\x01\x00" * 60 + b"\x00\x00",  # Indefinite length.
        b"\x70\x84\xff\xff\xff\xff" + b"\x00" * 50,  # Four bytes of length.
        b"\x70\x82\xff\xff" + b"\x00" * 50,  # Longer than the reply.
        b"\x9f\xff\xff\xff\xff\x01\x00",  # A tag without an end.
        b"\x5a\x00" * 129,  # More objects than any card has.
    ],
    ids=["indefinite", "four bytes of length", "too long", "endless tag", "too many"],
)
def test_the_ways_a_card_can_lie_about_its_objects_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedCard):
        parse(data)


def test_a_thousand_templates_in_one_another_are_malformed_at_once() -> None:
    data = b"\x5a\x01\x00"
    for _ in range(1_000):
        data = encode(0x70, data)
    tracemalloc.start()
    with pytest.raises(MalformedCard, match="deep"):
        flatten(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("status", [b"\x61\xff", b"\x6c\xff", b"\x61\x00", b"\x6c\x00"])
def test_a_card_that_always_has_more_is_malformed(status: bytes) -> None:
    asked = []

    def transmit(command: bytes) -> bytes:
        asked.append(command)
        return b"\x00" * 250 + status

    with pytest.raises(MalformedCard):
        apdu.exchange(transmit, apdu.select(b"12345"))
    assert len(asked) == apdu.MAX_REPLIES


@pytest.mark.parametrize("reply", [b"", b"\x90", SUCCESS * 130])
def test_a_reply_of_a_wrong_length_is_malformed(reply: bytes) -> None:
    with pytest.raises(MalformedCard):
        apdu.exchange(lambda _: reply, apdu.select(b"12345"))


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_any_frame_is_a_message_or_none(name: str) -> None:
    """Whole frames with any data: what is read from them is typed, or it is a MessageError."""
    profile = PROFILES[name]
    chance = random.Random(SEED)
    read = 0
    with bounded(f"messages of {name}") as bounds:
        for _ in range(CASES // 2):
            data = _frame(chance, profile)
            with bounds.case():
                read += _messages(profile, data)
    assert read > CASES // 100


def _messages(profile: Profile, data: bytes) -> int:
    """Read whatever frames there are in every way; return how many were messages."""
    read = 0
    for frame in FrameReader(profile.framing).feed(data):
        if not isinstance(frame, Frame):
            continue
        read_event(profile, frame)
        for read_it in (read_answer, read_question):
            try:
                said = read_it(profile, frame)
            except MessageError:
                continue
            read += 1
            assert len(repr(said)) < 200
            if read_it is read_answer and "track" in said.values:
                with contextlib.suppress(CardError):
                    read_track(said)  # type: ignore[arg-type]
    return read


def _frame(chance: random.Random, profile: Profile) -> bytes:
    letters = [*profile.jobs.values(), *(each.lower() for each in profile.jobs.values()), "@", "?"]
    letter = chance.choice(letters)
    if not profile.tagged:
        data = chance.randbytes(chance.choice((0, 1, 2, 3, 20, 57, 80, 200)))
        status = bytes([chance.choice((0, 0, 1, 255))])
        return build(profile.framing, data, code=letter.encode(), status=status, time=TIME)
    fields = [f"A{letter}".encode()]
    for _ in range(chance.randint(0, 7)):
        tag = chance.choice("Arsmfcwidnqaxkphute")
        body = chance.choice(
            (b"", b"00", b"1", chance.randbytes(chance.randint(0, 16)).hex().encode())
        )
        fields.append(tag.encode() + body)
    return build(profile.framing, b"\x1c".join((*fields, b"")))
