"""What a stripe or a phone's MST gives a reader, and how the reader encrypts it. Never sends it clear.

Source of the cipher: AES DUKPT data keys (X9.24-3), CBC with a vector before it, padded by ISO/IEC
9797-1 method 2. Track 2's layout is the scheme's (`ledger.server.tracks` reads it).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from drivers.simulators.card.cryptogram import card_key, one_time_code
from drivers.simulators.card.keys import FactoryKeys
from drivers.simulators.card.memory import MemoryFile
from drivers.simulators.card.personalise import PSN
from drivers.simulators.card.profiles import CardProfile
from drivers.simulators.reader.keys import ReaderKeys
from pos.domain.card import mask_pan

MST, STRIPE, FALLBACK = "M", "S", "F"
CHIP_CARD = "201"  # Service code: international, chip (ISO/IEC 7813).
BLOCK = 16


@dataclass(frozen=True, slots=True)
class Swipe:
    """One reading. The track is clear here: this is inside the reader."""

    kind: str
    pan: str = field(repr=False)
    track: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedSwipe:
    """What leaves the reader."""

    kind: str
    masked: str
    reference: bytes
    ksn: bytes
    track: bytes


def phone_swipe(profile: CardProfile, factory: FactoryKeys, memory: MemoryFile) -> Swipe:
    """Hold a phone to the reader: its token, with a code that is good once."""
    counter = memory.count_tap(profile.id).counter
    key = card_key(factory.issuer_master_key, profile.pan, PSN)
    code = one_time_code(key, profile.pan, counter)
    track = f"{profile.pan}={profile.expiry:%y%m}{CHIP_CARD}{counter:05d}{code}"
    return Swipe(MST, profile.pan, track)


def stripe_swipe(profile: CardProfile, *, after_chip_failed: bool = False) -> Swipe:
    """Pull a plastic through: the same each time, which is why it is not taken."""
    track = f"{profile.pan}={profile.expiry:%y%m}{CHIP_CARD}0000000000000"
    return Swipe(FALLBACK if after_chip_failed else STRIPE, profile.pan, track)


def seal_swipe(swipe: Swipe, keys: ReaderKeys) -> SealedSwipe:
    """Encrypt a reading under a key that is used for it alone."""
    ksn, key = keys.next_key()
    raw = swipe.track.encode("ascii") + b"\x80"
    padded = raw.ljust(-(-len(raw) // BLOCK) * BLOCK, b"\0")
    vector = secrets.token_bytes(BLOCK)
    encryptor = Cipher(AES(key), CBC(vector)).encryptor()
    cipher = vector + encryptor.update(padded) + encryptor.finalize()
    reference = hmac.digest(keys.reference_key, swipe.pan.encode("ascii"), "sha256")[:16]
    return SealedSwipe(swipe.kind, mask_pan(swipe.pan), reference, ksn, cipher)
