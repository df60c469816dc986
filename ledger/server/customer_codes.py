"""Makes the codes that customers' apps show, and takes each for one payment. Never lets one be used twice."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from ledger.policy.policy import Policy
from ledger.server import cards, payments
from ledger.server.cards import Card, CardFacts
from ledger.server.database import Tx
from ledger.server.device_keys import signed_by
from ledger.server.heads import Sign
from ledger.server.judging import Ask
from pos.domain.card import Cryptogram
from pos.domain.codec import encode
from pos.domain.customer_code import GOOD_FOR, ID_BYTES, CustomerCode, read_customer_code
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.scan_errors import QrError
from pos.domain.won import ZERO

KEPT_FOR = timedelta(days=1)  # Past its end; until then a late one is told what became of it.
# What stands for a card that nobody knows: no card's hash is empty.
NO_CARD = CardFacts(b"", 0, Cryptogram.ARQC, ZERO, cryptogram_right=False)


def issue(tx: Tx, card: str, at: datetime, sign: Sign) -> CustomerCode:
    """Make a code for a card, good for 3 minutes and one payment.

    Raises:
        LookupError: there is no such card.
    """
    if cards.by_id(tx, card) is None:
        raise LookupError(card)
    ends = (at + GOOD_FOR).replace(microsecond=0)
    code = CustomerCode(secrets.token_hex(ID_BYTES), ends)
    tx.execute("DELETE FROM customer_codes WHERE expires_at < ?", (encode(at - KEPT_FOR),))
    tx.execute(
        "INSERT INTO customer_codes (id, card, expires_at) VALUES (?, ?, ?)",
        (code.id, card, encode(ends)),
    )
    return replace(code, signature=sign(code.message))


def genuine(text: str, ledger_public: bytes) -> CustomerCode | None:
    """Return the code, or None where this ledger has not signed it."""
    try:
        code = read_customer_code(text)
    except QrError:
        return None
    return code if signed_by(ledger_public, code.signature, code.message) else None


def pay(tx: Tx, ask: Ask, code: CustomerCode | None, policy: Policy) -> Approval | Decline:
    """Pay with the card that a code stands for; `code` is None where it is not the ledger's.

    Whatever becomes of the payment, the code is used; the same payment may come again.

    Raises:
        IdReused: as `payments.authorize`.
    """
    card, refusal = _take(tx, code, ask.payment_id, ask.at)
    facts = ask.facts if card is None else replace(ask.facts, pan_key=card.pan_key)
    return payments.authorize(tx, replace(ask, facts=facts, refusal=refusal), policy)


def _take(
    tx: Tx, code: CustomerCode | None, payment_id: TransactionId, at: datetime
) -> tuple[Card | None, DeclineReason | None]:
    """Take a code for a payment; return the card that it stands for, or why it is not taken."""
    row = None
    if code is not None:
        sql = "SELECT card, expires_at, used_by FROM customer_codes WHERE id = ?"
        row = tx.row(sql, (code.id,))
    if code is None or row is None:
        return None, DeclineReason.CODE_UNKNOWN
    card, expires_at, used_by = row
    if used_by is None:
        if encode(at) >= expires_at:
            return None, DeclineReason.CODE_EXPIRED
        sql = "UPDATE customer_codes SET used_by = ? WHERE id = ? AND used_by IS NULL"
        if not tx.change(sql, (payment_id.hex, code.id)):  # By another server, since it was read.
            return None, DeclineReason.CODE_USED
    elif used_by != payment_id.hex:
        return None, DeclineReason.CODE_USED
    return cards.by_id(tx, card), None
