"""Opens sealed cards and checks their cryptograms at the ledger. Never logs or stores what it sees.

The terminal's side is `drivers.cards.seal`; the two share no code on purpose: the ledger runs
elsewhere. Cryptogram: AES-128 CMAC in the manner of EMV Book 2, 8.1 and annex A1 (card key from
the issuer's master key, session key from the card's transaction counter).
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

READER_BASE = "reader_base_key"
SIGNING, NEXT_SIGNING = "signing_private", "next_signing_private"
SCRIPT_KEY = "issuer_script_key"
CANT_OPEN = "the sealed card can't be opened for this payment"
VERSION = 0x01
INFO = b"ieum-pos card seal v1"
SEALED_MAX_CHARS = 2_048  # A sealed card has about 330.
MASTER_KEY_BYTES = 16
HOTLIST_KEY_BYTES = 32
AC_BYTES = 8
AMOUNT_MAX = 999_999_999_999  # Twelve digits, what field 9F02 holds.
_KOREA = b"\x04\x10"  # ISO 3166-1 and ISO 4217 happen to agree: 410.
_CID_BYTES = {"arqc": b"\x80", "tc": b"\x40"}  # EMV Book 3, table 14.
_FORMS = {
    "pan": r"[0-9]{13,19}",
    "psn": r"[0-9]{2}",
    "expiry": r"[0-9]{6}",
    "ac": r"[0-9a-f]{16}",
    "cid": r"arqc|tc",
    "un": r"[0-9a-f]{8}",
    "date": r"[0-9]{6}",
    "tvr": r"[0-9a-f]{10}",
}
_OPTIONAL = {"state": r"([0-9a-f]{2}){0,32}"}  # Terminals of before pass none on.
_LIMITS = {"atc": 0xFFFF, "amount": AMOUNT_MAX}


class SealError(Exception):
    """A sealed card can't be opened, or is not for this payment. Carries no card data."""


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """A card as the ledger sees it. The number and secrets stay out of the repr.

    Attributes:
        expiry, date: YYMMDD.
        cid: "arqc" (the card wants to be asked about) or "tc" (the card has approved by itself).
        amount: won, as the card signed it; the caller compares it with the payment's.
        state: what it says to its issuer (9F10), unchecked; empty without one.
    """

    pan: str = field(repr=False)
    psn: str = field(repr=False)
    expiry: str = field(repr=False)
    ac: bytes = field(repr=False)
    cid: str
    atc: int
    un: bytes = field(repr=False)
    amount: int
    date: str
    tvr: bytes
    state: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """The ledger's secrets.

    Attributes:
        signing_private: what it says of a terminal's journal is signed with it.
        hotlist_key: makes the hash that stopped cards are named by; every terminal has it too.
        next_signing: the key that is to follow, once it is announced.
        issuer_script_key: cards' keys for commands are made of it; without it they get none.
        ca_keys: the scheme's public keys for terminals: index, modulus in hex, exponent.
        reader_base_key: secure readers' keys derive from it; without it no encrypted track opens.
    """

    sealing_private: X25519PrivateKey = field(repr=False)
    issuer_master_key: bytes = field(repr=False)
    signing_private: Ed25519PrivateKey = field(repr=False)
    hotlist_key: bytes = field(repr=False)
    next_signing: Ed25519PrivateKey | None = field(default=None, repr=False)
    ca_keys: tuple[tuple[int, str, int], ...] = ()
    issuer_script_key: bytes | None = field(default=None, repr=False)
    reader_base_key: bytes | None = field(default=None, repr=False)


def load_ledger_keys(path: Path) -> LedgerKeys:
    """Read `ledger_keys.json`.

    Raises:
        OSError: it can't be read.
        ValueError: it is not what it must be; the text names the file and no key.
    """
    try:
        raw = json.loads(path.read_text("utf-8"))
        private = X25519PrivateKey.from_private_bytes(bytes.fromhex(raw["sealing_private"]))
        master = bytes.fromhex(raw["issuer_master_key"])
        signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(raw[SIGNING]))
        hotlist = bytes.fromhex(raw["hotlist_key"])
        following = (
            Ed25519PrivateKey.from_private_bytes(bytes.fromhex(raw[NEXT_SIGNING]))
            if NEXT_SIGNING in raw
            else None
        )
        ca_keys = tuple(
            (int(each["index"]), str(each["modulus"]), int(each["exponent"]))
            for each in raw.get("ca_keys", ())
        )
        script_key = bytes.fromhex(raw[SCRIPT_KEY]) if SCRIPT_KEY in raw else None
        base = bytes.fromhex(raw[READER_BASE]) if READER_BASE in raw else None
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path.name} does not hold the ledger's keys") from None
    if len(master) != MASTER_KEY_BYTES or len(script_key or master) != MASTER_KEY_BYTES:
        raise ValueError(f"{path.name}: the issuer master key has a wrong length")
    if len(hotlist) != HOTLIST_KEY_BYTES:
        raise ValueError(f"{path.name}: the hotlist key has a wrong length")
    if base is not None and len(base) != MASTER_KEY_BYTES:
        raise ValueError(f"{path.name}: the readers' base key has a wrong length")
    return LedgerKeys(private, master, signing, hotlist, following, ca_keys, script_key, base)


