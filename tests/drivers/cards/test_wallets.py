"""A phone's token by its chip interface: known as Samsung Pay, verified on the phone, never the plastic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.cards.scheme import INCHEON
from drivers.cards.wallets import owner_verified, wallet_of
from drivers.simulators.card.applet import VoucherCard
from drivers.simulators.card.keys import CARD_FILE, load_factory_keys
from drivers.simulators.card.memory import MemoryFile
from drivers.simulators.card.personalise import Chip, personalise
from pos.domain.card import CardEntry, Cryptogram, Wallet, mask_pan
from pos.domain.errors import PhoneLocked
from tests.drivers.cards.cardworld import CardWorld, request


def chip_of(world: CardWorld, *, unlocked: bool = True) -> Chip:
    profile = replace(world.profile("samsung"), unlocked=unlocked)
    return personalise(profile, load_factory_keys(world.keys / CARD_FILE))


def test_a_phone_is_known_by_its_signed_records_and_shows_its_token(world: CardWorld) -> None:
    read = world.tap("samsung", request())
    assert (read.wallet, read.entry) == (Wallet.SAMSUNG_PAY, CardEntry.CONTACTLESS_CHIP)
    assert (read.genuine, read.cryptogram) == (True, Cryptogram.ARQC)
    assert read.masked_pan == mask_pan(world.profile("samsung").pan)
    assert read.masked_pan != world.tap("rich", request()).masked_pan


def test_plastic_is_no_wallet(world: CardWorld) -> None:
    assert world.tap("rich", request()).wallet is Wallet.NONE


def test_a_locked_phone_is_told_to_be_unlocked_and_nothing_is_sealed(world: CardWorld) -> None:
    card = VoucherCard(chip_of(world, unlocked=False), MemoryFile(world.state))
    with pytest.raises(PhoneLocked) as caught:
        world.run(card.transmit, request())
    assert world.profile("samsung").pan not in str(caught.getrepr(showlocals=False))


def test_a_locked_phone_that_claims_to_be_unlocked_is_not_genuine(world: CardWorld) -> None:
    """What it says of the payment stands under its signature."""
    card = VoucherCard(chip_of(world, unlocked=False), MemoryFile(world.state))

    def meddled(raw: bytes) -> bytes:
        return card.transmit(raw).replace(b"\x9f\x6c\x02\x00\x00", b"\x9f\x6c\x02\x00\x80")

    read = world.run(meddled, request())
    assert not read.genuine
    assert read.sealed == ""


def test_plastic_that_claims_to_be_a_phone_is_not_genuine(world: CardWorld) -> None:
    card = world.card("samsung")

    def meddled(raw: bytes) -> bytes:
        return card.transmit(raw).replace(b"\x9f\x6e\x04\x23", b"\x9f\x6e\x04\x20")

    assert not world.run(meddled, request()).genuine


def test_a_wallet_that_the_scheme_does_not_know_counts_as_none() -> None:
    phone = {0x9F6E: bytes([0x23, 0, 0, 0])}
    assert wallet_of(phone, INCHEON) is Wallet.NONE
    assert wallet_of({**phone, 0x9F19: b"\x01" * 6}, INCHEON) is Wallet.NONE
    assert wallet_of({0x9F6E: b"", 0x9F19: b"\x09\x99\0\0\0\1"}, INCHEON) is Wallet.NONE


@pytest.mark.parametrize(
    ("said", "verified"),
    [(b"", False), (b"\0\0", False), (b"\0\x80", True), (b"\x80\0", False), (b"\0\x80\0", False)],
)
def test_only_the_one_bit_says_that_the_owner_verified(said: bytes, verified: bool) -> None:
    assert owner_verified(said) is verified
