"""Follows a card's certificates from the scheme's key to the card's own. Never talks to the card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from drivers.cards.card_data import CardData
from drivers.cards.oda import Certificate, NotGenuine, card_key, issuer_key
from drivers.cards.terminal_keys import RsaPublicKey

_CDA_SUPPORTED = 0x01  # First byte of the AIP (EMV Book 3, annex C1).
_CA_INDEX = 0x8F
_ISSUER = (0x90, 0x92, 0x9F32)  # Certificate, remainder, exponent (Book 2, table 5).
_CARD = (0x9F46, 0x9F48, 0x9F47)


def key_of_card(
    card: CardData, ca_keys: Mapping[int, RsaPublicKey], today: date
) -> RsaPublicKey | None:
    """Return the card's public key, or None when its chain does not verify."""
    ca = ca_keys.get(int.from_bytes(card.objects.get(_CA_INDEX, b""), "big"))
    if ca is None or not card.profile[0] & _CDA_SUPPORTED:
        return None
    try:
        issuer = issuer_key(ca, _certificate(card, _ISSUER), card.pan, today)
        return card_key(issuer, _certificate(card, _CARD), card.pan, card.static_data, today)
    except NotGenuine:
        return None


def _certificate(card: CardData, tags: tuple[int, int, int]) -> Certificate:
    signed, remainder, exponent = (card.objects.get(tag, b"") for tag in tags)
    return Certificate(signed, remainder, exponent)
