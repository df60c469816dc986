"""Turns a card profile into what is on the chip. Never runs a command: `applet` does."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.cards.issuing import issue_card
from drivers.cards.rsa_keys import RsaKeyPair
from drivers.cards.scheme import INCHEON
from drivers.cards.tlv import encode, encode_all
from drivers.cards.wallets import FORM_FACTOR, PHONE, QUALIFIERS, TOKEN_REQUESTOR
from drivers.simulators.card.cryptogram import card_key
from drivers.simulators.card.keys import CA_INDEX, FactoryKeys
from drivers.simulators.card.profiles import CardFault, CardProfile
from pos.domain.card import Wallet
from pos.domain.won import Won

PSN = "00"
PROFILE = b"\x0d\x00"  # AIP: risk management, issuer authentication, CDA (Book 3, annex C1).
LOCATOR = bytes.fromhex("0801010110010200")  # SFI 1 record 1, signed; SFI 2 records 1 to 2.
CDOL1 = bytes.fromhex("9F02069F1A0295055F2A029A039F3704")
CDOL2 = bytes.fromhex("8A029F020695059F3704")  # The answer's code, amount, TVR, number.
PDOL = bytes.fromhex("9F66049F02065F2A029A039F3704")
_ISSUER_COUNTRY = b"\x04\x10"


@dataclass(frozen=True, slots=True)
class Chip:
    """A personalised voucher chip; its secrets stay out of the repr."""

    card_id: str
    records: dict[tuple[int, int], bytes] = field(repr=False)
    signing_key: RsaKeyPair = field(repr=False)
    cryptogram_key: bytes = field(repr=False)
    script_key: bytes = field(repr=False)
    offline_limit: Won
    fault: CardFault
    says_of_payment: tuple[tuple[int, bytes], ...] = ()  # With the cryptogram, signed.


def personalise(profile: CardProfile, keys: FactoryKeys) -> Chip:
    """Make the chip of a voucher card."""
    application = _application(profile)
    honest = keys.card_key_pairs[int(profile.pan) % (len(keys.card_key_pairs) - 1)]
    certificate = issue_card(keys.issuer, honest, profile.pan, 1, application + PROFILE)
    forger = keys.card_key_pairs[-1]
    return Chip(
        card_id=profile.id,
        records={
            (1, 1): encode(0x70, application),
            (2, 1): encode(0x70, _issuer_record(keys)),
            (2, 2): encode(
                0x70,
                encode_all(
                    (
                        (0x9F46, certificate.signed),
                        (0x9F47, honest.exponent_bytes),
                        (0x9F48, certificate.remainder),
                    )
                ),
            ),
        },
        signing_key=forger if profile.fault is CardFault.FORGED else honest,
        cryptogram_key=card_key(keys.issuer_master_key, profile.pan, PSN),
        script_key=card_key(keys.issuer_script_key, profile.pan, PSN),
        offline_limit=profile.offline_limit,
        fault=profile.fault,
        says_of_payment=_of_payment(profile),
    )


def _of_payment(profile: CardProfile) -> tuple[tuple[int, bytes], ...]:
    """Return what a phone says of each payment: whether its owner verified on it."""
    if profile.wallet is Wallet.NONE:
        return ()
    return ((QUALIFIERS, b"\x00\x80" if profile.unlocked else b"\x00\x00"),)


def _of_token(profile: CardProfile) -> tuple[tuple[int, bytes], ...]:
    """Return what makes a record a token's: the phone's form, and who asked for the token."""
    requestors = {wallet: requestor for requestor, wallet in INCHEON.token_requestors}
    if profile.wallet not in requestors:
        return ()
    form = bytes([0x20 | PHONE, 0x00, 0x00, 0x00])
    return ((FORM_FACTOR, form), (TOKEN_REQUESTOR, requestors[profile.wallet]))


def _application(profile: CardProfile) -> bytes:
    return encode_all(
        (
            (0x5A, bytes.fromhex(profile.pan)),
            (0x5F24, bytes.fromhex(f"{profile.expiry:%y%m%d}")),
            (0x5F28, _ISSUER_COUNTRY),
            (0x5F34, bytes.fromhex(PSN)),
            (0x8C, CDOL1),
            (0x8D, CDOL2),
            (0x9F4A, b"\x82"),
            *_of_token(profile),
        )
    )


def _issuer_record(keys: FactoryKeys) -> bytes:
    return encode_all(
        (
            (0x8F, bytes([CA_INDEX])),
            (0x90, keys.issuer_certificate.signed),
            (0x92, keys.issuer_certificate.remainder),
            (0x9F32, keys.issuer.exponent_bytes),
        )
    )
