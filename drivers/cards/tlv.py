"""Reads and writes BER-TLV and data object lists as cards speak them. Never guesses at bad data.

Source: EMV Book 3, annex B (coding of BER-TLV) and 5.4 (data object lists).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MAX_OBJECTS = 128  # Objects in one reply; a voucher card's largest template holds 9.
MAX_DEPTH = 6  # Templates within templates; the PPSE needs 4.
MAX_DOL_BYTES = 252  # What a short command can carry beside its own template.
_CONSTRUCTED = 0x20
_MULTI_BYTE_TAG = 0x1F
_NUMERIC = frozenset({0x9F02, 0x9F03, 0x9F1A, 0x5F2A, 0x9A, 0x9C})  # Padded on the left.


class MalformedCard(Exception):
    """The card's bytes are not what the standard allows. Carries no card data, only the rule."""


@dataclass(frozen=True, slots=True)
class Tlv:
    """One data object. The value stays out of the repr: it may be the card number."""

    tag: int
    value: bytes = field(repr=False)

    @property
    def constructed(self) -> bool:
        """Whether the value is itself a row of objects."""
        first = self.tag.to_bytes((self.tag.bit_length() + 7) // 8 or 1, "big")[0]
        return bool(first & _CONSTRUCTED)


def parse(data: bytes) -> tuple[Tlv, ...]:
    """Split one level of objects; zero bytes between them are padding (Book 3, annex B1).

    Raises:
        MalformedCard: a tag or length is cut short or beyond the limits.
    """
    found: list[Tlv] = []
    at = 0
    while at < len(data):
        if data[at] == 0:
            at += 1
            continue
        tag, at = _read_tag(data, at)
        length, at = _read_length(data, at)
        if at + length > len(data):
            raise MalformedCard("an object is longer than its reply")
        found.append(Tlv(tag, data[at : at + length]))
        at += length
        if len(found) > MAX_OBJECTS:
            raise MalformedCard("too many objects")
    return tuple(found)


def flatten(data: bytes) -> dict[int, bytes]:
    """Return every primitive object at any depth, by tag.

    Raises:
        MalformedCard: as `parse`; or a tag comes twice (Book 3, 10.2), or nests too deeply.
    """
    found: dict[int, bytes] = {}
    _flatten(data, found, MAX_DEPTH)
    return found


def _flatten(data: bytes, found: dict[int, bytes], depth: int) -> None:
    if depth == 0:
        raise MalformedCard("templates nest too deeply")
    for each in parse(data):
        if each.constructed:
            _flatten(each.value, found, depth - 1)
        elif each.tag in found:
            raise MalformedCard("an object comes twice")
        else:
            found[each.tag] = each.value


def children(data: bytes, *path: int) -> tuple[Tlv, ...]:
    """Follow templates by tag and return the objects inside the last.

    Raises:
        MalformedCard: a template of the path is missing.
    """
    level = parse(data)
    for tag in path:
        inside = next((each.value for each in level if each.tag == tag), None)
        if inside is None:
            raise MalformedCard(f"template {tag:X} is missing")
        level = parse(inside)
    return level


def encode(tag: int, value: bytes) -> bytes:
    """Write one object.

    Raises:
        ValueError: the tag is not one that `parse` would read back, or the value exceeds 65,535 B.
    """
    raw = tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")
    try:
        read_back, used = _read_tag(raw, 0)
    except MalformedCard as error:
        raise ValueError(f"{tag:X} is no tag") from error
    if used != len(raw) or read_back != tag or raw[0] == 0:
        raise ValueError(f"{tag:X} is no tag")
    return raw + _length(len(value)) + value


def encode_all(objects: Iterable[tuple[int, bytes]]) -> bytes:
    """Write objects one after the other."""
    return b"".join(encode(tag, value) for tag, value in objects)


def parse_dol(data: bytes) -> tuple[tuple[int, int], ...]:
    """Read a data object list: pairs of tag and wanted length in bytes (Book 3, 5.4).

    Raises:
        MalformedCard: it is cut short, or asks for more than a command can carry.
    """
    wanted: list[tuple[int, int]] = []
    at = 0
    while at < len(data):
        tag, at = _read_tag(data, at)
        if at >= len(data):
            raise MalformedCard("a data object list is cut short")
        wanted.append((tag, data[at]))
        at += 1
    if sum(length for _, length in wanted) > MAX_DOL_BYTES:
        raise MalformedCard("a data object list asks for too much")
    return tuple(wanted)


def fill_dol(wanted: Iterable[tuple[int, int]], values: Mapping[int, bytes]) -> bytes:
    """Return what a data object list asks for; zeros for what the terminal does not know."""
    return b"".join(_fit(tag, values.get(tag, b""), length) for tag, length in wanted)


def _fit(tag: int, value: bytes, length: int) -> bytes:
    """Cut or pad by the standard's two rules (Book 3, 5.4): numbers keep their right end."""
    if tag in _NUMERIC:
        return value[max(0, len(value) - length) :].rjust(length, b"\0")
    return value[:length].ljust(length, b"\0")


def _read_tag(data: bytes, at: int) -> tuple[int, int]:
    tag = data[at]
    at += 1
    if tag & _MULTI_BYTE_TAG != _MULTI_BYTE_TAG:
        return tag, at
    for _ in range(2):  # Tags of up to three bytes.
        if at >= len(data):
            raise MalformedCard("a tag is cut short")
        tag = tag << 8 | data[at]
        at += 1
        if not data[at - 1] & 0x80:
            return tag, at
    raise MalformedCard("a tag is longer than three bytes")


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise MalformedCard("a length is missing")
    first = data[at]
    at += 1
    if first < 0x80:
        return first, at
    count = first & 0x7F
    if not 1 <= count <= 2 or at + count > len(data):
        raise MalformedCard("a length has a wrong form")
    return int.from_bytes(data[at : at + count], "big"), at + count


def _length(count: int) -> bytes:
    if count < 0x80:
        return bytes([count])
    if count < 0x100:
        return bytes([0x81, count])
    if count < 0x10000:
        return b"\x82" + count.to_bytes(2, "big")
    raise ValueError("a value of more than 65,535 bytes")
