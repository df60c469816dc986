"""Reads the card's answer to GENERATE AC and checks its signature. Never decides the payment.

Source: EMV Book 3, 6.5.5 and 9.3 (cryptogram kinds); Book 2, 6.6.2 (signature over all of it).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from drivers.cards.apdu import Reply
from drivers.cards.oda import NotGenuine, dynamic_data
from drivers.cards.terminal_keys import RsaPublicKey
from drivers.cards.tlv import MalformedCard, Tlv, encode, parse
from drivers.cards.wallets import QUALIFIERS
from pos.domain.card import Cryptogram
from pos.domain.won import Won

_TEMPLATE = 0x77
_CID, _ATC, _SIGNED, _CRYPTOGRAM = 0x9F27, 0x9F36, 0x9F4B, 0x9F26
_STATE, _STATE_MAX_BYTES = 0x9F10, 32  # Issuer application data (Book 3, annex A1).
_OFFLINE_LEFT = 0x9F5D  # Available offline spending amount, 12 digits; signed with the answer.
_KIND_BITS = 0xC0
_KINDS = {0x00: Cryptogram.AAC, 0x40: Cryptogram.TC, 0x80: Cryptogram.ARQC}
_RANK = (Cryptogram.AAC, Cryptogram.ARQC, Cryptogram.TC)  # A card may answer lower, never higher.


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """What the card decided.

    Attributes:
        genuine: its signature covers this transaction. A decline is not signed (Book 2, 6.6.1)
            and moves no money, so the certificates alone speak for it.
        counter: the card's transaction counter (ATC).
        state: what the card says of itself to its issuer (9F10), opaque here; empty without one.
        qualifiers: what a phone's card says of this payment (9F6C); empty from plastic.
    """

    kind: Cryptogram
    genuine: bool
    counter: int
    cryptogram: bytes = field(repr=False)
    offline_available: Won | None
    state: bytes = field(default=b"", repr=False)
    qualifiers: bytes = b""


def read_answer(
    reply: Reply,
    wanted: Cryptogram,
    key: RsaPublicKey | None,
    unpredictable: bytes,
    sent: bytes,
) -> CardAnswer:
    """Read and verify the answer; `sent` is the PDOL and CDOL data the card was given.

    Raises:
        MalformedCard: it lacks what is mandatory, or is a higher answer than was asked for.
    """
    objects = _objects(reply)
    values = {each.tag: each.value for each in objects}
    kind = _KINDS.get(values[_CID][0] & _KIND_BITS)
    if kind is None or _RANK.index(kind) > _RANK.index(wanted):
        raise MalformedCard("the card answered more than it was asked")
    counter = int.from_bytes(values[_ATC], "big")
    if kind is Cryptogram.AAC:
        return CardAnswer(kind, key is not None, counter, values.get(_CRYPTOGRAM, b""), None)
    covered = sent + b"".join(encode(o.tag, o.value) for o in objects if o.tag != _SIGNED)
    cryptogram = _signed_cryptogram(values, key, unpredictable, covered)
    if cryptogram is None:
        return CardAnswer(kind, False, counter, b"", None)
    left, state = _won(values.get(_OFFLINE_LEFT)), values.get(_STATE, b"")[:_STATE_MAX_BYTES]
    return CardAnswer(kind, True, counter, cryptogram, left, state, values.get(QUALIFIERS, b""))


def _objects(reply: Reply) -> tuple[Tlv, ...]:
    outer = parse(reply.data) if reply.ok else ()
    if len(outer) != 1 or outer[0].tag != _TEMPLATE:
        raise MalformedCard("the card gives no cryptogram")
    objects = parse(outer[0].value)
    lengths = {each.tag: len(each.value) for each in objects}
    if len(lengths) != len(objects) or lengths.get(_CID) != 1 or lengths.get(_ATC) != 2:
        raise MalformedCard("the cryptogram has a wrong form")
    return objects


def _signed_cryptogram(
    values: dict[int, bytes], key: RsaPublicKey | None, unpredictable: bytes, covered: bytes
) -> bytes | None:
    """Return the cryptogram from inside the signature, or None when it does not verify."""
    if key is None:
        return None
    try:
        signed = dynamic_data(key, values.get(_SIGNED, b""), unpredictable)
    except NotGenuine:
        return None
    same_kind = signed.kind == values[_CID][0]
    same_hash = hmac.compare_digest(signed.transaction_hash, sha256(covered).digest())
    return signed.cryptogram if same_kind and same_hash else None


def _won(value: bytes | None) -> Won | None:
    if value is None:
        return None
    digits = value.hex()
    if len(digits) != 12 or not digits.isdecimal():
        raise MalformedCard("the offline amount has a wrong form")
    return Won(int(digits))
