"""The kernel against every demo card, in process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.cards import apdu
from drivers.cards.kernel import Kernel
from drivers.cards.scheme import PPSE
from drivers.cards.terminal_keys import TerminalKeys, load_terminal_keys
from drivers.cards.tlv import children
from drivers.simulators.card.keys import TERMINAL_FILE
from drivers.simulators.card.profiles import CardKind
from pos.domain.card import CardEntry, CardRead, Cryptogram, mask_pan
from pos.domain.errors import CardError, CardRemoved, CardUnreadable, ForeignCard
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from tests.drivers.cards.cardworld import CardWorld, request

HONEST = ("rich", "poor", "policy", "blocked", "zero", "offline", "offline_small")


@pytest.mark.parametrize("card_id", HONEST)
def test_online_a_genuine_card_asks_for_the_ledger(world: CardWorld, card_id: str) -> None:
    card = world.tap(card_id, request())
    assert (card.cryptogram, card.genuine, card.expired) == (Cryptogram.ARQC, True, False)
    assert card.masked_pan == mask_pan(world.profile(card_id).pan)
    assert card.entry is CardEntry.CONTACTLESS_CHIP


def test_offline_the_card_approves_and_counts_down_until_it_is_spent(world: CardWorld) -> None:
    reads = [world.tap("offline", request(20_000, online=False)) for _ in range(3)]
    assert [each.cryptogram for each in reads] == [Cryptogram.TC, Cryptogram.TC, Cryptogram.ARQC]
    assert [each.offline_available for each in reads] == [Won(30_000), Won(10_000), Won(10_000)]
    assert all(each.genuine for each in reads)


def test_what_was_spent_offline_survives_a_restart(world: CardWorld) -> None:
    world.tap("offline", request(50_000, online=False))
    again = CardWorld(world.keys, world.state)
    assert again.tap("offline", request(1, online=False)).cryptogram is Cryptogram.ARQC


def test_offline_beyond_its_amount_the_card_does_not_approve(world: CardWorld) -> None:
    card = world.tap("offline_small", request(3_001, online=False))
    assert card.cryptogram is not Cryptogram.TC
    assert (card.genuine, card.offline_available) == (True, Won(3_000))
    assert world.tap("offline_small", request(3_000, online=False)).cryptogram is Cryptogram.TC


def test_online_nothing_is_counted_down(world: CardWorld) -> None:
    assert world.tap("offline", request(20_000)).offline_available == Won(50_000)


@pytest.mark.parametrize("online", [True, False])
def test_an_expired_card_is_genuine_expired_and_never_approves_by_itself(
    world: CardWorld, online: bool
) -> None:
    card = world.tap("expired", request(online=online))
    assert (card.expired, card.genuine, card.cryptogram) == (True, True, Cryptogram.ARQC)


def test_a_card_is_good_through_its_last_day_in_korea(world: CardWorld) -> None:
    last_evening = datetime(2031, 12, 31, 14, 59, tzinfo=UTC)
    midnight = datetime(2031, 12, 31, 15, 0, tzinfo=UTC)
    assert not world.tap("rich", request(at=last_evening)).expired
    assert world.tap("rich", request(at=midnight)).expired


@pytest.mark.parametrize("online", [True, False])
def test_a_forged_card_is_not_genuine(world: CardWorld, online: bool) -> None:
    card = world.tap("forged", request(online=online))
    assert not card.genuine
    assert card.sealed == ""


@pytest.mark.parametrize("card_id", ["visa", "mastercard"])
def test_a_banks_card_is_refused_before_any_application_is_selected(
    world: CardWorld, card_id: str
) -> None:
    card = world.card(card_id)
    with pytest.raises(ForeignCard):
        world.run(card.transmit, request())
    assert card.trace == [apdu.select(PPSE)]


def test_a_card_torn_away_ends_the_transaction(world: CardWorld) -> None:
    with pytest.raises(CardRemoved):
        world.tap("torn", request())


def test_removal_at_any_command_ends_the_transaction(world: CardWorld) -> None:
    for last in range(6):
        with pytest.raises(CardRemoved):
            world.run(removed_after(last, world.card("rich").transmit), request())


def test_the_same_card_has_the_same_reference_and_another_one_elsewhere(world: CardWorld) -> None:
    first, second = world.tap("rich", request()), world.tap("rich", request())
    assert first.card_ref == second.card_ref
    assert first.card_ref != world.tap("poor", request()).card_ref
    keys = load_terminal_keys(world.keys / TERMINAL_FILE)
    elsewhere = run_with(world, replace(keys, card_ref_key=bytes(32)))
    assert elsewhere.card_ref != first.card_ref


def test_a_card_of_an_unknown_scheme_key_is_not_genuine_and_declines(world: CardWorld) -> None:
    keys = load_terminal_keys(world.keys / TERMINAL_FILE)
    card = run_with(world, replace(keys, ca_keys={}))
    assert (card.genuine, card.cryptogram) == (False, Cryptogram.AAC)


def test_a_changed_record_makes_the_card_not_genuine(world: CardWorld) -> None:
    card = world.card("rich")

    def longer_life(command: bytes) -> bytes:
        return card.transmit(command).replace(
            bytes.fromhex("5F2403311231"), b"\x5f\x24\x03\x35\x12\x31"
        )

    assert not world.run(longer_life, request()).genuine


def test_another_amount_than_signed_is_not_genuine(world: CardWorld) -> None:
    """A wedge between card and terminal shows the card 1 won and the terminal 4,500."""
    card = world.card("offline")

    def wedge(command: bytes) -> bytes:
        return card.transmit(command.replace(bytes.fromhex("000000004500"), bytes(5) + b"\x01"))

    assert not world.run(wedge, request(online=False)).genuine


def test_a_replayed_answer_is_not_genuine(world: CardWorld) -> None:
    heard = world.card("offline")
    answers = [heard.transmit]
    recorded: dict[int, bytes] = {}

    def listen(command: bytes) -> bytes:
        recorded[command[1]] = answers[0](command)
        return recorded[command[1]]

    assert world.run(listen, request(online=False)).genuine
    fresh = world.card("offline")

    def replay(command: bytes) -> bytes:
        return recorded[0xAE] if command[1] == 0xAE else fresh.transmit(command)

    assert not world.run(replay, request(online=False)).genuine


def test_a_stronger_answer_than_asked_for_is_refused(world: CardWorld) -> None:
    card = world.card("offline")

    def raise_kind(command: bytes) -> bytes:
        return card.transmit(command).replace(bytes.fromhex("9F270180"), bytes.fromhex("9F270140"))

    with pytest.raises(CardUnreadable):
        world.run(raise_kind, request())


def test_a_relabelled_answer_is_not_genuine(world: CardWorld) -> None:
    card = world.card("offline_small")

    def raise_kind(command: bytes) -> bytes:
        return card.transmit(command).replace(bytes.fromhex("9F270180"), bytes.fromhex("9F270140"))

    assert not world.run(raise_kind, request(50_000, online=False)).genuine


def test_the_counter_goes_up_with_every_tap(world: CardWorld) -> None:
    for expected in (1, 2, 3):
        world.tap("rich", request())
        found = children(world.card("rich").transmit(apdu.get_data(0x9F36))[:-2])
        assert int.from_bytes(found[0].value, "big") == expected


def test_the_card_tells_its_offline_amount_without_a_payment(world: CardWorld) -> None:
    world.tap("offline", request(12_000, online=False))
    reply = world.card("offline").transmit(apdu.get_data(0x9F79))
    assert reply.hex() == "9f79060000000380009000"


def test_no_card_number_shows_in_what_leaves_the_driver(world: CardWorld) -> None:
    for profile in world.profiles:
        if profile.kind is not CardKind.VOUCHER:
            continue
        try:
            said = repr(world.tap(profile.id, request()))
        except CardError as error:
            said = repr(error) + error.message("ko") + repr(error.__context__)
        assert profile.pan not in said
        assert profile.pan not in repr(profile)
        assert profile.pan[6:12] not in said.replace(profile.pan[-4:], "")


def test_an_unreadable_card_carries_no_trace_of_its_bytes(world: CardWorld) -> None:
    card = world.card("rich")

    def cut_last(command: bytes) -> bytes:
        return b"\x70\x01\x90\x00" if command[1] == 0xB2 else card.transmit(command)

    with pytest.raises(CardUnreadable) as caught:
        world.run(cut_last, request())
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def removed_after(count: int, transmit: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    left = [count]

    def limited(command: bytes) -> bytes:
        if left[0] == 0:
            raise CardRemoved()
        left[0] -= 1
        return transmit(command)

    return limited


def run_with(world: CardWorld, keys: TerminalKeys) -> CardRead:
    card = world.card("rich")
    asked = replace(request(), payment_id=TransactionId(4, 5, 6))
    return Kernel(keys).run(card.transmit, asked, CardEntry.CONTACT_CHIP)
