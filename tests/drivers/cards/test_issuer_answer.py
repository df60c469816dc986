"""The ledger's answer at the card: both sides' own code, the kernel between them, and all that can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyemv.ac
import pyemv.mac
import pyemv.sm
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.cards import apdu
from drivers.cards.completion import AwaitingIssuer, complete
from drivers.cards.tlv import encode, flatten, parse
from drivers.simulators.card.applet import VoucherCard
from drivers.simulators.card.issuer_session import AUTH_FAILED, NOT_CONCLUDED, SCRIPT_FAILED
from drivers.simulators.card.memory import MemoryFile
from ledger.server import issuer_answer
from ledger.server.cardcrypto import OpenedCard, card_key, cmac, open_sealed, session_key
from ledger.server.offline_amount import Holds
from pos.domain.card import CardEntry, CardRead, CardUpdate, Cryptogram
from pos.domain.errors import CardRemoved
from pos.domain.won import Won
from tests.drivers.cards.cardworld import PAYMENT, CardWorld, request

GOOD = CardUpdate(reached=True, authenticated=True, script_results="2000000001")
FAILED = "1100000001"
MADE_WITH = Won(50_000)


class Tap:
    """One card that has asked for the ledger, and what the ledger made of it."""

    def __init__(self, world: CardWorld, card_id: str = "offline", amount: int = 4_500) -> None:
        self.world, self.card_id = world, card_id
        card = world.card(card_id)
        assert isinstance(card, VoucherCard)
        self.card = card
        self.read, waiting = world.kernel.begin(
            card.transmit, request(amount), CardEntry.CONTACTLESS_CHIP
        )
        assert waiting is not None
        self.waiting: AwaitingIssuer = waiting
        self.opened: OpenedCard = opened(world, self.read)

    def answer(self, limit: int | None) -> bytes:
        keys = self.world.ledger
        assert keys.issuer_script_key is not None
        won = None if limit is None else Won(limit)
        said = issuer_answer.answer(
            self.opened, keys.issuer_master_key, keys.issuer_script_key, won
        )
        return bytes.fromhex(said)

    def complete(
        self, for_card: bytes | None, transmit: Callable[[bytes], bytes] | None = None
    ) -> CardUpdate:
        return complete(transmit or self.card.transmit, self.waiting, for_card)

    @property
    def holds(self) -> Holds:
        """What it will say the next time, by the ledger's own reading."""
        return said_by(self.world, Tap(self.world, self.card_id).opened)

    @property
    def left(self) -> Won:
        return self.holds.left


def opened(world: CardWorld, read: CardRead) -> OpenedCard:
    return open_sealed(read.sealed, PAYMENT.hex, world.ledger.sealing_private)


def said_by(world: CardWorld, card: OpenedCard) -> Holds:
    holds = issuer_answer.holds_of(card, world.ledger.issuer_master_key)
    assert holds is not None
    return holds


def status_of(world: CardWorld, card_id: str = "offline") -> int:
    return MemoryFile(world.state).load(card_id).last_online


def test_the_card_says_what_it_holds_and_the_ledger_knows_it_for_the_cards_word(
    world: CardWorld,
) -> None:
    world.tap("offline", request(12_000, online=False))
    card = Tap(world).opened
    assert said_by(world, card) == Holds(MADE_WITH, Won(12_000))
    for place in range(len(card.state)):
        changed = bytearray(card.state)
        changed[place] ^= 0x01
        other = replace(card, state=bytes(changed))
        assert issuer_answer.holds_of(other, world.ledger.issuer_master_key) is None
    another = replace(card, ac=bytes(8))
    assert issuer_answer.holds_of(another, world.ledger.issuer_master_key) is None


def test_offline_nothing_of_it_is_sealed_for_that_also_goes_onto_paper(world: CardWorld) -> None:
    read = world.tap("offline", request(99_000, online=False))
    assert read.cryptogram is Cryptogram.ARQC
    assert opened(world, read).state == b""


def test_an_answer_raises_the_limit_and_the_card_can_spend_it(world: CardWorld) -> None:
    world.tap("offline", request(50_000, online=False))
    tap = Tap(world)
    assert tap.complete(tap.answer(90_000)) == replace(GOOD, script_results="2000000002")
    assert (status_of(world) & 0x0F, status_of(world) & NOT_CONCLUDED) == (1, 0)
    paid = world.tap("offline", request(40_000, online=False))
    assert (paid.cryptogram, paid.offline_available) == (Cryptogram.TC, Won(0))
    assert tap.holds == Holds(Won(90_000), Won(90_000))


