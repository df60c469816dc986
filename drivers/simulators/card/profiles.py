"""Loads the demo's cards from their settings file. Never makes a key or touches a ledger."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from pos.domain.card import Wallet as PhoneWallet
from pos.domain.errors import ConfigError
from pos.domain.won import ZERO, Won

PAN_PREFIX = "629099"  # The voucher card's own number range.
PAN_DIGITS = 16
MAX_CARDS = 200
_HINT = "config/demo_cards.toml 을 고치세요. / Correct the card file."


class CardKind(StrEnum):
    """What a card is: the voucher card, or a brand that the terminal must refuse kindly."""

    VOUCHER = "voucher"
    VISA = "visa"
    MASTERCARD = "mastercard"


class CardStatus(StrEnum):
    """What the ledger holds of a card."""

    ACTIVE = "active"
    BLOCKED = "blocked"


class CardFault(StrEnum):
    """What is wrong with a card, so that the demo can show it."""

    NONE = "none"
    FORGED = "forged"  # A copy: right certificates, another card's signing key.
    TORN = "torn"  # Taken away in the middle of the transaction, every time.


@dataclass(frozen=True, slots=True)
class Purses:
    """What lies in a card's purses at the ledger, in won."""

    policy: Won = ZERO
    charged: Won = ZERO
    cashback: Won = ZERO


@dataclass(frozen=True, slots=True)
class CardProfile:
    """One demo card: what is on the card, and what the ledger starts with.

    Attributes:
        pan: demo number, 16 digits; empty for a bank's card, which is never read.
        expiry: the last day the card is good.
        offline_limit: won that the ledger sets aside and the card may approve by itself.
        member: whose card it is; the cashback cap counts by member. Empty for a bank's card.
        wallet: the wallet of the phone that the card lives in; its number is then the token's.
        unlocked: the phone's owner has verified on it (CDCVM).
    """

    id: str
    label_ko: str
    label_en: str
    kind: CardKind
    pan: str = field(default="", repr=False)
    expiry: date = date(2031, 12, 31)
    offline_limit: Won = ZERO
    status: CardStatus = CardStatus.ACTIVE
    purses: Purses = Purses()
    member: str = ""
    fault: CardFault = CardFault.NONE
    wallet: PhoneWallet = PhoneWallet.NONE
    unlocked: bool = True


def load_profiles(path: Path) -> tuple[CardProfile, ...]:
    """Read the demo's cards, in the file's order.

    Raises:
        ConfigError: says which card and field can't be used.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(where=path.name, problem=str(error), hint=_HINT) from None
    cards = raw.get("card", [])
    if not isinstance(cards, list) or not 1 <= len(cards) <= MAX_CARDS:
        raise ConfigError(where=path.name, problem="[[card]]", hint=_HINT)
    profiles = tuple(_profile(path.name, each) for each in cards)
    for name in ("id", "pan"):
        seen = [getattr(each, name) for each in profiles if getattr(each, name)]
        if len(set(seen)) != len(seen):
            raise ConfigError(where=path.name, problem=f"{name} x 2", hint=_HINT)
    return profiles


def luhn_is_valid(pan: str) -> bool:
    """Tell whether a card number's last digit is right (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(pan)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _profile(file: str, raw: Mapping[str, object]) -> CardProfile:
    where = f"{file}: {raw.get('id', '?')}"
    try:
        if unknown := raw.keys() - CardProfile.__slots__:
            raise ValueError(f"unknown {sorted(unknown)}")
        profile = CardProfile(
            id=_text(raw["id"]),
            label_ko=_text(raw["label_ko"]),
            label_en=_text(raw["label_en"]),
            kind=CardKind(_text(raw["kind"])),
            pan=str(raw.get("pan", "")),
            expiry=_day(raw.get("expiry", date(2031, 12, 31))),
            offline_limit=_won(raw.get("offline_limit", 0)),
            status=CardStatus(_text(raw.get("status", "active"))),
            purses=_purses(raw.get("purses", {})),
            member=str(raw.get("member", "")),
            fault=CardFault(_text(raw.get("fault", "none"))),
            wallet=PhoneWallet(_text(raw.get("wallet", "none"))),
            unlocked=bool(raw.get("unlocked", True)),
        )
        _check(profile)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(where=where, problem=str(error), hint=_HINT) from None
    return profile


def _check(profile: CardProfile) -> None:
    if profile.kind is not CardKind.VOUCHER:
        if profile.pan:
            raise ValueError("pan: a bank's card has none here")
        return
    pan = profile.pan
    if len(pan) != PAN_DIGITS or not pan.isdecimal() or not pan.startswith(PAN_PREFIX):
        raise ValueError(f"pan: {PAN_DIGITS} digits from {PAN_PREFIX}")
    if not luhn_is_valid(pan):
        raise ValueError("pan: wrong check digit")
    if not profile.member:
        raise ValueError("member")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a text is missing")
    return value


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError("expiry: a day")
    return value


def _won(value: object) -> Won:
    if type(value) is not int or value < 0:
        raise ValueError("an amount is whole won, not below 0")
    return Won(value)


def _purses(value: object) -> Purses:
    if not isinstance(value, dict) or value.keys() - {"policy", "charged", "cashback"}:
        raise ValueError("purses: policy, charged, cashback")
    return Purses(**{name: _won(each) for name, each in value.items()})
