"""An encrypted track as a secure reader hands it over. Never decrypted here: the ledger alone can.

What comes with it is a mask and the reader's own reference to the number. A reader that shows more
than that is not secure, and is not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from drivers.cards.serial.messages import Answer
from drivers.cards.tlv import MalformedCard, encode_all, parse
from pos.domain.errors import CardUnreadable, ReaderNotSecure, SwipeNotTaken

MASK = re.compile(r"[0-9]{6}\*{3,9}[0-9]{4}")
CLEAR = re.compile(rb"[0-9]{13,19}(?![0-9])")
CLEAR_PACKED = re.compile(r"[0-9]{13,19}d[0-9]{2}(0[1-9]|1[0-2])[0-9]{3}")  # As in tag 57.
DIGITS_SHOWN_MAX = 10
TRACK_BYTES = range(16, 193)  # A block of cipher and up; a stripe's three tracks have 150.
CLEAR_NUMBER = "카드번호를 암호화하지 않음 / the number is not encrypted"
MST, STRIPE, FALLBACK = "M", "S", "F"
_MASK, _REFERENCE, _KSN, _TRACK = 0xDF30, 0xDF31, 0xDF32, 0xDF33  # Of this driver's own.


@dataclass(frozen=True, slots=True)
class Track:
    """What was read. Only the shape shows in the repr.

    Attributes:
        reference: the reader's keyed hash of the number.
        ksn: which key encrypted it (AES DUKPT, X9.24-3), 12 bytes.
    """

    masked_pan: str
    reference: bytes = field(repr=False)
    ksn: bytes
    track: bytes = field(repr=False)


def read_track(answer: Answer) -> Track:
    """Return what a reader read of a phone's MST.

    Raises:
        SwipeNotTaken: it is a plastic's stripe, also where a chip failed before.
        ReaderNotSecure: the number stands in it in clear.
        CardUnreadable: it is no track.
    """
    values = answer.values
    masked, track = answer.text("masked"), values["track"]
    shown = sum(each.isdigit() for each in masked)
    # Packed digits are looked for at the beginning only: further in, cipher can look like them.
    if shown > DIGITS_SHOWN_MAX or CLEAR.search(track) or CLEAR_PACKED.match(track.hex()):
        raise ReaderNotSecure(reason=CLEAR_NUMBER)
    if answer.text("kind") in {STRIPE, FALLBACK}:
        raise SwipeNotTaken()
    if answer.text("kind") != MST or not MASK.fullmatch(masked) or len(track) not in TRACK_BYTES:
        raise CardUnreadable()
    return Track(masked, values["reference"], values["ksn"], track)


def encode_track(track: Track) -> bytes:
    """Return a track as the answer to READ TRACK."""
    mask = track.masked_pan.encode("ascii")
    values = (mask, track.reference, track.ksn, track.track)
    return encode_all(zip((_MASK, _REFERENCE, _KSN, _TRACK), values, strict=True))


def decode_track(data: bytes) -> Track:
    """Read the answer to READ TRACK.

    Raises:
        MalformedCard: it is none.
    """
    values = {each.tag: each.value for each in parse(data)}
    if values.keys() != {_MASK, _REFERENCE, _KSN, _TRACK}:
        raise MalformedCard("a track has a wrong form")
    return Track(values[_MASK].decode("ascii"), values[_REFERENCE], values[_KSN], values[_TRACK])
