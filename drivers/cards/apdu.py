"""Builds commands for a card and reads its replies. Never decides what a reply means for money.

Source: EMV Book 3, 6.5 (commands), ISO/IEC 7816-4 (form of a short command), EMV Book 1, 9.3
(replies that come in parts over T=0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.cards.tlv import MalformedCard, encode

MAX_REPLIES = 8  # Parts of one answer; a card that goes on is broken.
MAX_REPLY_BYTES = 258  # A short reply: 256 bytes and the status.
SUCCESS = 0x9000
NOT_FOUND = 0x6A82

Transmit = Callable[[bytes], bytes]
"""Sends one command and returns the reply; raises `CardRemoved` when the card is gone."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a card answered. The data stays out of the repr: it may be the card number."""

    data: bytes = field(repr=False)
    status: int

    @property
    def ok(self) -> bool:
        """Whether the status is 9000."""
        return self.status == SUCCESS


def select(name: bytes) -> bytes:
    """Choose an application or directory by name (Book 1, 11.3)."""
    return _command(0x00, 0xA4, 0x04, 0x00, name)


def get_processing_options(pdol_data: bytes) -> bytes:
    """Start the transaction with what the card's PDOL asked for (Book 3, 6.5.8)."""
    return _command(0x80, 0xA8, 0x00, 0x00, encode(0x83, pdol_data))


def read_record(sfi: int, number: int) -> bytes:
    """Read one record of a short file (Book 3, 6.5.11)."""
    return bytes([0x00, 0xB2, number, sfi << 3 | 0x04, 0x00])


def generate_ac(reference: int, cdol_data: bytes) -> bytes:
    """Ask for a cryptogram; `reference` is the kind, plus 10h for CDA (Book 3, 6.5.5)."""
    return _command(0x80, 0xAE, reference, 0x00, cdol_data)


def external_authenticate(data: bytes) -> bytes:
    """Give the card the issuer's answer to check (Book 3, 6.5.4)."""
    return _command(0x00, 0x82, 0x00, 0x00, data)[:-1]  # It answers with a status alone.


def get_data(tag: int) -> bytes:
    """Read one object that lies outside the records (Book 3, 6.5.7)."""
    return bytes([0x80, 0xCA, tag >> 8, tag & 0xFF, 0x00])


def exchange(transmit: Transmit, command: bytes) -> Reply:
    """Send a command and gather its whole reply (61xx: more to fetch, 6Cxx: ask for xx bytes).

    Raises:
        MalformedCard: the reply has no status, is too long, or never ends.
        CardRemoved: from `transmit`.
    """
    data = b""
    for _ in range(MAX_REPLIES):
        part = _parse(transmit(command))
        data += part.data
        match part.status >> 8:
            case 0x61:
                command = bytes([0x00, 0xC0, 0x00, 0x00, part.status & 0xFF])
            case 0x6C:
                command = command[:-1] + bytes([part.status & 0xFF])
            case _:
                return Reply(data, part.status)
    raise MalformedCard("a reply never ends")


def _command(cla: int, ins: int, p1: int, p2: int, data: bytes) -> bytes:
    if not 1 <= len(data) <= 255:
        raise MalformedCard("the card asks for more than a command can carry")
    return bytes([cla, ins, p1, p2, len(data)]) + data + b"\x00"


def _parse(raw: bytes) -> Reply:
    if not 2 <= len(raw) <= MAX_REPLY_BYTES:
        raise MalformedCard("a reply has a wrong length")
    return Reply(raw[:-2], int.from_bytes(raw[-2:], "big"))
