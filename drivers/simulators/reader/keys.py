"""Injects a simulated reader with its keys, once. Never used for a real reader: that is done in a safe room.

The base key goes to the ledger's file, and what derives from it for this one reader to
`reader_keys.json`, beside the number of transactions it has made.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drivers.simulators.card.keys import LEDGER_FILE
from drivers.simulators.reader.dukpt import data_key, initial_key, next_counter

READER_FILE = "reader_keys.json"
BASE_KEY = "reader_base_key"


@dataclass(frozen=True, slots=True)
class ReaderKeys:
    """What is inside one reader; it does not leave it."""

    initial: bytes = field(repr=False)
    key_id: bytes
    reference_key: bytes = field(repr=False)
    state: Path

    def next_key(self) -> tuple[bytes, bytes]:
        """Return the KSN and key of the next transaction; each is used once, also after a crash."""
        used = int(self.state.read_text("ascii")) if self.state.exists() else 0
        counter = next_counter(used)
        draft = self.state.with_suffix(".new")
        draft.write_text(str(counter), "ascii")
        draft.replace(self.state)
        ksn = self.key_id + counter.to_bytes(4, "big")
        return ksn, data_key(self.initial, self.key_id, counter)


def inject(directory: Path) -> None:
    """Make the reader's file, and the ledger's share of it, where they are missing.

    Raises:
        OSError, ValueError: the ledger's file can't be read or written.
    """
    ledger = directory / LEDGER_FILE
    ours = json.loads(ledger.read_text("utf-8"))
    if BASE_KEY not in ours:
        ours[BASE_KEY] = secrets.token_hex(16)
        _write(ledger, ours)
    reader = directory / READER_FILE
    if reader.exists():
        return
    key_id = secrets.token_bytes(8)
    initial = initial_key(bytes.fromhex(ours[BASE_KEY]), key_id)
    made = {"initial": initial.hex(), "key_id": key_id.hex(), "reference": secrets.token_hex(32)}
    _write(reader, made)


def load_reader_keys(path: Path) -> ReaderKeys:
    """Read `reader_keys.json`.

    Raises:
        OSError, ValueError, KeyError: it is missing or damaged.
    """
    raw = json.loads(path.read_text("utf-8"))
    return ReaderKeys(
        bytes.fromhex(raw["initial"]),
        bytes.fromhex(raw["key_id"]),
        bytes.fromhex(raw["reference"]),
        path.with_suffix(".count"),
    )


def _write(path: Path, content: Mapping[str, object]) -> None:
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, indent=1), "utf-8")
    draft.replace(path)
