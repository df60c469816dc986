"""Terminal, card and ledger agree on the sealed card and its cryptogram; nothing else passes."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cards.seal import CardSecret, seal
from ledger.server.cardcrypto import (
    SealError,
    cryptogram_is_right,
    load_ledger_keys,
    open_sealed,
)
from pos.domain.card import Cryptogram
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from tests.drivers.cards.cardworld import PAYMENT, CardWorld, request

KEY = X25519PrivateKey.generate()
SECRET = CardSecret(
    pan="6290990010001004",
    psn="00",
    expiry="311231",
    ac=bytes(range(8)),
    cid=Cryptogram.ARQC,
    atc=7,
    un=b"\x01\x02\x03\x04",
    amount=Won(4_500),
    date="261124",
    tvr=bytes(5),
)
SEALED = seal(SECRET, PAYMENT, KEY.public_key())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> CardWorld:
    folder = tmp_path_factory.mktemp("agree")
    return CardWorld(folder, folder / "state.json")


@pytest.mark.parametrize(("online", "cid"), [(True, "arqc"), (False, "tc")])
def test_what_a_card_signs_and_a_terminal_seals_the_ledger_accepts(
    world: CardWorld, online: bool, cid: str
) -> None:
    read = world.tap("offline", request(online=online))
    opened = open_sealed(read.sealed, PAYMENT.hex, world.ledger.sealing_private)
    profile = world.profile("offline")
    assert (opened.pan, opened.cid, opened.amount) == (profile.pan, cid, 4_500)
    assert (opened.expiry, opened.date) == ("311231", "261124")
    assert cryptogram_is_right(opened, world.ledger.issuer_master_key)


def test_every_field_arrives_as_it_was_sealed() -> None:
    opened = open_sealed(SEALED, PAYMENT.hex, KEY)
    assert opened.pan == SECRET.pan
    assert (opened.psn, opened.expiry, opened.date) == (SECRET.psn, SECRET.expiry, SECRET.date)
    assert (opened.ac, opened.un, opened.tvr) == (SECRET.ac, SECRET.un, SECRET.tvr)
    assert (opened.cid, opened.atc, opened.amount) == ("arqc", 7, 4_500)


def test_another_payments_id_is_refused() -> None:
    with pytest.raises(SealError):
        open_sealed(SEALED, TransactionId(1, 2, 4).hex, KEY)


def test_another_ledgers_key_is_refused() -> None:
    with pytest.raises(SealError):
        open_sealed(SEALED, PAYMENT.hex, X25519PrivateKey.generate())


def test_any_flipped_bit_is_refused() -> None:
    wire = urlsafe_b64decode(SEALED + "=" * (-len(SEALED) % 4))
    for place in range(len(wire)):
        for bit in (0x01, 0x40):
            changed = bytearray(wire)
            changed[place] ^= bit
            text = urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode("ascii")
            with pytest.raises(SealError):
                open_sealed(text, PAYMENT.hex, KEY)


@given(st.text(max_size=400) | st.binary(max_size=300).map(lambda b: urlsafe_b64encode(b).decode()))
@settings(max_examples=200, deadline=None)
def test_what_is_no_sealed_card_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        open_sealed(text, PAYMENT.hex, KEY)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 4_501},
        {"amount": 1},
        {"atc": 65_535},
        {"un": b"\x00\x00\x00\x01"},
        {"date": "261125"},
        {"tvr": b"\x04\x00\x00\x00\x00"},
        {"cid": "tc"},
        {"pan": "6290990010002002"},
        {"psn": "01"},
        {"ac": bytes(8)},
    ],
)
def test_a_cryptogram_over_other_facts_is_wrong(
    world: CardWorld, changed: dict[str, object]
) -> None:
    read = world.tap("rich", request())
    opened = open_sealed(read.sealed, PAYMENT.hex, world.ledger.sealing_private)
    assert not cryptogram_is_right(
        replace(opened, **changed),  # type: ignore[arg-type]
        world.ledger.issuer_master_key,
    )


def test_another_issuers_key_finds_the_cryptogram_wrong(world: CardWorld) -> None:
    read = world.tap("rich", request())
    opened = open_sealed(read.sealed, PAYMENT.hex, world.ledger.sealing_private)
    assert not cryptogram_is_right(opened, bytes(16))


def test_fields_of_a_wrong_form_are_refused() -> None:
    for wrong in (
        replace(SECRET, pan="62909900100010AB"),
        replace(SECRET, cid=Cryptogram.AAC),
        replace(SECRET, ac=b"short"),
        replace(SECRET, atc=-1),
        replace(SECRET, amount=Won(-1)),
    ):
        with pytest.raises(SealError):
            open_sealed(seal(wrong, PAYMENT, KEY.public_key()), PAYMENT.hex, KEY)


def test_two_seals_of_the_same_card_look_different() -> None:
    assert seal(SECRET, PAYMENT, KEY.public_key()) != SEALED


def test_no_secret_shows_in_a_repr(world: CardWorld) -> None:
    said = repr(open_sealed(SEALED, PAYMENT.hex, KEY)) + repr(SECRET) + repr(world.ledger)
    assert SECRET.pan not in said
    assert world.ledger.issuer_master_key.hex() not in said
    assert repr(world.ledger.issuer_master_key) not in said


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"sealing_private": 1}'])
def test_damaged_ledger_keys_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ledger_keys.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="ledger_keys"):
        load_ledger_keys(path)
