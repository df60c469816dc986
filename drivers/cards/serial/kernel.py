"""A card transaction at a secure reader: a chip as everywhere, or an encrypted track. Never decrypts one."""

from __future__ import annotations

import json

from drivers.cards import apdu
from drivers.cards.completion import AwaitingIssuer
from drivers.cards.kernel import IsStopped, Kernel, none_is_stopped
from drivers.cards.seal import card_ref, seal_bytes
from drivers.cards.serial.sessions import READ_TRACK
from drivers.cards.serial.track import Track, decode_track
from drivers.cards.tlv import MalformedCard
from pos.domain.business_day import business_day
from pos.domain.card import CardEntry, CardRead, Cryptogram, Wallet
from pos.domain.errors import CardUnreadable
from pos.ports import CardRequest

TRACK_VERSION = b"\x02"
TRACK_INFO = b"ieum-pos track seal v1"


class SerialKernel(Kernel):
    """The kernel, and beside it the one thing that a phone's MST needs: to be sealed as it came."""

    def begin(
        self,
        transmit: apdu.Transmit,
        request: CardRequest,
        entry: CardEntry,
        is_stopped: IsStopped = none_is_stopped,
    ) -> tuple[CardRead, AwaitingIssuer | None]:
        """Run the transaction, as `Kernel.begin` does; what a phone's MST gave waits for no answer.

        A stopped token can't be known here, for its number can't: the ledger declines it.
        """
        if entry is not CardEntry.MST:
            return super().begin(transmit, request, entry, is_stopped)
        reply = apdu.exchange(transmit, READ_TRACK)
        try:
            track = decode_track(reply.data)
        except MalformedCard:
            track = None  # Raised below, without it: its traceback holds the track.
        if track is None:
            raise CardUnreadable()
        return self._read_of(track, request), None

    def _read_of(self, track: Track, request: CardRequest) -> CardRead:
        facts = {
            "ksn": track.ksn.hex(),
            "track": track.track.hex(),
            "amount": request.amount.amount,
            "date": f"{business_day(request.at):%y%m%d}",
        }
        plaintext = json.dumps(facts, sort_keys=True, separators=(",", ":")).encode("ascii")
        return CardRead(
            masked_pan=track.masked_pan,
            card_ref=card_ref(track.reference.hex(), self._keys.card_ref_key),
            sealed=seal_bytes(
                plaintext,
                request.payment_id,
                self._keys.sealing_public,
                version=TRACK_VERSION,
                info=TRACK_INFO,
            ),
            entry=CardEntry.MST,
            cryptogram=Cryptogram.ARQC,  # Its one-time code is for the ledger to check.
            genuine=False,
            expired=False,
            offline_available=None,
            wallet=Wallet.SAMSUNG_PAY,
        )
