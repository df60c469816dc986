"""Computes a voucher card's cryptogram, on the card's side. Never used by terminal or ledger.

The ledger checks it with its own code (`ledger.server.cardcrypto`). AES-128 CMAC in the manner of
EMV Book 2, 8.1 and annex A1; the card key is CMAC(master key, number and sequence in ASCII).
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.cmac import CMAC

AC_BYTES = 8
RESPONSE_BYTES = 4  # ARPC of method 2.
MAC_BYTES = 8
CODE_DIGITS = 8


def card_key(issuer_master_key: bytes, pan: str, psn: str) -> bytes:
    """Derive a card's key from the issuer's."""
    return _cmac(issuer_master_key, (pan + psn).encode("ascii"))


def cryptogram(key: bytes, cdol_data: bytes, counter: int, kind: int) -> bytes:
    """Return the cryptogram over what the terminal sent, the card's counter and its answer."""
    number = counter.to_bytes(2, "big")
    return _cmac(_session(key, number), cdol_data + number + bytes([kind]))[:AC_BYTES]


def state_code(key: bytes, counter: int, ac: bytes, state: bytes) -> bytes:
    """Return what proves that the card said this of itself together with that cryptogram."""
    return _cmac(_session(key, counter.to_bytes(2, "big")), ac + state)[:MAC_BYTES]


def response_code(key: bytes, counter: int, arqc: bytes, status_update: bytes) -> bytes:
    """Return what the issuer's answer to a cryptogram must carry (ARPC method 2, Book 2, 8.2.2)."""
    session = _session(key, counter.to_bytes(2, "big"))
    return _cmac(session, arqc + status_update)[:RESPONSE_BYTES]


def script_code(mac_key: bytes, counter: int, arqc: bytes, header: bytes, data: bytes) -> bytes:
    """Return the MAC that a command of the issuer's must carry (Book 2, 9.2.3).

    Args:
        mac_key: the card's key for script messages.
        counter: of this transaction.
        arqc: of this transaction; the session key is made over it (Book 2, A1.3.1).
        header: class, instruction, both parameters and the length with the MAC.
        data: without the MAC.
    """
    session = _session(mac_key, arqc)
    return _cmac(session, header + counter.to_bytes(2, "big") + arqc + data)[:MAC_BYTES]


def _session(key: bytes, diversifier: bytes) -> bytes:
    return _encrypt(key, diversifier.ljust(16, b"\0"))


def _encrypt(key: bytes, block: bytes) -> bytes:
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - one block, as EMV has it.
    return encryptor.update(block) + encryptor.finalize()


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def one_time_code(key: bytes, pan: str, counter: int) -> str:
    """Return the eight digits that a phone's MST shows for this counter, and never again."""
    number = counter.to_bytes(2, "big")
    session = _encrypt(key, number.ljust(16, b"\0"))
    mac = _cmac(session, pan.encode("ascii") + number)
    return f"{int.from_bytes(mac[:AC_BYTES], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
