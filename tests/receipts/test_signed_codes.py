"""Signed codes off the paper, read by another maker's reader; what was changed in one never verifies.

`MUTATIONS=100000 pytest tests/receipts/test_signed_codes.py` tries as many of each; some 2,000 otherwise.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from composition.paper import receipt_proof, refund_proof
from offline_queue.device_key import DeviceKey
from pos.domain.base45 import base45_decode, base45_encode
from pos.domain.receipt_code import (
    CODE_PREFIX,
    NotAReceiptCode,
    ReceiptCodeError,
    read_code,
    receipt_message,
    seal_text,
)
from pos.domain.refund_code import (
    REFUND_PREFIX,
    encode_refund,
    facts_of_refund,
    read_refund_code,
    refund_message,
    seal_refund,
)
from pos.ports import PrintKind
from receipts.building import Proofs
from receipts.renderer import ReceiptRenderer
from tests.pos.domain.receipts import OFFLINE_BODY, ONLINE_BODY
from tests.receipts.paper_printer import PaperPrinter, on_white
from tests.receipts.samples import RETURNED, SHOP, VOIDED, body_of

SEED = bytes(range(32))
KEY = DeviceKey(SEED)
PUBLIC = Ed25519PublicKey.from_public_bytes(
    Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
)
MUTATIONS = int(os.environ.get("MUTATIONS", "2000"))
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # Base45's own.
PAPERS = {
    "online": (PrintKind.SALE_RECEIPT, ONLINE_BODY),
    "offline": (PrintKind.SALE_RECEIPT, OFFLINE_BODY),
    "void": (PrintKind.REFUND_SLIP, VOIDED),
    "refund": (PrintKind.REFUND_SLIP, RETURNED),
}
EVERY = pytest.mark.parametrize("name", PAPERS)
WIDTHS = pytest.mark.parametrize("columns", [32, 42, 48])


def off_the_paper(name: str, columns: int, make: str = "epson") -> str:
    from receipts.profiles import PROFILES

    zxingcpp = pytest.importorskip("zxingcpp", reason="the QR reader of the dev group is missing")
    kind, value = PAPERS[name]
    proofs = Proofs(receipt_proof(KEY), refund_proof(KEY))
    renderer = ReceiptRenderer(SHOP, columns, proofs=proofs, profile=PROFILES[make])
    paper = PaperPrinter(columns).take(renderer.render(kind, body_of(value), copy=1))
    assert paper.unknown == []
    (found,) = zxingcpp.read_barcodes(on_white(paper.tear()))
    text: str = found.text
    return text


def verifies(text: str) -> bool:
    """Do what anyone can who has the terminal's public key."""
    try:
        read = read_refund_code(text) if text.startswith(REFUND_PREFIX) else read_code(text)
        PUBLIC.verify(read.signature, read.message)
    except (ReceiptCodeError, InvalidSignature):
        return False
    return True


@EVERY
@WIDTHS
@pytest.mark.parametrize("make", ["epson", "generic58"])
def test_what_is_read_off_the_paper_verifies(name: str, columns: int, make: str) -> None:
    assert verifies(off_the_paper(name, columns, make))


@pytest.mark.parametrize("refund", [VOIDED, RETURNED], ids=["void", "refund"])
def test_a_slip_s_code_says_what_the_slip_says(refund: object) -> None:
    name = "void" if refund is VOIDED else "refund"
    facts = read_refund_code(off_the_paper(name, 42)).facts
    assert facts == facts_of_refund(PAPERS[name][1])  # type: ignore[arg-type]
    assert facts.cash + sum_of(facts) == facts.tax.total


def sum_of(facts: object) -> object:
    from pos.domain.won import Won

    return Won.total(card.amount for card in facts.cards)  # type: ignore[attr-defined]


def mutated_letters(text: str, chance: random.Random) -> str:
    at, other = chance.randrange(len(text)), chance.choice(LETTERS)
    match chance.randrange(5):
        case 0:
            return text[:at] + other + text[at + 1 :]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + other + text[at:]
        case 3:
            return text[:at]
        case _:
            end = chance.randrange(len(text))
            first, last = sorted((at, end))
            return text[:first] + text[first:last][::-1] + text[last:]


def mutated_bytes(text: str, chance: random.Random) -> str:
    """Change what the letters stand for, so that the text is well formed again."""
    prefix = REFUND_PREFIX if text.startswith(REFUND_PREFIX) else CODE_PREFIX
    data = bytearray(base45_decode(text.removeprefix(prefix)))
    body = len(data) - 4  # The last four only say whose key to try.
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        data[chance.randrange(body)] ^= 1 << chance.randrange(8)
    return prefix + base45_encode(bytes(data))


def mutations(text: str, how: Callable[[str, random.Random], str]) -> Iterator[str]:
    chance = random.Random(f"{text} {how.__name__}")
    for _ in range(MUTATIONS // 2):
        changed = how(text, chance)
        if changed != text:
            yield changed


def only_the_key_s_name_differs(changed: str, text: str) -> bool:
    """The last four bytes are a hint which key to try, and no part of what is signed."""
    try:
        one, other = (base45_decode(each.partition(":")[2]) for each in (changed, text))
    except ValueError:
        return False
    return changed.partition(":")[0] == text.partition(":")[0] and one[:-4] == other[:-4]


@EVERY
@pytest.mark.parametrize("how", [mutated_letters, mutated_bytes])
@pytest.mark.timeout(180 + MUTATIONS // 50)
def test_no_changed_code_verifies(name: str, how: Callable[[str, random.Random], str]) -> None:
    text = off_the_paper(name, 42)
    tried = accepted = 0
    for each in mutations(text, how):
        tried += 1
        accepted += verifies(each) and not only_the_key_s_name_differs(each, text)
    assert accepted == 0
    assert tried > MUTATIONS // 2 * 0.9  # Few come out as they went in.


def test_no_signature_stands_for_a_receipt_and_a_refund_at_once() -> None:
    payload = encode_refund(VOIDED)
    assert refund_message(payload) != receipt_message(payload)
    as_receipt = seal_text(payload, KEY.sign(refund_message(payload)), KEY.public)
    assert not verifies(as_receipt)
    crossed = seal_refund(payload, KEY.sign(receipt_message(payload)), KEY.public)
    assert not verifies(crossed)


def test_a_refund_s_code_is_no_receipt_s_and_the_other_way_round() -> None:
    with pytest.raises(NotAReceiptCode):
        read_code(off_the_paper("void", 42))
    with pytest.raises(NotAReceiptCode):
        read_refund_code(off_the_paper("online", 42))