def test_an_answer_without_a_command_is_authenticated_and_changes_nothing(world: CardWorld) -> None:
    tap = Tap(world)
    assert tap.complete(tap.answer(None)) == replace(GOOD, script_results="")
    assert tap.holds == Holds(MADE_WITH, Won(0))


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda good: good, 0x40),
        (lambda good: good[:2] + bytes(4) + good[6:], 0x00),
        (lambda _: b"", 0x00),
        (lambda _: None, 0x00),
    ],
)
def test_the_second_cryptogram_is_a_yes_only_for_who_could_prove_it(
    world: CardWorld, spoil: Callable[[bytes], bytes | None], kind: int
) -> None:
    tap = Tap(world)
    replies: dict[int, bytes] = {}

    def listen(command: bytes) -> bytes:
        replies[command[1]] = tap.card.transmit(command)
        return replies[command[1]]

    tap.complete(spoil(tap.answer(60_000)), listen)
    assert flatten(replies[0xAE][:-2])[0x9F27][0] & 0xC0 == kind
    assert tap.card.done.is_set()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 999), change=st.integers(1, 255))
def test_an_answer_changed_anywhere_gives_the_ledgers_own_limit_or_none_and_never_raises(
    world: CardWorld, place: int, change: int
) -> None:
    """Not all of it is under the MAC: a script's name, or whether it comes before or after."""
    tap = Tap(world)
    changed = bytearray(tap.answer(70_000))
    changed[place % len(changed)] ^= change
    before = MemoryFile(world.state).load("offline").offline_limit
    tap.complete(bytes(changed))
    after = MemoryFile(world.state).load("offline").offline_limit
    assert after in {before, Won(70_000)}
    assert before in {None, Won(70_000)}


def test_a_command_with_another_amount_is_refused_and_said_so(world: CardWorld) -> None:
    tap = Tap(world)
    good = tap.answer(70_000)
    update = tap.complete(
        good.replace(bytes.fromhex("000000070000"), bytes.fromhex("000009070000"))
    )
    assert update == CardUpdate(reached=True, authenticated=True, script_results=FAILED)
    assert status_of(world) & SCRIPT_FAILED
    assert tap.left == MADE_WITH


def test_an_answer_of_another_transaction_is_worth_nothing(world: CardWorld) -> None:
    old = Tap(world).answer(70_000)
    tap = Tap(world)
    update = tap.complete(old)
    assert (update.authenticated, update.script_results) == (False, FAILED)
    assert status_of(world) & AUTH_FAILED
    assert tap.left == MADE_WITH


def test_an_answer_to_another_card_is_worth_nothing(world: CardWorld) -> None:
    tap = Tap(world, "offline_small")
    assert not tap.complete(Tap(world, "offline").answer(70_000)).authenticated
    assert tap.left == Won(3_000)


def test_a_command_without_the_issuers_answer_is_refused(world: CardWorld) -> None:
    tap = Tap(world)
    script = next(each for each in parse(tap.answer(70_000)) if each.tag == 0x71)
    update = tap.complete(encode(script.tag, script.value))
    assert (update.authenticated, update.script_results) == (False, FAILED)
    assert tap.left == MADE_WITH


def test_a_lower_limit_is_refused_for_the_ledger_never_means_it(world: CardWorld) -> None:
    tap = Tap(world)
    assert tap.complete(tap.answer(49_999)).script_results == FAILED
    assert tap.left == MADE_WITH


def test_a_command_said_twice_counts_once(world: CardWorld) -> None:
    tap = Tap(world)
    good = tap.answer(70_000)
    script = next(each for each in parse(good) if each.tag == 0x71)
    update = tap.complete(good + encode(script.tag, script.value))
    assert update.script_results == "20000000012000000001"
    assert tap.left == Won(70_000)


def test_a_command_may_also_come_after_the_second_cryptogram(world: CardWorld) -> None:
    tap = Tap(world)
    parts = [
        (0x72 if each.tag == 0x71 else each.tag, each.value) for each in parse(tap.answer(70_000))
    ]
    order: list[int] = []

    def listen(command: bytes) -> bytes:
        order.append(command[1])
        return tap.card.transmit(command)

    assert tap.complete(b"".join(encode(*each) for each in parts), listen) == GOOD
    assert order == [0x82, 0xAE, 0xDA]
    assert tap.left == Won(70_000)


def test_the_commands_come_in_the_order_of_the_standard(world: CardWorld) -> None:
    tap = Tap(world)
    order: list[int] = []

    def listen(command: bytes) -> bytes:
        order.append(command[1])
        return tap.card.transmit(command)

    tap.complete(tap.answer(70_000), listen)
    assert order == [0x82, 0xDA, 0xAE]


