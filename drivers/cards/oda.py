"""Verifies that a card is genuine: its certificates and its signature (CDA). Never reads a card.

Source: EMV Book 2, 6.3 (issuer key), 6.4 (card key), 6.6 (combined dynamic authentication).
One choice is the scheme's own: the hash is SHA-256 with indicator 02h where EMV 4.3 has SHA-1
with 01h, because SHA-1 collisions can be made to order; the lengths that depend on the hash
follow from it. A card that names another hash is not genuine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from drivers.cards.terminal_keys import RsaPublicKey

HASH_SHA256 = 0x02
HASH_BYTES = 32
PUBLIC_KEY_RSA = 0x01
ISSUER_CERTIFICATE, CARD_CERTIFICATE, DYNAMIC_DATA = 0x02, 0x04, 0x05
MIN_KEY_BYTES = 128  # 1024 bits, the least that the scheme has ever issued.
MAX_KEY_BYTES = 248  # EMV Book 2, annex D1.
_HEADER, _TRAILER, _PAD = 0x6A, 0xBC, 0xBB
_ISSUER_HEAD = 4 + 2 + 3 + 4  # Issuer id, expiry, serial; hash, key kind and two lengths.
_CARD_HEAD = 10 + 2 + 3 + 4  # The same with the card number.


class NotGenuine(Exception):
    """A certificate or signature does not verify. Carries the rule, no card data."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as the card hands it over: what is signed, and what did not fit."""

    signed: bytes = field(repr=False)
    remainder: bytes = field(repr=False)
    exponent: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DynamicData:
    """What the card has signed: kind of cryptogram, cryptogram, hash of the transaction."""

    kind: int
    cryptogram: bytes = field(repr=False)
    transaction_hash: bytes = field(repr=False)


def issuer_key(ca: RsaPublicKey, certificate: Certificate, pan: str, today: date) -> RsaPublicKey:
    """Recover the issuer's key (Book 2, 6.3).

    Raises:
        NotGenuine: the certificate is wrong, expired, or another issuer's.
    """
    body = _open(ca, certificate, ISSUER_CERTIFICATE)
    head, modulus = body[:_ISSUER_HEAD], body[_ISSUER_HEAD:]
    issuer = head[:4].hex().rstrip("f")
    if not 3 <= len(issuer) <= 8 or not pan.startswith(issuer):
        raise NotGenuine("the issuer certificate is another issuer's")
    return _key(head[4:], modulus, certificate, today)


def card_key(
    issuer: RsaPublicKey, certificate: Certificate, pan: str, static_data: bytes, today: date
) -> RsaPublicKey:
    """Recover the card's key, bound to its number and its signed records (Book 2, 6.4).

    Raises:
        NotGenuine: the certificate is wrong, expired, another card's, or a record was changed.
    """
    body = _open(issuer, certificate, CARD_CERTIFICATE, static_data)
    head, modulus = body[:_CARD_HEAD], body[_CARD_HEAD:]
    if head[:10].hex().rstrip("f") != pan:
        raise NotGenuine("the card certificate is another card's")
    return _key(head[10:], modulus, certificate, today)


def dynamic_data(key: RsaPublicKey, signature: bytes, unpredictable: bytes) -> DynamicData:
    """Recover what the card signed over this terminal's unpredictable number (Book 2, 6.6.2).

    Raises:
        NotGenuine: the signature is wrong or over another number.
    """
    plain = _raw(key, signature)
    if plain[1:3] != bytes([DYNAMIC_DATA, HASH_SHA256]):
        raise NotGenuine("the signed data has a wrong form")
    if sha256(plain[1 : -HASH_BYTES - 1] + unpredictable).digest() != _hash_of(plain):
        raise NotGenuine("the signature is not over this transaction")
    length, rest = plain[3], plain[4 : -HASH_BYTES - 1]
    data, pad = rest[:length], rest[length:]
    number = data[0] if data else 0
    if len(data) != 1 + number + 1 + 8 + HASH_BYTES or pad.strip(bytes([_PAD])):
        raise NotGenuine("the signed data has a wrong length")
    after = data[1 + number :]
    return DynamicData(after[0], after[1:9], after[9:])


def _open(
    key: RsaPublicKey, certificate: Certificate, form: int, static_data: bytes = b""
) -> bytes:
    """Check a certificate's form and hash and return what stands between the two."""
    plain = _raw(key, certificate.signed)
    if plain[1] != form:
        raise NotGenuine("a certificate has a wrong form")
    body = plain[1 : -HASH_BYTES - 1]
    signed = body + certificate.remainder + certificate.exponent + static_data
    if sha256(signed).digest() != _hash_of(plain):
        raise NotGenuine("a certificate's hash is wrong")
    return body[1:]


def _raw(key: RsaPublicKey, signature: bytes) -> bytes:
    if not MIN_KEY_BYTES <= key.size <= MAX_KEY_BYTES or len(signature) != key.size:
        raise NotGenuine("a signature has a wrong length")
    number = int.from_bytes(signature, "big")
    if number >= key.modulus:
        raise NotGenuine("a signature is out of range")
    plain = pow(number, key.exponent, key.modulus).to_bytes(key.size, "big")
    if plain[0] != _HEADER or plain[-1] != _TRAILER:
        raise NotGenuine("a signature does not recover")
    return plain


def _hash_of(plain: bytes) -> bytes:
    return plain[-HASH_BYTES - 1 : -1]


def _key(tail: bytes, modulus: bytes, certificate: Certificate, today: date) -> RsaPublicKey:
    """Check expiry and kinds, and put the modulus together. `tail` begins with MMYY."""
    month, year = tail[:2].hex()[:2], tail[:2].hex()[2:]
    hash_kind, key_kind, size, exponent_size = tail[5:9]
    if not (month + year).isdecimal() or not 1 <= int(month) <= 12:
        raise NotGenuine("a certificate's expiry is no date")
    if (today.year, today.month) > (2000 + int(year), int(month)):
        raise NotGenuine("a certificate has expired")
    if hash_kind != HASH_SHA256 or key_kind != PUBLIC_KEY_RSA:
        raise NotGenuine("a certificate names another algorithm")
    whole = modulus[:size] + certificate.remainder
    if len(whole) != size or not MIN_KEY_BYTES <= size <= MAX_KEY_BYTES:
        raise NotGenuine("a certificate's key has a wrong length")
    if len(certificate.exponent) != exponent_size or not exponent_size:
        raise NotGenuine("a certificate's exponent has a wrong length")
    exponent = int.from_bytes(certificate.exponent, "big")
    number = int.from_bytes(whole, "big")
    if exponent not in {3, 65_537} or number % 2 == 0:  # Book 2, annex B2.1.
        raise NotGenuine("a certificate's key is no RSA key")
    return RsaPublicKey(number, exponent)
