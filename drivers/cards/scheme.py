"""The voucher card's scheme: names, codes and which other cards there are. Never a key or a rate.

The application id is this project's own demo id under a registered-provider prefix that nobody
holds (A000000999); a city that runs the scheme puts its own here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.card import Wallet

PPSE = b"2PAY.SYS.DDF01"  # EMV Book B, 3.3: the directory of a contactless card.
OTHER_BRAND = "other"

# Registered application provider ids (ISO/IEC 7816-5) and national ids, longest match first.
FOREIGN_BRANDS: tuple[tuple[bytes, str], ...] = (
    (bytes.fromhex("A000000003"), "Visa"),
    (bytes.fromhex("A000000004"), "Mastercard"),
    (bytes.fromhex("A000000333"), "UnionPay"),
    (bytes.fromhex("A000000025"), "American Express"),
    (bytes.fromhex("A000000065"), "JCB"),
    (bytes.fromhex("A000000152"), "Discover"),
    (bytes.fromhex("D410"), "국내전용"),  # Korean local cards and transport money.
)


@dataclass(frozen=True, slots=True)
class Scheme:
    """What the terminal and the voucher card agree on.

    Attributes:
        aid: the card application's id; a longer id on the card that begins with it is ours too.
        country: ISO 3166-1 numeric in BCD (Korea, 0410).
        currency: ISO 4217 numeric in BCD (KRW, 0410; it has no minor unit).
        terminal_type: 22h, attended, online and offline, run by a merchant (Book 4, annex A1).
        qualifiers: terminal transaction qualifiers (9F66): EMV mode, online cryptogram capable.
        token_requestors: which wallet a token's requestor id (9F19) stands for; the city that runs
            the scheme gives these out, and this one is the demo's.
    """

    aid: bytes = bytes.fromhex("A0000009990101")
    name: str = "INCHEON E-EUM"
    country: bytes = b"\x04\x10"
    currency: bytes = b"\x04\x10"
    terminal_type: bytes = b"\x22"
    qualifiers: bytes = b"\x26\x00\x00\x00"
    token_requestors: tuple[tuple[bytes, Wallet], ...] = (
        (bytes.fromhex("099900000001"), Wallet.SAMSUNG_PAY),
    )


INCHEON = Scheme()


def brand_of(aid: bytes) -> str:
    """Name the brand that an application id belongs to."""
    return next((name for prefix, name in FOREIGN_BRANDS if aid.startswith(prefix)), OTHER_BRAND)
