"""Tells a phone's token from a plastic card, and whether its owner unlocked it. Never the plastic's number.

A token says whose it is (9F19, EMV Book C and the tokenisation framework) and that it lives in a phone
(form factor, 9F6E); both stand in a signed record. That the owner verified on the phone (CDCVM) is of
this payment alone, so it comes with the cryptogram, under the card's signature (9F6C, byte 2, bit 8).
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.cards.scheme import Scheme
from pos.domain.card import Wallet

TOKEN_REQUESTOR, FORM_FACTOR, QUALIFIERS = 0x9F19, 0x9F6E, 0x9F6C
FORM_BITS, PHONE = 0x1F, 0x03
_CDCVM_PERFORMED = 0x80


def wallet_of(objects: Mapping[int, bytes], scheme: Scheme) -> Wallet:
    """Return the wallet that a card's records name; NONE for plastic, and for a wallet not known."""
    form = objects.get(FORM_FACTOR, b"")
    if not form or form[0] & FORM_BITS != PHONE:
        return Wallet.NONE
    return dict(scheme.token_requestors).get(objects.get(TOKEN_REQUESTOR, b""), Wallet.NONE)


def owner_verified(qualifiers: bytes) -> bool:
    """Tell from a card's qualifiers whether the phone's owner verified on it for this payment."""
    return len(qualifiers) == 2 and bool(qualifiers[1] & _CDCVM_PERFORMED)
