"""The journal's record: canonical bytes and the hash chain. Never stores; never reads a clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring

from pos.domain.codec import Json, encode

FIRST_PREVIOUS = "0" * 64  # What the first record of an incarnation points back to.
HEAD_DIGITS = 12  # Of a hash, on paper: 48 bits a person can still compare.
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class NewRecord:
    """Something to be written down.

    Attributes:
        kind: see `pos.domain.events`.
        forward: the ledger has to be told of it, in order.
    """

    kind: str
    body: Mapping[str, Json]
    at: datetime
    forward: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in the journal.

    Attributes:
        sequence: counts from 1 without a gap within device and incarnation.
        previous: the hash of the record before, 64 hex digits.
        hash: over device, incarnation, sequence, time, kind, body and `previous`.
    """

    device: int
    incarnation: int
    sequence: int
    at: datetime
    kind: str
    body: Mapping[str, Json]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The ledger's word on how far it knows a terminal's journal, signed by the ledger.

    Attributes:
        sequence, hash: the newest record of the journal that the ledger holds.
        count: how many of the device's records it holds, over all incarnations.
        at: the ledger's time.
        signature: Ed25519 by the ledger's key over `message`, 128 hex digits.
    """

    device: int
    incarnation: int
    sequence: int
    hash: str
    count: int
    at: datetime
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What the ledger signs: the canonical form of everything but the signature."""
        said: dict[str, Json] = {
            "at": encode(self.at),
            "count": self.count,
            "device": self.device,
            "hash": self.hash,
            "incarnation": self.incarnation,
            "sequence": self.sequence,
        }
        return b"ieum-pos ledger head v1" + canonical(said)


class ChainBroken(Exception):
    """A record was changed, removed, added or moved; says where."""

    def __init__(self, sequence: int, problem: str) -> None:
        self.sequence = sequence
        super().__init__(f"record {sequence}: {problem}")


def canonical(body: Mapping[str, Json]) -> bytes:
    """Return the one way to write a body as bytes: sorted keys, no spaces, UTF-8 (after RFC 8785)."""
    return _ENCODE(body).encode()


def chain(device: int, incarnation: int, sequence: int, previous: str, new: NewRecord) -> Record:
    """Return the record that follows `previous`."""
    return chain_text(device, incarnation, sequence, previous, new)[0]


def chain_text(
    device: int, incarnation: int, sequence: int, previous: str, new: NewRecord
) -> tuple[Record, str]:
    """Return the record that follows `previous`, and its body in canonical form, to be stored."""
    text = _ENCODE(new.body)
    made = digest(device, incarnation, sequence, new.at, new.kind, text, previous)
    record = Record(device, incarnation, sequence, new.at, new.kind, new.body, previous, made)
    return record, text


def head_of(sequence: int, last_hash: str) -> str:
    """Return `SEQUENCE:HASH12`; noted elsewhere, it shows whether a journal's tail was cut off."""
    return f"{sequence}:{last_hash[:HEAD_DIGITS]}"


def verify(records: Iterable[Record], *, after: str = FIRST_PREVIOUS, sequence: int = 0) -> str:
    """Check a run of records that follows the given hash and sequence; return the last hash.

    A cut-off tail can't be seen from the chain alone: compare the result with a head kept elsewhere.

    Raises:
        ChainBroken: the first record that does not follow or was changed.
    """
    previous = after
    for record in records:
        sequence += 1
        if record.sequence != sequence:
            raise ChainBroken(sequence, f"found number {record.sequence} in its place")
        if record.previous != previous:
            raise ChainBroken(sequence, "does not follow the record before it")
        found = digest(
            record.device,
            record.incarnation,
            record.sequence,
            record.at,
            record.kind,
            _ENCODE(record.body),
            record.previous,
        )
        if found != record.hash:
            raise ChainBroken(sequence, "its content was changed")
        previous = record.hash
    return previous


def digest(
    device: int,
    incarnation: int,
    sequence: int,
    at: datetime,
    kind: str,
    body: str,
    previous: str,
) -> str:
    """Hash the canonical form of the whole record; the body's, made already, is set into it."""
    # Its keys in their order, as `canonical` would put them.
    text = (
        f'{{"at":"{encode(at)}","body":{body},"device":{device},"incarnation":{incarnation},'
        f'"kind":{encode_basestring(kind)},"previous":{encode_basestring(previous)},"sequence":{sequence}}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()
