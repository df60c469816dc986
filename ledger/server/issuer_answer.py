"""Reads what a card says to its issuer and makes its answer: ARPC and command. Never decides an amount.

The card's own side is `drivers.simulators.card.issuer_session`; the two share no code on purpose.
EMV Book 2, 8.2.2 (ARPC method 2), 9.2.3 (MAC of a command, format 2), A1.3.1 (session keys);
AES-128 CMAC throughout, as for the cryptogram.
"""

from __future__ import annotations

import hmac
import re

from ledger.server.cardcrypto import AC_BYTES, OpenedCard, card_key, cmac, session_key
from ledger.server.offline_amount import Holds
from pos.domain.won import Won

STATE = re.compile(  # 9F10: version, how the last question ended, limit, spent, MAC.
    rb"\x01(?s:.)(?P<limit>(?s:.){6})(?P<spent>(?s:.){6})(?P<mac>(?s:.){8})"
)
MAC_BYTES = 8
RESPONSE_BYTES = 4
APPROVED = b"\x00\x80\x00\x00"  # Card status update (Book 3, annex C10): the issuer approves.
PUT_LIMIT = b"\x04\xda\x9f\x77"  # PUT DATA, in clear with a MAC, of the offline limit.


def holds_of(card: OpenedCard, issuer_master_key: bytes) -> Holds | None:
    """Return what the card says of its offline amount; None where it says nothing, or it is not its word."""
    found = STATE.fullmatch(card.state)
    if found is None:
        return None
    session = _for_answers(card, issuer_master_key)
    right = cmac(session, card.ac + card.state[:-MAC_BYTES])[:MAC_BYTES]
    numbers = (found["limit"].hex(), found["spent"].hex())
    if not hmac.compare_digest(right, found["mac"]) or not all(map(str.isdecimal, numbers)):
        return None
    return Holds(*(Won(int(each)) for each in numbers))


def answer(
    card: OpenedCard, issuer_master_key: bytes, issuer_script_key: bytes, limit: Won | None
) -> str:
    """Return what an approved card is told, in hex: that its issuer says yes, and a new offline limit.

    The bytes depend on the card, its cryptogram and the limit alone. Tags: 91 with the ARPC and the
    status update; 71, so that the command comes before the second cryptogram, whose state then shows it.
    """
    session = _for_answers(card, issuer_master_key)
    response = cmac(session, card.ac + APPROVED)[:RESPONSE_BYTES]
    said = _tlv(b"\x91", response + APPROVED)
    if limit is not None:
        name = _tlv(b"\x9f\x18", card.atc.to_bytes(4, "big"))
        said += _tlv(b"\x71", name + _tlv(b"\x86", _command(card, issuer_script_key, limit)))
    return said.hex()


def _command(card: OpenedCard, issuer_script_key: bytes, limit: Won) -> bytes:
    value = bytes.fromhex(f"{limit.amount:012d}")
    header = PUT_LIMIT + bytes([len(value) + MAC_BYTES])
    session = session_key(card_key(issuer_script_key, card.pan, card.psn), card.ac)
    signed = header + card.atc.to_bytes(2, "big") + card.ac + value
    return header + value + cmac(session, signed)[:MAC_BYTES]


def _for_answers(card: OpenedCard, issuer_master_key: bytes) -> bytes:
    assert len(card.ac) == AC_BYTES
    return session_key(card_key(issuer_master_key, card.pan, card.psn), card.atc.to_bytes(2, "big"))


def _tlv(tag: bytes, value: bytes) -> bytes:
    assert len(value) < 0x80  # One length byte: nothing here is longer.
    return tag + bytes([len(value)]) + value
