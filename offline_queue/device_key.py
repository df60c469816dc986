"""The terminal's own Ed25519 key, with which it signs its journal. Never shown, never in a backup.

Secret and public key lie beside the database. The public file has a line for every key this
terminal ever had, oldest first, so that a journal outlives a lost disk: records under an older key
still verify, and nobody has to copy a secret to make that so.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from offline_queue.identity import sync
from pos.domain.audit_errors import KeyUnusable

SECRET_NAME = "device_key"  # noqa: S105 - a file's name.
PUBLIC_NAME = "device_key.pub"
NEXT_NAME = "device_key.next"
NO_PUBLIC_KEY = (
    "이 단말기의 공개키(.pub)를 거기 두거나 --key로 알려 주세요. / "
    "Put this terminal's public file (.pub) there, or name it with --key."
)
SEED_BYTES = 32  # RFC 8032, 5.1.5
SIGNATURE_BYTES = 64


class Signer(Protocol):
    """Signs what the journal keeps."""

    @property
    def public(self) -> bytes:
        """The Ed25519 public key that verifies it, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes of Ed25519 over the message (RFC 8032)."""
        ...


class DeviceKey:
    """A Signer whose seed came from 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        """Take the seed.

        Raises:
            ValueError: it is not 32 bytes.
        """
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """The public key's 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature."""
        return self._key.sign(message)


class PublicKeys:
    """The keys a journal may be signed with, oldest first."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self.raw = keys
        self._keys = [Ed25519PublicKey.from_public_bytes(key) for key in keys]
        self._now = 0

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key, or a newer one, signed it; an older one never signs again."""
        for index in range(self._now, len(self._keys)):
            try:
                self._keys[index].verify(signature, message)
            except InvalidSignature:
                continue
            self._now = index
            return True
        return False

    def rewound(self) -> PublicKeys:
        """Return them ready for a journal's first record."""
        return PublicKeys(self.raw)


def device_key(folder: Path) -> DeviceKey:
    """Return the key that lies in a folder, made if there is none; the caller holds the terminal.

    Raises:
        KeyUnusable: it is malformed, or others can read it.
        OSError: it can't be read or written.
    """
    path = folder / SECRET_NAME
    if not path.exists():
        _write(path, os.urandom(SEED_BYTES).hex(), 0o600)
    key = read_device_key(folder)
    add_public_keys(folder, (key.public,))
    return key


def next_device_key(folder: Path) -> DeviceKey:
    """Return the key that is to follow the one in a folder, made if there is none yet.

    It lies beside the present one until `follow_with_next`, so that nothing is lost if the ledger
    does not take it, or its answer does not come.

    Raises:
        KeyUnusable, OSError: as `device_key`.
    """
    path = folder / NEXT_NAME
    if not path.exists():
        _write(path, os.urandom(SEED_BYTES).hex(), 0o600)
    return _read_secret(path)


def follow_with_next(folder: Path) -> None:
    """Put the next key in the place of the present one, whose public key stays noted.

    Raises:
        KeyUnusable, OSError: the present key is still there.
    """
    if (folder / SECRET_NAME).exists():
        add_public_keys(folder, (read_device_key(folder).public,))
    (folder / NEXT_NAME).replace(folder / SECRET_NAME)
    sync(folder)
    device_key(folder)


def read_device_key(folder: Path) -> DeviceKey:
    """Read the key that lies in a folder, and write nothing.

    Raises:
        KeyUnusable: it is malformed, or others can read it.
        OSError: it can't be read.
    """
    return _read_secret(folder / SECRET_NAME)


def _read_secret(path: Path) -> DeviceKey:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        problem = "다른 사용자가 읽을 수 있음 / others can read it"
        raise KeyUnusable(path=path, problem=problem, hint=f"chmod 600 {path}")
    return DeviceKey(_key_bytes(path, path.read_bytes().strip()))


def public_keys(path: Path) -> PublicKeys:
    """Read a file of public keys.

    Raises:
        KeyUnusable: it can't be read, or a line is no key.
    """
    try:
        lines = path.read_bytes().split()
    except OSError as error:
        problem = error.strerror or str(error)
        raise KeyUnusable(path=path, problem=problem, hint=NO_PUBLIC_KEY) from error
    if not lines:
        raise KeyUnusable(path=path, problem="비어 있음 / empty", hint=NO_PUBLIC_KEY)
    return PublicKeys(tuple(_key_bytes(path, line) for line in lines))


def add_public_keys(folder: Path, keys: tuple[bytes, ...]) -> None:
    """Put keys behind those already noted as this terminal's.

    Raises:
        KeyUnusable, OSError: what is there can't be read, or nothing can be written.
    """
    path = folder / PUBLIC_NAME
    known = public_keys(path).raw if path.exists() else ()
    new = tuple(key for key in keys if key not in known)
    if new:
        write_public_keys(path, known + new)


def write_public_keys(path: Path, keys: tuple[bytes, ...]) -> None:
    """Write a file of public keys."""
    _write(path, "".join(f"{key.hex()}\n" for key in keys), 0o644)


def _key_bytes(path: Path, text: bytes) -> bytes:
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != SEED_BYTES:
        raise KeyUnusable(path=path, problem="키가 아님 / not a key", hint="")
    return key


def _write(path: Path, text: str, mode: int) -> None:
    """Write a file whole, or not at all, and never readable by more than its mode says."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(path.parent)  # A key must not be younger than what it signed.
