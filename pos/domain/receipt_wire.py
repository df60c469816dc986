"""The bytes of a receipt's facts, version 1. Never two ways to write the same; checks no signature.

version, flags, sale id (16), number, time, tax (supply, vat, exempt, service charge),
cash (count, amounts), cards (count; each: flags, id, amount, number, approval code, and where it is
an offline approval all else that the journal had of it), and only where the flags say so what cards that
another terminal took paid (count, amounts). Ids near the sale's are told by their
distance from it, the times of approvals by theirs from the sale's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pos.domain.card import CardEntry, CardRead, Cryptogram, Wallet
from pos.domain.compact import CompactError, Reader, Writer
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import OfflineApproved
from pos.domain.receipt_facts import CardFact, ReceiptFacts
from pos.domain.tax import TaxSplit
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won

T = TypeVar("T")
VERSION = 1
ID_BYTES = 16
# The order is the wire's: new ones go behind.
_MODES = (ApprovalMode.ONLINE, ApprovalMode.OFFLINE_GUARANTEED, ApprovalMode.OFFLINE_AT_RISK)
_ENTRIES = (CardEntry.CONTACT_CHIP, CardEntry.CONTACTLESS_CHIP, CardEntry.MST)
_WALLETS = (Wallet.NONE, Wallet.SAMSUNG_PAY)
_CRYPTOGRAMS = (Cryptogram.ARQC, Cryptogram.TC, Cryptogram.AAC)
_TRAINING, _EXTERNAL = 1, 2  # Of the sale's flags.
_ADVISED, _FOREIGN_ID = 4, 8  # Of a card's flags, above the mode's two bits.
# Above the entry's lowest bit and the cryptogram's two.
_GENUINE, _EXPIRED, _HOTLISTED, _AVAILABLE = 8, 16, 32, 64
_ENTRY_HIGH, _WALLET = 7, 9  # Where the entry's other two bits and the wallet's three begin.


def write_facts(facts: ReceiptFacts) -> bytes:
    """Return the bytes.

    Raises:
        CompactError: a value without a form, or a payment that comes twice.
    """
    if len({card.payment_id for card in facts.cards}) != len(facts.cards):
        raise CompactError("a payment that comes twice")
    out = Writer()
    out.number(VERSION)
    training, external = facts.training, bool(facts.external)
    out.number((_TRAINING if training else 0) | (_EXTERNAL if external else 0))
    out.raw(bytes.fromhex(facts.sale_id.hex))
    out.text(facts.receipt_number)
    out.moment(facts.completed_at)
    for part in (facts.tax.supply, facts.tax.vat, facts.tax.exempt, facts.tax.service_charge):
        out.signed(part.amount)
    out.number(len(facts.cash))
    for paid in facts.cash:
        out.signed(paid.amount)
    advices = {advice.payment_id: advice for advice in facts.advices}
    out.number(len(facts.cards))
    for card in facts.cards:
        _write_card(out, facts, card, advices.get(card.payment_id))
    if external:
        out.number(len(facts.external))
        for paid in facts.external:
            out.signed(paid.amount)
    return out.done()


def read_facts(payload: bytes) -> ReceiptFacts:
    """Read the bytes, from whatever hand they come.

    Raises:
        ValueError: they are not exactly what `write_facts` writes for some facts.
    """
    facts = _read(Reader(payload))
    if write_facts(facts) != payload:
        raise CompactError("not the one way to write it")
    return facts


def _read(data: Reader) -> ReceiptFacts:
    if data.number() != VERSION:
        raise CompactError("another version")
    flags = data.number()
    training = bool(flags & _TRAINING)
    sale_id = _read_id(data)
    receipt_number = data.text()
    completed_at = data.moment()
    tax = TaxSplit(*(Won(data.signed()) for _ in range(4)))
    # A count is no promise: each round takes a byte or ends the reading.
    cash = tuple(Won(data.signed()) for _ in range(data.number()))
    facts = ReceiptFacts(sale_id, receipt_number, completed_at, tax, cash, (), (), training)
    read = [_read_card(data, facts) for _ in range(data.number())]
    more = data.number() if flags & _EXTERNAL else 0
    external = tuple(Won(data.signed()) for _ in range(more))
    data.end()
    facts = replace(facts, external=external)
    cards = tuple(card for card, _ in read)
    return replace(facts, cards=cards, advices=tuple(each for _, each in read if each is not None))


def _write_card(
    out: Writer, facts: ReceiptFacts, card: CardFact, advice: OfflineApproved | None
) -> None:
    foreign = not _near(card.payment_id, facts.sale_id)
    flags = _MODES.index(card.mode)
    out.number(flags | (_ADVISED if advice else 0) | (_FOREIGN_ID if foreign else 0))
    if foreign:
        out.raw(bytes.fromhex(card.payment_id.hex))
    else:
        out.signed(card.payment_id.sequence - facts.sale_id.sequence)
    out.signed(card.amount.amount)
    out.text(card.masked_pan)
    out.text(card.approval_code)
    if advice:
        _write_advice(out, facts, advice)


def _read_card(data: Reader, facts: ReceiptFacts) -> tuple[CardFact, OfflineApproved | None]:
    flags = data.number()
    sale = facts.sale_id
    card = CardFact(
        payment_id=_read_id(data)
        if flags & _FOREIGN_ID
        else TransactionId(sale.device, sale.incarnation, sale.sequence + data.signed()),
        amount=Won(data.signed()),
        mode=_one_of(_MODES, flags & 3),
        masked_pan=data.text(),
        approval_code=data.text(),
    )
    return card, _read_advice(data, facts, card) if flags & _ADVISED else None


def _write_advice(out: Writer, facts: ReceiptFacts, advice: OfflineApproved) -> None:
    card = advice.card
    if card.entry not in _ENTRIES:  # A code is never approved offline.
        raise CompactError(f"an offline approval by {card.entry}")
    out.text(card.card_ref)
    out.text(card.sealed)
    out.number(
        _ENTRIES.index(card.entry) & 1
        | _ENTRIES.index(card.entry) >> 1 << _ENTRY_HIGH
        | _WALLETS.index(card.wallet) << _WALLET
        | _CRYPTOGRAMS.index(card.cryptogram) << 1
        | (_GENUINE if card.genuine else 0)
        | (_EXPIRED if card.expired else 0)
        | (_HOTLISTED if card.hotlisted else 0)
        | (_AVAILABLE if card.offline_available is not None else 0)
    )
    if card.offline_available is not None:
        out.signed(card.offline_available.amount)
    out.signed(advice.cashback_estimate.amount)
    out.moment(advice.at, since=facts.completed_at)
    out.text(advice.permitted_by)


def _read_advice(data: Reader, facts: ReceiptFacts, fact: CardFact) -> OfflineApproved:
    card_ref, sealed, flags = data.text(), data.text(), data.number()
    card = CardRead(
        masked_pan=fact.masked_pan,
        card_ref=card_ref,
        sealed=sealed,
        entry=_one_of(_ENTRIES, flags & 1 | (flags >> _ENTRY_HIGH & 3) << 1),
        cryptogram=_one_of(_CRYPTOGRAMS, flags >> 1 & 3),
        genuine=bool(flags & _GENUINE),
        expired=bool(flags & _EXPIRED),
        offline_available=Won(data.signed()) if flags & _AVAILABLE else None,
        hotlisted=bool(flags & _HOTLISTED),
        wallet=_one_of(_WALLETS, flags >> _WALLET & 7),
    )
    return OfflineApproved(
        payment_id=fact.payment_id,
        sale_id=facts.sale_id,
        amount=fact.amount,
        card=card,
        mode=fact.mode,
        approval_code=fact.approval_code,
        cashback_estimate=Won(data.signed()),
        at=data.moment(since=facts.completed_at),
        permitted_by=data.text(),
    )


def _one_of(choices: tuple[T, ...], index: int) -> T:
    if index >= len(choices):
        raise CompactError(f"choice {index} of {len(choices)}")
    return choices[index]


def _near(payment: TransactionId, sale: TransactionId) -> bool:
    return (payment.device, payment.incarnation) == (sale.device, sale.incarnation)


def _read_id(data: Reader) -> TransactionId:
    return TransactionId.parse(data.raw(ID_BYTES).hex())
