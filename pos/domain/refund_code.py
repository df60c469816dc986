"""The signed code on a cancel or refund slip: what was given back, of which sale, to which card.

Signs and verifies nothing itself. A text that is not the one way to write its facts is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pos.domain.base45 import Base45Error, base45_decode, base45_encode
from pos.domain.compact import CompactError, Reader, Writer
from pos.domain.identifiers import TransactionId
from pos.domain.receipt_code import (
    CODE_CHARS_MAX,
    KEY_ID_BYTES,
    SIGNATURE_BYTES,
    NotAReceiptCode,
    ReceiptCodeDamaged,
    ReceiptNotEncodable,
    receipt_key_id,
)
from pos.domain.refund import CardReturn, CashReturn, ExternalReturn, RefundKind, RefundRecord
from pos.domain.tax import TaxSplit
from pos.domain.won import ZERO, Won

REFUND_PREFIX = "IEUMR1:"
SIGNED_LABEL = b"ieum-pos refund v1"  # Another than a receipt's: no signature stands for both.
_KINDS = (RefundKind.VOID, RefundKind.REFUND)
_EXTERNAL = 2  # Of the first number, above the kind.
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class CardBack:
    """What went back to one card."""

    payment_id: TransactionId
    amount: Won
    masked_pan: str
    approval_code: str


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund without its lines, as its paper carries it; amounts are what goes back, positive."""

    id: TransactionId
    receipt_number: str
    kind: RefundKind
    sale_id: TransactionId
    sale_receipt_number: str
    refunded_at: datetime
    tax: TaxSplit
    cash: Won
    cards: tuple[CardBack, ...]
    external: Won = ZERO  # What the other terminal gives back.


@dataclass(frozen=True, slots=True)
class SignedRefund:
    """A code as read; its signature is yet to be verified, over `message`."""

    payload: bytes
    signature: bytes
    key_id: bytes
    facts: RefundFacts

    @property
    def message(self) -> bytes:
        """What the signature has to stand over."""
        return refund_message(self.payload)


def facts_of_refund(refund: RefundRecord) -> RefundFacts:
    """Return what a slip's code says."""
    cards = [each for each in refund.returns if isinstance(each, CardReturn)]
    cash = (each.amount for each in refund.returns if isinstance(each, CashReturn))
    external = (each.amount for each in refund.returns if isinstance(each, ExternalReturn))
    return RefundFacts(
        id=refund.id,
        receipt_number=refund.receipt_number,
        kind=refund.kind,
        sale_id=refund.sale_id,
        sale_receipt_number=refund.sale_receipt_number,
        refunded_at=refund.refunded_at,
        tax=refund.tax,
        cash=Won.total(cash),
        cards=tuple(
            CardBack(each.payment_id, each.amount, each.masked_pan, each.approval_code)
            for each in cards
        ),
        external=Won.total(external),
    )


def encode_refund(refund: RefundRecord) -> bytes:
    """Return the payload of a slip's code: the same bytes for the same refund, always.

    Raises:
        ReceiptNotEncodable: a text in it is too long.
    """
    try:
        return _write(facts_of_refund(refund))
    except CompactError as error:
        raise ReceiptNotEncodable(str(error)) from error


def refund_message(payload: bytes) -> bytes:
    """Return what the device signs."""
    return SIGNED_LABEL + payload


def seal_refund(payload: bytes, signature: bytes, public_key: bytes) -> str:
    """Return the text of the QR code."""
    return REFUND_PREFIX + base45_encode(payload + signature + receipt_key_id(public_key))


def read_refund_code(text: str) -> SignedRefund:
    """Read a scanned code. That it is well formed says nothing of who signed it.

    Raises:
        NotAReceiptCode: it is some other code.
        ReceiptCodeDamaged: it is one of ours with letters missing, added or changed.
    """
    if not text.startswith(REFUND_PREFIX):
        raise NotAReceiptCode("another kind of code")
    if len(text) > CODE_CHARS_MAX:
        raise ReceiptCodeDamaged(f"{len(text)} letters")
    try:
        data = base45_decode(text[len(REFUND_PREFIX) :])
    except Base45Error as error:
        raise ReceiptCodeDamaged(str(error)) from error
    signed, key_id = data[:-KEY_ID_BYTES], data[-KEY_ID_BYTES:]
    payload, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
    try:
        facts = _read(Reader(payload))
        if _write(facts) != payload:
            raise CompactError("not the one way to write it")
    except ValueError as error:
        raise ReceiptCodeDamaged(str(error)) from error
    return SignedRefund(payload, signature, key_id, facts)


def _write(facts: RefundFacts) -> bytes:
    out = Writer()
    out.number(_KINDS.index(facts.kind) | (_EXTERNAL if facts.external else 0))
    for each in (facts.id, facts.sale_id):
        out.raw(bytes.fromhex(each.hex))
    out.text(facts.receipt_number)
    out.text(facts.sale_receipt_number)
    out.moment(facts.refunded_at)
    tax = facts.tax
    for part in (tax.supply, tax.vat, tax.exempt, tax.service_charge, facts.cash):
        out.signed(part.amount)
    out.number(len(facts.cards))
    for card in facts.cards:
        out.raw(bytes.fromhex(card.payment_id.hex))
        out.signed(card.amount.amount)
        out.text(card.masked_pan)
        out.text(card.approval_code)
    if facts.external:
        out.signed(facts.external.amount)
    return out.done()


def _read(data: Reader) -> RefundFacts:
    flags = data.number()
    kind = flags & ~_EXTERNAL
    if kind >= len(_KINDS):
        raise CompactError(f"kind {kind}")
    refund_id, sale_id = _read_id(data), _read_id(data)
    number, sale_number, at = data.text(), data.text(), data.moment()
    tax = TaxSplit(*(Won(data.signed()) for _ in range(4)))
    cash = Won(data.signed())
    # A count is no promise: each round takes a byte or ends the reading.
    cards = tuple(
        CardBack(_read_id(data), Won(data.signed()), data.text(), data.text())
        for _ in range(data.number())
    )
    external = Won(data.signed()) if flags & _EXTERNAL else ZERO
    data.end()
    whole = (refund_id, number, _KINDS[kind], sale_id, sale_number, at, tax, cash, cards)
    return RefundFacts(*whole, external)


def _read_id(data: Reader) -> TransactionId:
    return TransactionId.parse(data.raw(_ID_BYTES).hex())
