"""Cards that answer nonsense: refused as unreadable, never with another exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.cards.link import entry_of
from pos.domain.card import CardEntry, CardRead, Cryptogram
from pos.domain.errors import CardUnreadable, ForeignCard
from tests.drivers.cards.cardworld import CardWorld, request

COMMANDS_IN_A_TAP = 7


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> CardWorld:
    folder: Path = tmp_path_factory.mktemp("fuzz")
    return CardWorld(folder, folder / "state.json")


def outcome(world: CardWorld, transmit: object) -> CardRead | None:
    try:
        return world.run(transmit, request(online=False))  # type: ignore[arg-type]
    except (CardUnreadable, ForeignCard):
        return None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=260), min_size=1, max_size=8))
def test_garbage_is_unreadable(shared: CardWorld, replies: list[bytes]) -> None:
    left = iter(replies)
    with pytest.raises(CardUnreadable):
        shared.run(lambda _: next(left, b"\x6f\x00"), request())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_changed_reply_never_gives_a_genuine_yes(
    shared: CardWorld, data: st.DataObject
) -> None:
    card = shared.card("rich")
    at = data.draw(st.integers(0, COMMANDS_IN_A_TAP - 1))
    count = [0]
    changed = [False]

    def meddle(command: bytes) -> bytes:
        reply = card.transmit(command)
        count[0] += 1
        if count[0] - 1 != at:
            return reply
        place = data.draw(st.integers(0, 999)) % len(reply)
        other = data.draw(st.integers(1, 255))
        changed[0] = True
        return reply[:place] + bytes([reply[place] ^ other]) + reply[place + 1 :]

    read = outcome(shared, meddle)
    # The directory, the application's name and a decline are not signed: they move no money.
    if read is not None and changed[0] and at >= 3 and read.cryptogram is not Cryptogram.AAC:
        assert not read.genuine


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_reply_of_garbage_is_unreadable_or_not_genuine(
    shared: CardWorld, data: st.DataObject
) -> None:
    card = shared.card("rich")
    at = data.draw(st.integers(0, COMMANDS_IN_A_TAP - 1))
    garbage = data.draw(st.binary(max_size=258)) + b"\x90\x00"
    count = [0]

    def meddle(command: bytes) -> bytes:
        count[0] += 1
        return garbage if count[0] - 1 == at else card.transmit(command)

    read = outcome(shared, meddle)
    # Garbage for the card's last word can't be a signed yes; a decline it may pass for.
    is_yes = read is not None and read.genuine and read.cryptogram is not Cryptogram.AAC
    assert at < COMMANDS_IN_A_TAP - 1 or not is_yes


@given(st.binary(max_size=300))
def test_any_answer_to_reset_is_a_way_in_and_never_an_error(atr: bytes) -> None:
    assert entry_of(atr) in (CardEntry.CONTACT_CHIP, CardEntry.CONTACTLESS_CHIP)


def test_a_readers_number_for_a_tap_is_never_asked_so_a_phone_may_make_one_up(
    shared: CardWorld,
) -> None:
    sent: list[bytes] = []
    card = shared.card("rich")

    def watched(command: bytes) -> bytes:
        sent.append(command)
        return card.transmit(command)

    assert outcome(shared, watched) is not None
    assert sent
    assert not [each for each in sent if each[0] == 0xFF]  # PC/SC part 3, 3.2.2: the reader's own.
