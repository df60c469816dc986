"""Lets a customer's app pay by the code that a shop shows. Never for a terminal that did not sign it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ledger.policy.policy import Policy
from ledger.server import cards, device_keys, devices, payments
from ledger.server.customer_codes import NO_CARD
from ledger.server.database import Tx
from ledger.server.device_keys import KeyState, signed_by
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from ledger.server.problems import Refused
from pos.domain.payment_answers import Approval, Decline
from pos.domain.shop_code import GOOD_FOR, ShopCode, ShopCodeError, read_shop_code
from pos.domain.tender import ApprovalMode

AHEAD_MAX = GOOD_FOR + timedelta(minutes=2)  # A terminal's clock may be a little fast.


def pay(tx: Tx, card: str, text: str, policy: Policy, at: datetime) -> Approval | Decline:
    """Pay the shop's code with a card, once for ever by the payment's id.

    A decline is the customer's to see and leaves nothing: another card may pay while the code is good.
    After the terminal's reversal nothing pays it any more, however late the app comes.

    Raises:
        Refused: no code of a terminal that may ask, too late, or no such card.
        IdReused: another card has paid it.
    """
    try:
        code = read_shop_code(text)
    except ShopCodeError as error:
        raise Refused("malformed", str(error)) from None
    merchant = _signer(tx, code)
    found = cards.by_id(tx, card)
    if found is None:
        raise Refused("not_found", "card")
    is_paid = payments.is_posted(tx, code.payment_id)
    if not is_paid and not at < code.expires_at <= at + AHEAD_MAX:
        raise Refused("code_expired")
    ask = Ask(
        payment_id=code.payment_id,
        merchant=merchant,
        amount=code.amount,
        mode=ApprovalMode.ONLINE,
        facts=replace(NO_CARD, pan_key=found.pan_key),
        body_hash=hash_body("shop code", text, card),
        at=at,
        earned_at=at,
        by_code=True,
    )
    with tx.savepoint() as undo:
        answer = payments.authorize(tx, ask, policy)
        if isinstance(answer, Decline):
            undo()
    return answer


def _signer(tx: Tx, code: ShopCode) -> Merchant:
    """Return the terminal whose active key has signed the code.

    Raises:
        Refused: there is none, or it may speak no more.
    """
    device = code.payment_id.device
    for key, state in device_keys.known(tx, device):
        if state is KeyState.ACTIVE and signed_by(key, code.signature, code.message):
            return devices.admit(tx, device, key)
    raise Refused("key_unknown")
