"""What the core may know of a card. Never a clear card number: it stays inside the driver."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.domain.won import Won


class CardEntry(StrEnum):
    """How the card came in."""

    CONTACT_CHIP = "contact_chip"
    CONTACTLESS_CHIP = "contactless_chip"
    CUSTOMER_QR = "customer_qr"  # The shop scanned the customer's code.
    SHOP_QR = "shop_qr"  # The customer's app scanned the shop's code.

    @property
    def is_qr(self) -> bool:
        """A phone, and no card, was at the till."""
        return self in (CardEntry.CUSTOMER_QR, CardEntry.SHOP_QR)


class Cryptogram(StrEnum):
    """What the card answered to GENERATE AC (EMV Book 3, 9.3)."""

    ARQC = "arqc"  # The card wants the ledger asked.
    TC = "tc"  # The card approved offline and counted the amount down.
    AAC = "aac"  # The card declined.


@dataclass(frozen=True, slots=True)
class CardRead:
    """One tap, as the driver hands it on; or a code, by which the ledger knows the card.

    Attributes:
        masked_pan: first 6 and last 4 digits, `629099******1234`; empty of a code.
        card_ref: 32 hex digits, a keyed hash of the number; the same card gives the same one on
            this terminal, and the number can't be had from it.
        sealed: the number and the card's cryptogram, sealed to the ledger's public key and bound
            to this payment's id; opaque here. Of a payment by QR, the code.
        genuine: the card's signature chain was verified (offline data authentication, CDA).
        expired: the card's application expiry lies before the day of the tap.
        hotlisted: the ledger has named this card as stopped.
        offline_available: what the card says is left of its pre-authorized offline amount.
    """

    masked_pan: str
    card_ref: str
    sealed: str
    entry: CardEntry
    cryptogram: Cryptogram
    genuine: bool
    expired: bool
    offline_available: Won | None
    hotlisted: bool = False


def mask_pan(pan: str) -> str:
    """Return a card number with all but the first 6 and last 4 digits hidden.

    Hides digits 7 to n-4: what PCI DSS 3.4.1 and the Korean rule (digits 9 to 12) both ask.

    Raises:
        ValueError: the number has not 13 to 19 digits.
    """
    if not 13 <= len(pan) <= 19 or not (pan.isascii() and pan.isdecimal()):
        raise ValueError("a card number has 13 to 19 digits")
    return f"{pan[:6]}{'*' * (len(pan) - 10)}{pan[-4:]}"
