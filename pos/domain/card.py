"""What the core may know of a card. Never a clear card number: it stays inside the driver."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pos.domain.codec import WHEN_SET
from pos.domain.won import Won

SCRIPT_RESULT_BYTES = 5  # Of tag 9F5B, a script: how it ended, and its name (EMV Book 4, annex A5).
SCRIPT_SUCCESSFUL = 0x20


class CardEntry(StrEnum):
    """How the card came in."""

    CONTACT_CHIP = "contact_chip"
    CONTACTLESS_CHIP = "contactless_chip"
    MST = "mst"  # A phone's magnetic field, read as a stripe: a new number each time, no swipe.
    CUSTOMER_QR = "customer_qr"  # The shop scanned the customer's code.
    SHOP_QR = "shop_qr"  # The customer's app scanned the shop's code.
    COUPON = "coupon"  # No card at all: a coupon's code, which the ledger knows.

    @property
    def has_chip(self) -> bool:
        """Whether a chip answered, so that the card's signature could be checked here."""
        return self in (CardEntry.CONTACT_CHIP, CardEntry.CONTACTLESS_CHIP)

    @property
    def is_qr(self) -> bool:
        """A phone, and no card, was at the till."""
        return self in (CardEntry.CUSTOMER_QR, CardEntry.SHOP_QR)


class Wallet(StrEnum):
    """Which wallet the card came out of; its number is then a token of the phone's own."""

    NONE = "none"  # The plastic itself.
    SAMSUNG_PAY = "samsung_pay"


class Cryptogram(StrEnum):
    """What the card answered to GENERATE AC (EMV Book 3, 9.3)."""

    ARQC = "arqc"  # The card wants the ledger asked.
    TC = "tc"  # The card approved offline and counted the amount down.
    AAC = "aac"  # The card declined.


@dataclass(frozen=True, slots=True)
class CardRead:
    """One tap, as the driver hands it on; or a code, by which the ledger knows the card.

    Attributes:
        masked_pan: first 6 and last 4 digits, `629099******1234`; empty of a code, a coupon's last 4.
        card_ref: 32 hex digits, a keyed hash of the number; the same card gives the same one on
            this terminal, and the number can't be had from it.
        sealed: the number and the card's cryptogram, sealed to the ledger's public key and bound
            to this payment's id; opaque here. Of a payment by QR, the code; empty of a coupon.
        genuine: the card's signature chain was verified (offline data authentication, CDA); never
            where no chip answered: then the ledger alone can tell.
        expired: the card's application expiry lies before the day of the tap.
        hotlisted: the ledger has named this card as stopped.
        offline_available: what the card says is left of its pre-authorized offline amount.
        wallet: the wallet whose token this is; the plastic's number stays unknown.
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
    wallet: Wallet = field(default=Wallet.NONE, metadata=WHEN_SET)


@dataclass(frozen=True, slots=True)
class CardUpdate:
    """What became of the ledger's answer at the card, once the payment stood or did not.

    Nothing of it changes the payment: the ledger's word stands, whatever the card made of it.

    Attributes:
        reached: the card was there to the end of the transaction.
        authenticated: the card knew the answer for its issuer's (ARPC).
        script_results: EMV tag 9F5B in hex, five bytes a script; empty where none came.
    """

    reached: bool = False
    authenticated: bool = False
    script_results: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the card was there, knew its issuer and took every command."""
        results = bytes.fromhex(self.script_results)
        taken = all(each & 0xF0 == SCRIPT_SUCCESSFUL for each in results[::SCRIPT_RESULT_BYTES])
        return self.reached and self.authenticated and taken


def read_by_code(entry: CardEntry, text: str, code_id: str = "") -> CardRead:
    """Return what stands for the card where a code does: nothing of it is known but the code."""
    return CardRead(
        masked_pan="",
        card_ref=code_id,
        sealed=text,
        entry=entry,
        cryptogram=Cryptogram.ARQC,
        genuine=False,  # No chain of signatures was verified here; the ledger answers for it.
        expired=False,
        offline_available=None,
    )


def mask_pan(pan: str) -> str:
    """Return a card number with all but the first 6 and last 4 digits hidden.

    Hides digits 7 to n-4: what PCI DSS 3.4.1 and the Korean rule (digits 9 to 12) both ask.

    Raises:
        ValueError: the number has not 13 to 19 digits.
    """
    if not 13 <= len(pan) <= 19 or not (pan.isascii() and pan.isdecimal()):
        raise ValueError("a card number has 13 to 19 digits")
    return f"{pan[:6]}{'*' * (len(pan) - 10)}{pan[-4:]}"
