"""Certificates and signatures, each wrong in one way."""

from __future__ import annotations

from datetime import date

import pytest

from drivers.cards.issuing import Issued, issue_card, issue_issuer, sign_dynamic
from drivers.cards.oda import Certificate, NotGenuine, card_key, dynamic_data, issuer_key
from drivers.cards.rsa_keys import PUBLIC_EXPONENT, RsaKeyPair, new_key_pair
from drivers.cards.terminal_keys import RsaPublicKey

CA, ISSUER, CARD = new_key_pair(1_408), new_key_pair(1_280), new_key_pair(1_152)
PAN = "6290990010001004"
STATIC = b"static data"
TODAY = date(2026, 11, 24)
UNPREDICTABLE = b"\x01\x02\x03\x04"
DYNAMIC = b"\x08" + bytes(8) + b"\x40" + b"\xaa" * 8 + b"\xbb" * 32


def public(pair: RsaKeyPair) -> RsaPublicKey:
    return RsaPublicKey(pair.modulus, PUBLIC_EXPONENT)


def certificate(issued: Issued, pair: RsaKeyPair) -> Certificate:
    return Certificate(issued.signed, issued.remainder, pair.exponent_bytes)


def of_issuer(prefix: str = "629099") -> Certificate:
    return certificate(issue_issuer(CA, ISSUER, prefix), ISSUER)


def of_card(pan: str = PAN, static: bytes = STATIC) -> Certificate:
    return certificate(issue_card(ISSUER, CARD, pan, 1, static), CARD)


def test_the_chain_gives_the_cards_key() -> None:
    issuer = issuer_key(public(CA), of_issuer(), PAN, TODAY)
    assert issuer == public(ISSUER)
    assert card_key(issuer, of_card(), PAN, STATIC, TODAY) == public(CARD)


@pytest.mark.parametrize("bits", [(1_408, 1_408), (1_984, 1_024)])
def test_keys_of_other_lengths_go_through_the_same_certificates(bits: tuple[int, int]) -> None:
    upper, lower = new_key_pair(bits[0]), new_key_pair(bits[1])
    issued = certificate(issue_issuer(upper, lower, "629099"), lower)
    assert issuer_key(public(upper), issued, PAN, TODAY) == public(lower)


def test_another_issuers_certificate_is_refused() -> None:
    with pytest.raises(NotGenuine, match="another issuer"):
        issuer_key(public(CA), of_issuer("411111"), PAN, TODAY)


def test_another_cards_certificate_is_refused() -> None:
    with pytest.raises(NotGenuine, match="another card"):
        card_key(public(ISSUER), of_card("6290990010002002"), PAN, STATIC, TODAY)


def test_other_static_data_is_refused() -> None:
    with pytest.raises(NotGenuine, match="hash"):
        card_key(public(ISSUER), of_card(), PAN, b"other", TODAY)


def test_an_expired_certificate_is_refused() -> None:
    issuer_key(public(CA), of_issuer(), PAN, date(2049, 12, 31))
    with pytest.raises(NotGenuine, match="expired"):
        issuer_key(public(CA), of_issuer(), PAN, date(2050, 1, 1))


def test_a_card_certificate_is_no_issuer_certificate() -> None:
    with pytest.raises(NotGenuine, match="form"):
        issuer_key(public(ISSUER), of_card(), PAN, TODAY)


def test_a_certificate_by_another_signer_is_refused() -> None:
    with pytest.raises(NotGenuine):
        issuer_key(public(new_key_pair(1_408)), of_issuer(), PAN, TODAY)


@pytest.mark.parametrize("exponent", [b"", b"\x01", b"\x00\x00\x00\x03", b"\x02"])
def test_a_changed_exponent_is_refused(exponent: bytes) -> None:
    whole = of_issuer()
    changed = Certificate(whole.signed, whole.remainder, exponent)
    with pytest.raises(NotGenuine):
        issuer_key(public(CA), changed, PAN, TODAY)


def test_the_signature_gives_what_the_card_said() -> None:
    signature = sign_dynamic(CARD, DYNAMIC, UNPREDICTABLE)
    said = dynamic_data(public(CARD), signature, UNPREDICTABLE)
    assert (said.kind, said.cryptogram, said.transaction_hash) == (0x40, b"\xaa" * 8, b"\xbb" * 32)


def test_a_signature_over_another_number_is_refused() -> None:
    signature = sign_dynamic(CARD, DYNAMIC, UNPREDICTABLE)
    with pytest.raises(NotGenuine, match="transaction"):
        dynamic_data(public(CARD), signature, b"\x01\x02\x03\x05")


@pytest.mark.parametrize("data", [b"", b"\x08", DYNAMIC[:-1], DYNAMIC + b"\x00", b"\xff" * 50])
def test_signed_data_of_wrong_length_is_refused(data: bytes) -> None:
    with pytest.raises(NotGenuine, match="length"):
        dynamic_data(public(CARD), sign_dynamic(CARD, data, UNPREDICTABLE), UNPREDICTABLE)


@pytest.mark.parametrize("signature", [b"", b"\x01" * 144, b"\xff" * 144, b"\x00" * 145])
def test_what_is_no_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(NotGenuine):
        dynamic_data(public(CARD), signature, UNPREDICTABLE)


def test_a_key_that_is_too_short_or_empty_is_refused() -> None:
    for modulus in (0, 1, 1 << 512):
        with pytest.raises(NotGenuine):
            dynamic_data(RsaPublicKey(modulus, 3), b"\0" * 64, UNPREDICTABLE)
