"""Bytes as the letters that a QR code packs best (RFC 9285). Never lenient: one text for one value.

Base45 in a QR code's alphanumeric mode costs 8.25 bits a byte; any reader hands it on as plain ASCII.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # RFC 9285, table 1.
BASE = 45
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}


class Base45Error(ValueError):
    """Text that is no base45, or not the one way to write its bytes."""


def base45_encode(data: bytes) -> str:
    """Return three letters for every two bytes, and two for a single last one."""
    out: list[str] = []
    for at in range(0, len(data) - 1, 2):
        value = data[at] << 8 | data[at + 1]
        rest, low = divmod(value, BASE)
        high, middle = divmod(rest, BASE)
        out += (ALPHABET[low], ALPHABET[middle], ALPHABET[high])
    if len(data) % 2:
        high, low = divmod(data[-1], BASE)
        out += (ALPHABET[low], ALPHABET[high])
    return "".join(out)


def base45_decode(text: str) -> bytes:
    """Read it back; the caller bounds the length.

    Raises:
        Base45Error: a letter, a group or a length that no encoder makes.
    """
    if len(text) % 3 == 1:
        raise Base45Error("one letter alone at the end")
    try:
        values = [_VALUE[letter] for letter in text]
    except KeyError as error:
        raise Base45Error("a letter outside the alphabet") from error
    out = bytearray()
    for at in range(0, len(values), 3):
        group = values[at : at + 3]
        size = len(group) - 1
        value = sum(each * BASE**place for place, each in enumerate(group))
        if value >= 1 << 8 * size:
            raise Base45Error("a group beyond its bytes")
        out += value.to_bytes(size, "big")
    return bytes(out)
