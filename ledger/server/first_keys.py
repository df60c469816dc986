"""Makes a ledger's first keys and puts them into a file. Never writes over one, never prints a secret."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ledger.server.cardcrypto import HOTLIST_KEY_BYTES, MASTER_KEY_BYTES, SIGNING, load_ledger_keys

CaKey = tuple[int, str, int]
"""Index, modulus in hex, exponent."""

SHOWN_HEX = 16  # Of a modulus's SHA-256; enough to compare two by eye.


def new_keys(ca_keys: Sequence[CaKey]) -> dict[str, Any]:
    """Return the content of a new `ledger_keys.json`.

    Args:
        ca_keys: the card scheme's public keys, handed to terminals at their enrolment.
    """
    return {
        "sealing_private": X25519PrivateKey.generate().private_bytes_raw().hex(),
        SIGNING: Ed25519PrivateKey.generate().private_bytes_raw().hex(),
        "hotlist_key": secrets.token_hex(HOTLIST_KEY_BYTES),
        "issuer_master_key": secrets.token_hex(MASTER_KEY_BYTES),
        "ca_keys": [
            {"index": index, "modulus": modulus, "exponent": exponent}
            for index, modulus, exponent in ca_keys
        ],
    }


def write_new(files: Mapping[Path, Mapping[str, Any]]) -> None:
    """Write new files, for their owner's eyes only; none if one of them is there already.

    Raises:
        FileExistsError: one is; nothing was written.
        OSError: the folder can't be written; what was begun is gone.
    """
    made: list[Path] = []
    try:
        for path, content in files.items():
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            made.append(path)
            with os.fdopen(number, "w", encoding="ascii") as file:
                os.fchmod(number, 0o600)  # Whatever the umask says.
                json.dump(content, file, indent=1)
                file.write("\n")
                file.flush()
                os.fsync(number)
        _sync_folders({path.parent for path in files})
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def public_parts(path: Path) -> list[tuple[str, str]]:
    """Return what of a ledger's keys anyone may see, by name.

    Raises:
        OSError, ValueError: the file can't be read, or does not hold the ledger's keys.
    """
    keys = load_ledger_keys(path)
    parts = [
        ("ledger_public", keys.signing_private.public_key().public_bytes_raw().hex()),
        ("sealing_public", keys.sealing_private.public_key().public_bytes_raw().hex()),
    ]
    if keys.next_signing is not None:
        parts.append(
            ("next_ledger_public", keys.next_signing.public_key().public_bytes_raw().hex())
        )
    for index, modulus, exponent in keys.ca_keys:
        digest = sha256(bytes.fromhex(modulus)).hexdigest()[:SHOWN_HEX]
        bits = int(modulus, 16).bit_length()
        parts.append((f"ca_key {index:02x}", f"{bits} bit, e {exponent}, sha-256 {digest}"))
    return parts


def _sync_folders(folders: set[Path]) -> None:
    for folder in folders:
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
