"""Issues a scheme's certificates and a card's signatures. Never checks one: `drivers.cards.oda` does.

The two sides share only constants, so that an error in one shows in the tests of the other.
Source: EMV Book 2, tables 6 (issuer), 14 (card) and 17 (dynamic data).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from drivers.cards.rsa_keys import RsaKeyPair

_HASH_AND_KIND = b"\x02\x01"  # SHA-256 (the scheme's own choice) and RSA.
_CERTIFICATES_EXPIRE = b"\x12\x49"  # MMYY, beyond every card's own expiry.
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and what of the key did not fit into it."""

    signed: bytes = field(repr=False)
    remainder: bytes = field(repr=False)


def issue_issuer(ca: RsaKeyPair, issuer: RsaKeyPair, pan_prefix: str) -> Issued:
    """Certify the issuer's key by the scheme's."""
    head = bytes.fromhex(pan_prefix.ljust(8, "f")) + _CERTIFICATES_EXPIRE + b"\0\0\x01"
    return _issue(ca, b"\x02", head, issuer, b"")


def issue_card(
    issuer: RsaKeyPair, card: RsaKeyPair, pan: str, serial: int, static_data: bytes
) -> Issued:
    """Certify a card's key by the issuer's, together with its signed records."""
    number = bytes.fromhex(pan.ljust(20, "f"))
    head = number + _CERTIFICATES_EXPIRE + serial.to_bytes(3, "big")
    return _issue(issuer, b"\x04", head, card, static_data)


def sign_dynamic(card: RsaKeyPair, dynamic_data: bytes, unpredictable: bytes) -> bytes:
    """Sign what the card says in one transaction."""
    head = b"\x05\x02" + bytes([len(dynamic_data)]) + dynamic_data
    body = head.ljust(card.size - 2 - _HASH_BYTES, b"\xbb")
    return card.sign(b"\x6a" + body + sha256(body + unpredictable).digest() + b"\xbc")


def _issue(signer: RsaKeyPair, form: bytes, head: bytes, key: RsaKeyPair, static: bytes) -> Issued:
    sizes = bytes([key.size, len(key.exponent_bytes)])
    fixed = form + head + _HASH_AND_KIND + sizes
    room = signer.size - 2 - _HASH_BYTES - len(fixed)
    body = fixed + key.modulus_bytes[:room].ljust(room, b"\xbb")
    remainder = key.modulus_bytes[room:]
    digest = sha256(body + remainder + key.exponent_bytes + static).digest()
    return Issued(signer.sign(b"\x6a" + body + digest + b"\xbc"), remainder)
