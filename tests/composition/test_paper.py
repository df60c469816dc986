from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from composition.paper import receipt_proof
from offline_queue.device_key import DeviceKey
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import read_code
from tests.pos.domain.receipts import ADVICE, OFFLINE_BODY

KEY = DeviceKey(bytes(range(32)))


def test_a_receipts_code_is_signed_by_the_terminals_own_key() -> None:
    read = read_code(receipt_proof(KEY)(OFFLINE_BODY))
    Ed25519PublicKey.from_public_bytes(KEY.public).verify(read.signature, read.message)
    assert read.facts.advices == (ADVICE,)


def test_a_copy_carries_the_very_same_code() -> None:
    assert receipt_proof(KEY)(OFFLINE_BODY) == receipt_proof(KEY)(OFFLINE_BODY)


def test_a_receipt_that_no_code_can_hold_has_none() -> None:
    strange = replace(ADVICE, approval_code="another")
    assert receipt_proof(KEY)(ReceiptBody(OFFLINE_BODY.sale, (strange,))) == ""
