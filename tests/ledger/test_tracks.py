"""A phone's MST at the ledger: right keys by the standard's vectors, one payment a code, nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from drivers.cards.seal import seal_bytes
from drivers.cards.serial.kernel import TRACK_INFO, TRACK_VERSION
from drivers.simulators.card.keys import CARD_FILE, LEDGER_FILE, load_factory_keys
from drivers.simulators.card.memory import MemoryFile
from drivers.simulators.reader.dukpt import data_key as reader_key
from drivers.simulators.reader.dukpt import initial_key, next_counter
from drivers.simulators.reader.keys import READER_FILE, inject, load_reader_keys
from drivers.simulators.reader.swipes import phone_swipe, seal_swipe, stripe_swipe
from ledger.server.cardcrypto import LedgerKeys, SealError, load_ledger_keys
from ledger.server.cards import SealBroken
from ledger.server.dukpt import PIN, data_key
from ledger.server.opener import KeyedOpener
from ledger.server.tracks import code_is_right, open_track
from pos.domain.card import Cryptogram
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from tests.drivers.cards.cardworld import CardWorld

# ANSI X9.24-3, annex B: AES-128 from this base key and initial key id.
BASE, KEY_ID = bytes.fromhex("FEDCBA9876543210F1F1F1F1F1F1F1F1"), bytes.fromhex("1234567890123456")
PAYMENT = TransactionId(1, 2, 3)


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> CardWorld:
    made = CardWorld(tmp_path_factory.getbasetemp() / "track-keys", tmp_path / "state.json")
    inject(made.keys)
    return made


@pytest.fixture
def keys(world: CardWorld) -> LedgerKeys:
    return load_ledger_keys(world.keys / LEDGER_FILE)


def sealed(world: CardWorld, keys: LedgerKeys, *, amount: int = 4_500, **changed: str) -> str:
    swipe = phone_swipe(
        world.profile("samsung"), load_factory_keys(world.keys / CARD_FILE), MemoryFile(world.state)
    )
    said = seal_swipe(swipe, load_reader_keys(world.keys / READER_FILE))
    facts = {"ksn": said.ksn.hex(), "track": said.track.hex(), "amount": amount, "date": "261124"}
    return wrap({**facts, **changed}, keys)


def wrap(facts: object, keys: LedgerKeys) -> str:
    return seal_bytes(
        json.dumps(facts).encode(),
        PAYMENT,
        keys.sealing_private.public_key(),
        version=TRACK_VERSION,
        info=TRACK_INFO,
    )


def test_the_keys_are_those_of_the_standards_vectors() -> None:
    assert initial_key(BASE, KEY_ID).hex() == "1273671ea26ac29afa4d1084127652a1"
    for counter, pin, data in (
        (1, "af8cb133a78f8dc2d1359f18527593fb", "a35c412efd41fdb98b69797c02dcd08f"),
        (2, "d30bdc73ec9714b000bec66bdb7b6d09", "d639514aa33ac43ad9229e433d6d4e5b"),
        (8, "4d9df3fbee3448fc3e676d04320a90f5", "650f34204abd4e57764d61ac3d266fb1"),
    ):
        ksn = KEY_ID + counter.to_bytes(4, "big")
        assert data_key(BASE, ksn, PIN).hex() == pin
        assert data_key(BASE, ksn).hex() == data


def test_reader_and_ledger_derive_the_same_key_for_every_counter() -> None:
    counter = 0
    for step in range(200):
        counter = next_counter(counter + step * step)
        ksn = KEY_ID + counter.to_bytes(4, "big")
        assert data_key(BASE, ksn) == reader_key(initial_key(BASE, KEY_ID), KEY_ID, counter)
    assert next_counter(0xFFFF) == 0x10000
    assert next_counter(0x1FFFE) == 0x20000  # 17 one bits are passed over.


def test_a_token_is_opened_and_its_code_is_right_once(world: CardWorld, keys: LedgerKeys) -> None:
    opener = KeyedOpener(keys)
    first, second = (opener.open(sealed(world, keys), PAYMENT.hex) for _ in range(2))
    assert (first.cryptogram, first.cryptogram_right, first.amount) == (
        Cryptogram.ARQC,
        True,
        Won(4_500),
    )
    assert first.pan_key == opener.pan_key(world.profile("samsung").pan)
    assert (first.atc, second.atc) == (1, 2)


def test_a_code_for_another_count_is_wrong(world: CardWorld, keys: LedgerKeys) -> None:
    track = open_track(sealed(world, keys), PAYMENT.hex, keys)
    assert code_is_right(track, keys.issuer_master_key)
    assert not code_is_right(replace(track, counter=track.counter + 1), keys.issuer_master_key)
    assert not code_is_right(replace(track, code="00000000"), keys.issuer_master_key)
    assert "6290" not in repr(track)


def test_a_stripes_constant_digits_are_no_code(world: CardWorld, keys: LedgerKeys) -> None:
    said = seal_swipe(
        stripe_swipe(world.profile("rich")), load_reader_keys(world.keys / READER_FILE)
    )
    facts = {"ksn": said.ksn.hex(), "track": said.track.hex(), "amount": 1, "date": "261124"}
    assert not KeyedOpener(keys).open(wrap(facts, keys), PAYMENT.hex).cryptogram_right


def test_it_opens_for_its_own_payment_alone(world: CardWorld, keys: LedgerKeys) -> None:
    with pytest.raises(SealBroken):
        KeyedOpener(keys).open(sealed(world, keys), TransactionId(1, 2, 4).hex)


@pytest.mark.parametrize(
    "changed",
    [
        {"ksn": "00" * 12},
        {"ksn": "12" * 12},
        {"ksn": "zz"},
        {"track": "00" * 64},
        {"track": "00" * 17},
        {"track": ""},
        {"date": "today"},
        {"more": "1"},
    ],
)
def test_anything_else_does_not_open(
    world: CardWorld, keys: LedgerKeys, changed: dict[str, str]
) -> None:
    with pytest.raises(SealBroken):
        KeyedOpener(keys).open(sealed(world, keys, **changed), PAYMENT.hex)


def test_every_byte_of_the_cipher_matters(world: CardWorld, keys: LedgerKeys) -> None:
    """A flip on the serial line ends in no payment, or in a code that is wrong."""
    swipe = phone_swipe(
        world.profile("samsung"), load_factory_keys(world.keys / CARD_FILE), MemoryFile(world.state)
    )
    said = seal_swipe(swipe, load_reader_keys(world.keys / READER_FILE))
    opener = KeyedOpener(keys)
    right = opener.pan_key(world.profile("samsung").pan)
    for place in range(len(said.track)):
        spoilt = bytearray(said.track)
        spoilt[place] ^= 1
        facts = {"ksn": said.ksn.hex(), "track": spoilt.hex(), "amount": 1, "date": "261124"}
        try:
            opened = opener.open(wrap(facts, keys), PAYMENT.hex)
        except SealBroken:
            continue
        assert not (opened.cryptogram_right and opened.pan_key != right)


def test_a_ledger_without_the_readers_key_opens_no_track(
    world: CardWorld, keys: LedgerKeys
) -> None:
    with pytest.raises(SealBroken):
        KeyedOpener(replace(keys, reader_base_key=None)).open(sealed(world, keys), PAYMENT.hex)


def test_a_wrong_base_key_is_refused_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "ledger_keys.json"
    private = X25519PrivateKey.generate().private_bytes_raw().hex()
    signing = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    raw = {
        "sealing_private": private,
        "issuer_master_key": "00" * 16,
        "signing_private": signing,
        "hotlist_key": "00" * 32,
        "reader_base_key": "00" * 8,
    }
    path.write_text(json.dumps(raw))
    with pytest.raises(ValueError, match="base key"):
        load_ledger_keys(path)
    with pytest.raises(SealError):
        open_track("AA", PAYMENT.hex, load_ledger_keys(_mended(path, raw)))


def _mended(path: Path, raw: dict[str, str]) -> Path:
    path.write_text(json.dumps({**raw, "reader_base_key": "00" * 16}))
    return path
