"""Opens sealed cards with the ledger's keys and hashes the number away at once. Never keeps a number."""

from __future__ import annotations

import hmac

from ledger.server import issuer_answer
from ledger.server.cardcrypto import (
    LedgerKeys,
    OpenedCard,
    SealError,
    cryptogram_is_right,
    open_sealed,
    version_of,
)
from ledger.server.cards import CardFacts, ForCard, SealBroken, hash_pan, hot_ref
from ledger.server.handout import Handout
from ledger.server.tracks import TRACK_VERSION, code_is_right, open_track
from pos.domain.card import Cryptogram
from pos.domain.won import Won

_INDEX_LABEL = b"ieum ledger card index v1"  # Keeps this key apart from the cards' own.


def handout_of(keys: LedgerKeys) -> Handout:
    """Return what of the ledger's keys a terminal is given."""
    return Handout(
        sealing_public=keys.sealing_private.public_key().public_bytes_raw(),
        ledger_public=keys.signing_private.public_key().public_bytes_raw(),
        hotlist_key=keys.hotlist_key,
        ca_keys=keys.ca_keys,
    )


class KeyedOpener:
    """The `CardOpener` of a real ledger."""

    def __init__(self, keys: LedgerKeys) -> None:
        self._keys = keys
        self._index_key = hmac.digest(keys.issuer_master_key, _INDEX_LABEL, "sha256")

    def open(self, sealed: str, payment_id_hex: str) -> CardFacts:
        """Open what was sealed for this payment.

        Raises:
            SealBroken: it was not sealed to this ledger, for this payment, or was changed.
        """
        try:
            if version_of(sealed) == TRACK_VERSION:
                return self._open_track(sealed, payment_id_hex)
            card = open_sealed(sealed, payment_id_hex, self._keys.sealing_private)
        except SealError as error:
            raise SealBroken(str(error)) from None
        return CardFacts(
            pan_key=self.pan_key(card.pan),
            atc=card.atc,
            cryptogram=Cryptogram(card.cid),
            amount=Won(card.amount),
            cryptogram_right=cryptogram_is_right(card, self._keys.issuer_master_key),
            holds=issuer_answer.holds_of(card, self._keys.issuer_master_key),
            for_card=self._for_card(card),
        )

    def _for_card(self, card: OpenedCard) -> ForCard | None:
        master, script = self._keys.issuer_master_key, self._keys.issuer_script_key
        if script is None:
            return None
        return lambda limit: issuer_answer.answer(card, master, script, limit)

    def _open_track(self, sealed: str, payment_id_hex: str) -> CardFacts:
        """Open a phone's MST, decrypting what the reader encrypted."""
        track = open_track(sealed, payment_id_hex, self._keys)
        return CardFacts(
            pan_key=self.pan_key(track.pan),
            atc=track.counter,
            cryptogram=Cryptogram.ARQC,  # It can only ask.
            amount=Won(track.amount),  # The terminal's word: MST signs none.
            cryptogram_right=code_is_right(track, self._keys.issuer_master_key),
        )

    def hot_ref(self, pan: str) -> str:
        """Return what terminals know the card by when it is stopped."""
        return hot_ref(self._keys.hotlist_key, pan)

    def pan_key(self, pan: str) -> bytes:
        """Return the keyed hash that a card number is known by."""
        return hash_pan(self._index_key, pan)
