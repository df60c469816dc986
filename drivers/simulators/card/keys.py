"""Makes the demo's card keys once and keeps them in three files. Never used by a real scheme.

`terminal_keys.json` is what a terminal gets at enrolment, `ledger_keys.json` what the ledger
keeps, `card_keys.json` what the demo's card factory keeps. The scheme's private key signs the
one issuer certificate and is then forgotten. Keys are 1,408, 1,280 and 1,152 bits: long enough
for every branch of the certificates, short enough that making them takes under a second.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from drivers.cards.issuing import Issued, issue_issuer
from drivers.cards.rsa_keys import PUBLIC_EXPONENT, RsaKeyPair, new_key_pair
from drivers.simulators.card.profiles import PAN_PREFIX, CardKind, CardProfile
from pos.domain.errors import ConfigError

TERMINAL_FILE, LEDGER_FILE, CARD_FILE = "terminal_keys.json", "ledger_keys.json", "card_keys.json"
CA_BITS, ISSUER_BITS, CARD_BITS = 1_408, 1_280, 1_152
CARD_KEY_PAIRS = 3  # Shared by the demo's cards; the last one is only ever the forger's.
CA_INDEX = 0x01
SCRIPT_KEY = "issuer_script_key"  # Cards' keys for the ledger's commands are made of it.
_HINT = "지우면 새로 만듭니다. / Delete it and new keys are made."


@dataclass(frozen=True, slots=True)
class FactoryKeys:
    """What the demo's card factory personalises cards with."""

    issuer: RsaKeyPair
    issuer_certificate: Issued
    card_key_pairs: tuple[RsaKeyPair, ...]
    issuer_master_key: bytes = field(repr=False)
    issuer_script_key: bytes = field(repr=False)


def generate_keys(directory: Path, profiles: Sequence[CardProfile]) -> None:
    """Make the three files, readable by their owner only; what is complete is kept.

    Cards are personalised from `card_keys.json` when they are inserted, so a changed card file
    needs no new keys.

    Raises:
        ValueError: there is no voucher card to make keys for.
        OSError: the directory can't be written.
    """
    if not any(each.kind is CardKind.VOUCHER for each in profiles):
        raise ValueError("no voucher card among the profiles")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [directory / name for name in (TERMINAL_FILE, LEDGER_FILE, CARD_FILE)]
    if all(path.exists() for path in paths):
        _add_missing(*paths)
        return
    for path, content in zip(paths, _new_files(), strict=True):
        _write(path, content)


def load_factory_keys(path: Path) -> FactoryKeys:
    """Read `card_keys.json`.

    Raises:
        ConfigError: it is missing or damaged.
    """
    try:
        raw = json.loads(path.read_text("utf-8"))
        certificate = raw["issuer_certificate"]
        return FactoryKeys(
            issuer=_pair(raw["issuer"]),
            issuer_certificate=Issued(
                bytes.fromhex(certificate["signed"]), bytes.fromhex(certificate["remainder"])
            ),
            card_key_pairs=tuple(_pair(each) for each in raw["cards"]),
            issuer_master_key=bytes.fromhex(raw["issuer_master_key"]),
            issuer_script_key=bytes.fromhex(raw[SCRIPT_KEY]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = type(error).__name__
        raise ConfigError(where=path.name, problem=problem, hint=_HINT) from None


def _add_missing(terminal: Path, ledger: Path, cards: Path) -> None:
    """Add what files of an earlier version lack, so that their cards and books stay good.

    The ledger's file comes first: cut short, the next start finds the others still lacking.

    Raises:
        OSError: a file can't be read or written.
    """
    try:
        ours = json.loads(terminal.read_text("utf-8"))
        theirs = json.loads(ledger.read_text("utf-8"))
        made_with = json.loads(cards.read_text("utf-8"))
    except ValueError:
        return  # Damaged; whoever reads it says so.
    if "ca_keys" not in ours:
        return
    if "ca_keys" not in theirs:
        theirs |= {"ca_keys": ours["ca_keys"]}
        _write(ledger, theirs)
    if SCRIPT_KEY not in theirs:
        theirs |= {SCRIPT_KEY: secrets.token_hex(16)}
        _write(ledger, theirs)
    if made_with.get(SCRIPT_KEY) != theirs[SCRIPT_KEY]:
        _write(cards, made_with | {SCRIPT_KEY: theirs[SCRIPT_KEY]})
    if "ledger_public" in ours:
        return
    for_terminal, for_ledger = _head_and_hotlist()
    _write(ledger, theirs | for_ledger)
    _write(terminal, ours | for_terminal)


def _head_and_hotlist() -> tuple[dict[str, object], dict[str, object]]:
    """Return what a terminal checks the ledger's heads and finds stopped cards with, and its other half."""
    signing = Ed25519PrivateKey.generate()
    hotlist_key = secrets.token_hex(32)
    return (
        {
            "ledger_public": signing.public_key().public_bytes_raw().hex(),
            "hotlist_key": hotlist_key,
        },
        {"signing_private": signing.private_bytes_raw().hex(), "hotlist_key": hotlist_key},
    )


def _new_files() -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    ca, issuer = new_key_pair(CA_BITS), new_key_pair(ISSUER_BITS)
    certificate = issue_issuer(ca, issuer, PAN_PREFIX)
    sealing = X25519PrivateKey.generate()
    masters = {"issuer_master_key": secrets.token_hex(16), SCRIPT_KEY: secrets.token_hex(16)}
    for_terminal, for_ledger = _head_and_hotlist()
    ca_key = {"index": CA_INDEX, "modulus": f"{ca.modulus:x}", "exponent": PUBLIC_EXPONENT}
    terminal: dict[str, object] = {
        "sealing_public": sealing.public_key().public_bytes_raw().hex(),
        "ca_keys": [ca_key],
        "card_ref_key": secrets.token_hex(32),
        **for_terminal,
    }
    ledger: dict[str, object] = {
        "sealing_private": sealing.private_bytes_raw().hex(),
        **masters,
        "ca_keys": [ca_key],
        **for_ledger,
    }
    cards: dict[str, object] = {
        "issuer": _numbers(issuer),
        "issuer_certificate": {
            "signed": certificate.signed.hex(),
            "remainder": certificate.remainder.hex(),
        },
        "cards": [_numbers(new_key_pair(CARD_BITS)) for _ in range(CARD_KEY_PAIRS)],
        **masters,
    }
    return terminal, ledger, cards


def _numbers(pair: RsaKeyPair) -> dict[str, str]:
    return {"modulus": f"{pair.modulus:x}", "private_exponent": f"{pair.private_exponent:x}"}


def _pair(raw: dict[str, str]) -> RsaKeyPair:
    return RsaKeyPair(int(raw["modulus"], 16), int(raw["private_exponent"], 16))


def _write(path: Path, content: dict[str, object]) -> None:
    """Write a file whole or not at all, for its owner's eyes only."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)