def test_a_script_that_fails_does_not_keep_the_next_one_back(world: CardWorld) -> None:
    tap = Tap(world)
    auth, script = parse(tap.answer(70_000))
    unknown = encode(0x9F18, b"\0\0\0\x09") + encode(0x86, bytes.fromhex("8416000000"))
    both = encode(auth.tag, auth.value) + encode(0x71, unknown) + encode(script.tag, script.value)
    assert tap.complete(both).script_results == "1100000009" + GOOD.script_results
    assert tap.left == Won(70_000)


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("before", [True, False])
def test_torn_at_any_command_the_card_holds_the_old_or_the_new_and_no_error_comes(
    world: CardWorld, at: int, before: bool
) -> None:
    """The answer to the command may be lost after the card has taken it; then only the card knows."""
    tap = Tap(world)
    count = [0]

    def torn(command: bytes) -> bytes:
        count[0] += 1
        if count[0] > at and before:
            raise CardRemoved
        reply = tap.card.transmit(command)
        if count[0] > at:
            raise CardRemoved
        return reply

    update = tap.complete(tap.answer(70_000), torn)
    assert not update.reached
    assert update.script_results == (GOOD.script_results if at == 2 else "0000000001")
    took_it = at == 2 or (at == 1 and not before)
    assert MemoryFile(world.state).load("offline").offline_limit == (
        Won(70_000) if took_it else None
    )
    assert status_of(world) & NOT_CONCLUDED or (at == 2 and not before)
    assert tap.left == (Won(70_000) if took_it else MADE_WITH)


@pytest.mark.parametrize(
    "nonsense",
    [b"\x71", b"\x71\x05\x86", b"\x91\x08", bytes(600), b"\x71\x03\x86\x01\x00", b"\x5a\x01\x00"],
)
def test_nonsense_for_the_card_ends_the_transaction_with_a_no(
    world: CardWorld, nonsense: bytes
) -> None:
    tap = Tap(world)
    assert tap.complete(nonsense) == CardUpdate(reached=True)
    assert tap.card.done.is_set()
    assert tap.left == MADE_WITH


def test_a_card_that_answers_nonsense_is_given_up(world: CardWorld) -> None:
    tap = Tap(world)
    assert tap.complete(tap.answer(70_000), lambda _: b"") == CardUpdate(
        script_results="0000000001"
    )


def test_only_a_card_that_asked_for_the_ledger_is_waited_for(world: CardWorld) -> None:
    for card_id, asked in (("offline", request(1, online=False)), ("forged", request())):
        card = world.card(card_id)
        _, waiting = world.kernel.begin(card.transmit, asked, CardEntry.CONTACTLESS_CHIP)
        assert waiting is None


def test_the_issuers_commands_are_out_of_order_without_a_question(world: CardWorld) -> None:
    card = world.card("offline")
    for command in (apdu.external_authenticate(bytes(8)), bytes.fromhex("04DA9F770E") + bytes(14)):
        assert card.transmit(command) == b"\x69\x85"
    tap = Tap(world)
    assert tap.card.transmit(apdu.get_processing_options(bytes(19))) == b"\x69\x85"
    assert tap.card.transmit(apdu.external_authenticate(bytes(8))) == b"\x63\x00"
    good = tap.answer(60_000)[2:10]
    assert tap.card.transmit(apdu.external_authenticate(good)) == b"\x69\x85"  # Once.


def test_aes_cmac_is_that_of_the_standard() -> None:
    """RFC 4493, section 4: the one primitive that all of this is made of, on the ledger's side."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    message = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    assert cmac(key, b"").hex() == "bb1d6929e95937287fa37d129b756746"
    assert cmac(key, message[:16]).hex() == "070a16b46b4d4144f79bdd9dd04a287c"


def test_what_is_signed_is_laid_out_as_an_independent_library_lays_it_out(
    world: CardWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyemv knows triple DES alone, so its MAC is replaced by the scheme's; the layout is its own."""
    tap = Tap(world)
    keys, card = world.ledger, tap.opened
    assert keys.issuer_script_key is not None
    for module, name in ((pyemv.ac, "_mac_iso9797_3"), (pyemv.mac, "mac_iso9797_3")):
        monkeypatch.setattr(
            module, name, lambda one, two, data, _, size: cmac(one + two, data)[:size]
        )
    counter = card.atc.to_bytes(2, "big")
    answers = session_key(card_key(keys.issuer_master_key, card.pan, card.psn), counter)
    commands = session_key(card_key(keys.issuer_script_key, card.pan, card.psn), card.ac)
    update, value = bytes.fromhex("00800000"), bytes.fromhex("000000070000")
    header = bytes.fromhex("04DA9F770E")

    auth, script = parse(tap.answer(70_000))
    command = flatten(encode(script.tag, script.value))[0x86]
    assert auth.value == pyemv.ac.generate_arpc_2(answers, card.ac, update) + update
    mac = pyemv.sm.generate_command_mac(commands, header + counter + card.ac + value, 8)
    assert command == header + value + mac
