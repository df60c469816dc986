"""Opens a phone's MST that a secure reader encrypted, and checks its one-time code. Never keeps a number.

Track 2 of this scheme's tokens: number = expiry (YYMM) service code (3) counter (5) code (8). The code
is 8 digits of the CMAC under the token's session key over number and counter, so each reading pays once;
an amount it does not sign. The terminal passes the cipher on as it came (`drivers.cards.serial`).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from ledger.server.cardcrypto import (
    AMOUNT_MAX,
    CANT_OPEN,
    LedgerKeys,
    SealError,
    card_key,
    cmac,
    session_key,
    unseal,
)
from ledger.server.dukpt import data_key

TRACK_VERSION = 0x02
INFO = b"ieum-pos track seal v1"
BLOCK = 16
PSN = "00"  # A token has one card.
CODE_DIGITS = 8
_FIELDS = {"ksn": r"[0-9a-f]{24}", "track": r"(?:[0-9a-f]{32}){2,12}", "date": r"[0-9]{6}"}
_TRACK_2 = re.compile(r"([0-9]{13,19})=([0-9]{4})([0-9]{3})([0-9]{5})([0-9]{8})")


@dataclass(frozen=True, slots=True)
class OpenedTrack:
    """A token as the ledger sees it. The number stays out of the repr."""

    pan: str = field(repr=False)
    expiry: str = field(repr=False)
    counter: int
    code: str = field(repr=False)
    amount: int


def open_track(sealed: str, payment_id_hex: str, keys: LedgerKeys) -> OpenedTrack:
    """Open a track that was sealed for this payment.

    Raises:
        SealError: it was changed, is for another payment or reader, or is no token's track.
    """
    facts = unseal(sealed, payment_id_hex, keys.sealing_private, TRACK_VERSION, INFO)
    base = keys.reader_base_key
    if base is None or not isinstance(facts, Mapping) or facts.keys() != {*_FIELDS, "amount"}:
        raise SealError(CANT_OPEN)
    for name, form in _FIELDS.items():
        if not isinstance(facts[name], str) or not re.fullmatch(form, facts[name], re.ASCII):
            raise SealError(CANT_OPEN)
    amount = facts["amount"]
    if type(amount) is not int or not 0 <= amount <= AMOUNT_MAX:
        raise SealError(CANT_OPEN)
    try:
        key = data_key(base, bytes.fromhex(facts["ksn"]))
        found = _TRACK_2.fullmatch(_decrypt(key, bytes.fromhex(facts["track"])))
    except ValueError:
        found = None
    if found is None or int(found[4]) > 0xFFFF:
        raise SealError(CANT_OPEN)
    return OpenedTrack(found[1], found[2], int(found[4]), found[5], amount)


def code_is_right(track: OpenedTrack, issuer_master_key: bytes) -> bool:
    """Tell whether the token's own key made the code, for this counter."""
    key = session_key(card_key(issuer_master_key, track.pan, PSN), track.counter.to_bytes(2, "big"))
    signed = track.pan.encode("ascii") + track.counter.to_bytes(2, "big")
    number = int.from_bytes(cmac(key, signed)[:8], "big") % 10**CODE_DIGITS
    return hmac.compare_digest(f"{number:0{CODE_DIGITS}d}", track.code)


def _decrypt(key: bytes, wire: bytes) -> str:
    """Return the track: its vector stands before it, and 80 00... behind (ISO/IEC 9797-1, method 2).

    Raises:
        ValueError: it does not end so, as with a wrong key.
    """
    decryptor = Cipher(AES(key), CBC(wire[:BLOCK])).decryptor()
    padded = decryptor.update(wire[BLOCK:]) + decryptor.finalize()
    text, mark, rest = padded.rpartition(b"\x80")
    if not mark or rest.strip(b"\0"):
        raise ValueError("no padding")
    return text.decode("ascii")
