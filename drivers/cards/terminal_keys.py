"""Loads what the terminal needs to check cards and seal them. Never holds a private key of a card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from pos.domain.errors import ConfigError

KEY_BYTES = 32  # Of card_ref_key, hotlist_key and ledger_public alike.
_HINT = (
    "서버 운영자에게 받은 키 파일을 두세요. / Put the key file from the ledger's operator there."
)


@dataclass(frozen=True, slots=True)
class RsaPublicKey:
    """One RSA public key, as plain numbers: EMV signs by raw exponentiation (Book 2, B2.1)."""

    modulus: int
    exponent: int

    @property
    def size(self) -> int:
        """The length of the modulus in bytes."""
        return (self.modulus.bit_length() + 7) // 8


@dataclass(frozen=True, slots=True)
class TerminalKeys:
    """The terminal's card keys.

    Attributes:
        sealing_public: the ledger's key that card numbers are sealed to.
        ca_keys: the scheme's certification authority keys by index (tag 8F).
        card_ref_key: this terminal's own secret, so that its card references mean nothing elsewhere.
        hotlist_key: makes the hash that the ledger names stopped cards by; without it none is known.
        ledger_public: the Ed25519 key of the ledger, 32 bytes; without it its heads can't be checked.
    """

    sealing_public: X25519PublicKey
    ca_keys: Mapping[int, RsaPublicKey]
    card_ref_key: bytes = field(repr=False)
    hotlist_key: bytes | None = field(default=None, repr=False)
    ledger_public: bytes | None = None


def load_terminal_keys(path: Path) -> TerminalKeys:
    """Read `terminal_keys.json`.

    Raises:
        ConfigError: it is missing or not what it must be.
    """
    try:
        raw = json.loads(path.read_text("utf-8"))
        keys = TerminalKeys(
            sealing_public=X25519PublicKey.from_public_bytes(bytes.fromhex(raw["sealing_public"])),
            ca_keys={
                int(each["index"]): RsaPublicKey(int(each["modulus"], 16), int(each["exponent"]))
                for each in raw["ca_keys"]
            },
            card_ref_key=bytes.fromhex(raw["card_ref_key"]),
            hotlist_key=_optional(raw, "hotlist_key"),
            ledger_public=_optional(raw, "ledger_public"),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = type(error).__name__  # The error's own text could quote a key.
        raise ConfigError(where=path.name, problem=problem, hint=_HINT) from None
    for name in ("card_ref_key", "hotlist_key", "ledger_public"):
        if (key := getattr(keys, name)) is not None and len(key) != KEY_BYTES:
            raise ConfigError(where=path.name, problem=name, hint=_HINT)
    return keys


def _optional(raw: Mapping[str, Any], name: str) -> bytes | None:
    return bytes.fromhex(raw[name]) if name in raw else None