def open_sealed(sealed: str, payment_id_hex: str, private_key: X25519PrivateKey) -> OpenedCard:
    """Open a card that was sealed for this payment.

    Raises:
        SealError: it was changed, is for another payment or key, or is not a sealed card at all.
    """
    try:
        return _read(unseal(sealed, payment_id_hex, private_key, VERSION, INFO))
    except ValueError:
        raise SealError(CANT_OPEN) from None


def unseal(
    sealed: str, payment_id_hex: str, private_key: X25519PrivateKey, version: int, info: bytes
) -> object:
    """Return the JSON that was sealed for this payment.

    Raises:
        SealError: it was changed, is for another payment or key, or of another kind.
    """
    wire = _unwrap(sealed)
    if wire[0] != version:
        raise SealError("a sealed card of another version")
    public, nonce, ciphertext = wire[1:33], wire[33:45], wire[45:]
    try:
        shared = private_key.exchange(X25519PublicKey.from_public_bytes(public))
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
        bound_to = payment_id_hex.encode("ascii")
        plaintext = ChaCha20Poly1305(key).decrypt(nonce, ciphertext, bound_to)
        facts: object = json.loads(plaintext)
    except (InvalidTag, ValueError):
        raise SealError(CANT_OPEN) from None
    return facts


def version_of(sealed: str) -> int:
    """Return which kind of sealed card it is.

    Raises:
        SealError: it is none at all.
    """
    return _unwrap(sealed)[0]


def cryptogram_is_right(card: OpenedCard, issuer_master_key: bytes) -> bool:
    """Tell whether the card's cryptogram is the genuine card's over exactly these facts."""
    signed = b"".join(
        (
            bytes.fromhex(f"{card.amount:012d}"),
            _KOREA,
            card.tvr,
            _KOREA,
            bytes.fromhex(card.date),
            card.un,
            card.atc.to_bytes(2, "big"),
            _CID_BYTES[card.cid],
        )
    )
    counter = card.atc.to_bytes(2, "big")
    session = session_key(card_key(issuer_master_key, card.pan, card.psn), counter)
    return hmac.compare_digest(cmac(session, signed)[:AC_BYTES], card.ac)


def card_key(master_key: bytes, pan: str, psn: str) -> bytes:
    """Return a card's own key, made of one of the issuer's."""
    return cmac(master_key, (pan + psn).encode("ascii"))


def session_key(card_key: bytes, diversifier: bytes) -> bytes:
    """Encrypt what tells sessions apart under the card's key (EMV Book 2, A1.3.1, 16-byte block).

    It is the transaction counter for cryptograms, and the cryptogram for the issuer's commands.
    """
    block = diversifier.ljust(16, b"\0")
    encryptor = Cipher(AES(card_key), ECB()).encryptor()  # noqa: S305 - one block, as EMV has it.
    return encryptor.update(block) + encryptor.finalize()


def cmac(key: bytes, message: bytes) -> bytes:
    """Return the whole AES-CMAC (NIST SP 800-38B)."""
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def _unwrap(sealed: str) -> bytes:
    if len(sealed) > SEALED_MAX_CHARS or not re.fullmatch(r"[A-Za-z0-9_-]+", sealed):
        raise SealError("a sealed card is base64url text")
    try:
        wire = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    except Base64Error:
        raise SealError("a sealed card is base64url text") from None
    if len(wire) < 1 + 32 + 12 + 16:
        raise SealError("a sealed card has more bytes")
    return wire


def _read(facts: object) -> OpenedCard:
    """Check every field's form. Raises ValueError."""
    if not isinstance(facts, Mapping):
        raise ValueError("no object")
    facts = {"state": "", **facts}
    forms = _FORMS | _OPTIONAL
    if facts.keys() != forms.keys() | _LIMITS.keys():
        raise ValueError("wrong fields")
    for name, form in forms.items():
        if not isinstance(facts[name], str) or not re.fullmatch(form, facts[name], re.ASCII):
            raise ValueError(f"wrong {name}")
    for name, limit in _LIMITS.items():
        if type(facts[name]) is not int or not 0 <= facts[name] <= limit:
            raise ValueError(f"wrong {name}")
    decoded = {name: bytes.fromhex(facts[name]) for name in ("ac", "un", "tvr", "state")}
    return OpenedCard(**{**facts, **decoded})
