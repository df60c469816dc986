"""The signed code on a receipt: from its bytes a lost terminal's sale can be told to the ledger.

Never trusts what it reads: bytes that are not the one way to write their facts are refused, whoever
signed them. It signs and verifies nothing itself; that takes a key, and keys are not the core's.

ReceiptCodeError (a ValueError)
* NotAReceiptCode       another QR code, or a newer kind
* ReceiptCodeDamaged    ours by its first letters, but not readable to the end
* ReceiptNotEncodable   a receipt that no code can hold
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pos.domain.base45 import Base45Error, base45_decode, base45_encode
from pos.domain.compact import CompactError
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_facts import AdviceWithoutTender, ReceiptFacts, facts_of
from pos.domain.receipt_wire import VERSION, read_facts, write_facts

CODE_PREFIX = "IEUM1:"
SIGNED_LABEL = b"ieum-pos receipt v1"
SIGNATURE_BYTES = 64  # RFC 8032
PUBLIC_KEY_BYTES = 32
KEY_ID_BYTES = 4
CODE_CHARS_MAX = 3_391  # What the largest QR code holds at level M in these letters (ISO 18004).
PAYLOAD_BYTES_MAX = (CODE_CHARS_MAX - len(CODE_PREFIX)) * 2 // 3 - SIGNATURE_BYTES - KEY_ID_BYTES


class ReceiptCodeError(ValueError):
    """A code that can't be made or can't be read."""


class NotAReceiptCode(ReceiptCodeError):
    """Another QR code, or a newer kind than this program knows."""


class ReceiptCodeDamaged(ReceiptCodeError):
    """It begins as ours and can't be read to its end as one."""


class ReceiptNotEncodable(ReceiptCodeError):
    """Too much for one code, or advices that are not the sale's."""


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A code as read; its signature is yet to be verified.

    Attributes:
        signature: Ed25519 over `message`, 64 bytes.
        key_id: the first 4 bytes of SHA-256 over the signer's public key; only a hint which it is.
    """

    payload: bytes
    signature: bytes
    key_id: bytes
    facts: ReceiptFacts

    @property
    def message(self) -> bytes:
        """What the signature has to stand over."""
        return receipt_message(self.payload)


def encode_receipt(body: ReceiptBody) -> bytes:
    """Return the payload of a receipt's code: the same bytes for the same receipt, always.

    Raises:
        ReceiptNotEncodable: its advices are not its tenders', or it is too long.
    """
    try:
        payload = write_facts(facts_of(body))
    except (AdviceWithoutTender, CompactError) as error:
        raise ReceiptNotEncodable(str(error)) from error
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ReceiptNotEncodable(f"{len(payload)} bytes; a code holds {PAYLOAD_BYTES_MAX}")
    return payload


def decode_receipt(payload: bytes) -> ReceiptFacts:
    """Read a payload, from whatever hand it comes.

    Raises:
        ReceiptCodeDamaged: it is not exactly what `encode_receipt` writes for some receipt.
        NotAReceiptCode: it is of a version that this program does not know.
    """
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ReceiptCodeDamaged(f"{len(payload)} bytes")
    if payload and payload[0] != VERSION:
        raise NotAReceiptCode(f"version {payload[0]}")
    try:
        return read_facts(payload)
    except ValueError as error:
        raise ReceiptCodeDamaged(str(error)) from error


def receipt_message(payload: bytes) -> bytes:
    """Return what the device signs."""
    return SIGNED_LABEL + payload


def receipt_key_id(public_key: bytes) -> bytes:
    """Return the 4 bytes by which a code names its signer's key."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def seal_text(payload: bytes, signature: bytes, public_key: bytes) -> str:
    """Return the text of the QR code.

    Args:
        payload: from `encode_receipt`.
        signature: over `receipt_message(payload)`.
        public_key: the signer's, 32 bytes.

    Raises:
        ValueError: signature or key have not their lengths; a programming error.
    """
    if len(signature) != SIGNATURE_BYTES or len(public_key) != PUBLIC_KEY_BYTES:
        raise ValueError("an Ed25519 signature has 64 bytes and a key 32")
    return CODE_PREFIX + base45_encode(payload + signature + receipt_key_id(public_key))


def read_code(text: str) -> SignedReceipt:
    """Read a scanned code. That it is well formed says nothing of who signed it.

    Raises:
        NotAReceiptCode: it is some other code.
        ReceiptCodeDamaged: it is one of ours with letters missing, added or changed.
    """
    if not text.startswith(CODE_PREFIX):
        raise NotAReceiptCode("another kind of code")
    if len(text) > CODE_CHARS_MAX:
        raise ReceiptCodeDamaged(f"{len(text)} letters")
    try:
        data = base45_decode(text[len(CODE_PREFIX) :])
    except Base45Error as error:
        raise ReceiptCodeDamaged(str(error)) from error
    signed, key_id = data[:-KEY_ID_BYTES], data[-KEY_ID_BYTES:]
    payload, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
    if not payload:
        raise ReceiptCodeDamaged("no payload")
    return SignedReceipt(payload, signature, key_id, decode_receipt(payload))
