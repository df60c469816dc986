"""Takes a lost terminal's sale in from its paper, scanned at another. Never believes an unsigned word.

What the paper says counts as said by the terminal that printed it: its offline approvals are judged
as its advices, into its own takings, and whichever way they come first, they are posted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.policy.policy import Policy
from ledger.server import device_keys, merchants, payments, sales
from ledger.server.cards import CardFacts, CardOpener, SealBroken
from ledger.server.database import Tx
from ledger.server.device_keys import KeyState
from ledger.server.sales import Contradicted
from pos.domain.events import ReceiptReingested
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.receipt_code import ReceiptCodeError, SignedReceipt, read_code, receipt_key_id
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class OpenedReceipt:
    """A code that was read, and the cards of its offline approvals, opened.

    Attributes:
        cards: in the order of the approvals.
    """

    code: SignedReceipt
    cards: tuple[CardFacts, ...]


def open_receipt(event: ReceiptReingested, opener: CardOpener) -> OpenedReceipt:
    """Read a code and open its cards; costs no turn of the writer's.

    Raises:
        Contradicted: it can't be read, or says what no terminal of ours would have said.
    """
    try:
        code = read_code(event.code)
    except ReceiptCodeError as error:
        raise Contradicted(f"the code can't be read: {error}") from None
    facts = code.facts
    if facts.sale_id != event.sale_id:
        raise Contradicted("the code is another sale's")
    if facts.training:
        raise Contradicted("a practice sale")
    if any(each.payment_id.device != facts.sale_id.device for each in facts.cards):
        raise Contradicted("an id of another device")
    if any(e.mode is ApprovalMode.ONLINE or e.amount <= ZERO for e in facts.advices):
        raise Contradicted("not an offline payment of 1 won or more")
    try:
        cards = tuple(opener.open(e.card.sealed, e.payment_id.hex) for e in facts.advices)
    except SealBroken:
        raise Contradicted("the sealed card can't be opened") from None
    return OpenedReceipt(code, cards)


def take(
    tx: Tx, receipt: OpenedReceipt, policy: Policy, at: datetime
) -> tuple[Won, Decline | None]:
    """Post a paper's offline approvals and keep its sale; what is known already changes nothing.

    Returns:
        How many won of its offline approvals were not posted, and why: the shop bears them.

    Raises:
        Contradicted: no key of that terminal's that counts signed it, or the sale is known otherwise.
        IdReused: a payment of it is known otherwise.
    """
    facts = receipt.code.facts
    _check_signature(tx, receipt.code)
    shop = merchants.of_device(tx, facts.sale_id.device)
    if shop is None:
        raise Contradicted("no such terminal")
    not_posted, why = ZERO, None
    for event, card in zip(facts.advices, receipt.cards, strict=True):
        answer = payments.authorize(tx, payments.advice(event, card, shop, at), policy)
        if isinstance(answer, Decline):
            not_posted, why = not_posted + event.amount, why or answer
    sales.take_receipt(tx, facts)
    for each in facts.cards:
        if each.mode is ApprovalMode.ONLINE and payments.is_reversed(tx, each.payment_id):
            not_posted += each.amount
            why = why or Decline(DeclineReason.REVERSED_BEFORE)
    return not_posted, why


def _check_signature(tx: Tx, code: SignedReceipt) -> None:
    for key, state in device_keys.known(tx, code.facts.sale_id.device):
        named = receipt_key_id(key) == code.key_id
        if named and device_keys.signed_by(key, code.signature, code.message):
            if state is KeyState.REVOKED:
                raise Contradicted("signed by a key that was revoked")
            return
    raise Contradicted("signed by no known key of that terminal")
