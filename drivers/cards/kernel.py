"""Runs one card transaction from directory to cryptogram. Never lets the card number out clear.

The part of an EMV level-2 kernel that a closed-loop card needs, over a blocking `transmit`:
PPSE, SELECT, GPO, READ RECORD, offline data authentication by CDA, terminal risk management,
GENERATE AC (EMV Book 3, 10; Book 4, 6.3). There is no PIN and no signature on this card.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from drivers.cards import apdu
from drivers.cards.answer import CardAnswer, read_answer
from drivers.cards.card_data import CardData, read_card
from drivers.cards.completion import AwaitingIssuer
from drivers.cards.directory import choose_application
from drivers.cards.scheme import INCHEON, PPSE, Scheme
from drivers.cards.seal import CardSecret, card_ref, hot_ref, seal
from drivers.cards.terminal_keys import RsaPublicKey, TerminalKeys
from drivers.cards.tlv import MalformedCard, fill_dol
from drivers.cards.trust import key_of_card
from drivers.cards.wallets import owner_verified, wallet_of
from pos.domain.business_day import business_day
from pos.domain.card import CardEntry, CardRead, Cryptogram, Wallet, mask_pan
from pos.domain.errors import CardUnreadable, PhoneLocked
from pos.ports import CardRequest

UNPREDICTABLE_BYTES = 4
TVR_BYTES = 5
_TVR_CDA_FAILED = (0, 0x04)  # Byte and bit: EMV Book 3, annex C5.
_TVR_EXPIRED = (1, 0x40)
_CDA_WANTED = 0x10  # Book 3, table 12.
IsStopped = Callable[[str], bool]
"""Tells whether the ledger has stopped the card with this hot_ref; called in the reader's thread."""


def none_is_stopped(_: str) -> bool:
    """Know of no stopped card."""
    return False


_REFERENCES = {Cryptogram.AAC: 0x00, Cryptogram.TC: 0x40, Cryptogram.ARQC: 0x80}


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the terminal brings into one transaction."""

    request: CardRequest
    entry: CardEntry
    today: date
    values: dict[int, bytes]
    unpredictable: bytes


class Kernel:
    """The card transaction. Holds no state between two cards."""

    def __init__(
        self,
        keys: TerminalKeys,
        scheme: Scheme = INCHEON,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._keys = keys
        self._scheme = scheme
        self._random_bytes = random_bytes

    def run(
        self,
        transmit: apdu.Transmit,
        request: CardRequest,
        entry: CardEntry,
        is_stopped: IsStopped = none_is_stopped,
    ) -> CardRead:
        """Run the transaction. A card that isn't genuine, or says no, is a value and no error.

        Args:
            transmit: one APDU there and back, blocking.
            request: what is to be paid.
            entry: how the card came.
            is_stopped: tells a stopped card by its keyed hash; asked here, so that even the hash
                need not leave the driver.

        Raises:
            ForeignCard: the directory names other cards' applications only; none was selected.
            CardUnreadable: the card's answers are not what a voucher card gives.
            CardRemoved: from `transmit`.
            PhoneLocked: a phone's token, whose owner has not verified on it.
        """
        return self.begin(transmit, request, entry, is_stopped)[0]

    def begin(
        self,
        transmit: apdu.Transmit,
        request: CardRequest,
        entry: CardEntry,
        is_stopped: IsStopped = none_is_stopped,
    ) -> tuple[CardRead, AwaitingIssuer | None]:
        """Run the transaction up to the card's answer; also say whether it waits for the ledger's.

        Raises:
            ForeignCard, CardUnreadable, CardRemoved: as `run`.
        """
        try:
            return self._run(transmit, self._terms(request, entry), is_stopped)
        except MalformedCard:
            pass  # Raised below, without it: its traceback holds frames with the card's bytes.
        raise CardUnreadable()

    def _run(
        self, transmit: apdu.Transmit, terms: _Terms, is_stopped: IsStopped
    ) -> tuple[CardRead, AwaitingIssuer | None]:
        aid = choose_application(apdu.exchange(transmit, apdu.select(PPSE)), self._scheme)
        card = read_card(transmit, aid, terms.values)
        key = key_of_card(card, self._keys.ca_keys, terms.today)
        expired = card.expires < terms.today
        tvr = _tvr(cda_failed=key is None, expired=expired)
        wanted = _wanted(terms.request, genuine=key is not None, expired=expired)
        values = {**terms.values, 0x95: tvr}
        data = fill_dol(card.cdol, values)
        reference = _REFERENCES[wanted] | (_CDA_WANTED if key is not None else 0)
        reply = apdu.exchange(transmit, apdu.generate_ac(reference, data))
        answer = read_answer(reply, wanted, key, terms.unpredictable, card.pdol_data + data)
        read = self._outcome(terms, card, key, answer, tvr)
        wallet = wallet_of(card.objects, self._scheme)
        if wallet is not Wallet.NONE and read.sealed and not owner_verified(answer.qualifiers):
            raise PhoneLocked()
        read = replace(read, hotlisted=self._is_stopped(card.pan, is_stopped), wallet=wallet)
        asks = terms.request.online and answer.kind is Cryptogram.ARQC and answer.genuine
        if not asks or not card.cdol2:
            return read, None
        payment_id = terms.request.payment_id
        return read, AwaitingIssuer(payment_id, card.profile, card.cdol2, values)

    def _outcome(
        self,
        terms: _Terms,
        card: CardData,
        key: RsaPublicKey | None,
        answer: CardAnswer,
        tvr: bytes,
    ) -> CardRead:
        request = terms.request
        sealed = ""  # Nothing to ask the ledger with where the card gave no cryptogram to trust.
        if answer.genuine and answer.kind is not Cryptogram.AAC:
            secret = CardSecret(
                pan=card.pan,
                psn=card.psn,
                expiry=f"{card.expires:%y%m%d}",
                ac=answer.cryptogram,
                cid=answer.kind,
                atc=answer.counter,
                un=terms.unpredictable,
                amount=request.amount,
                date=f"{terms.today:%y%m%d}",
                tvr=tvr,
                # Offline nobody answers the card, and what is sealed also goes onto paper.
                state=answer.state if request.online else b"",
            )
            sealed = seal(secret, request.payment_id, self._keys.sealing_public)
        return CardRead(
            masked_pan=mask_pan(card.pan),
            card_ref=card_ref(card.pan, self._keys.card_ref_key),
            sealed=sealed,
            entry=terms.entry,
            cryptogram=answer.kind,
            genuine=key is not None and answer.genuine,
            expired=card.expires < terms.today,
            offline_available=answer.offline_available,
        )

    def _is_stopped(self, pan: str, is_stopped: IsStopped) -> bool:
        key = self._keys.hotlist_key
        return key is not None and is_stopped(hot_ref(pan, key))

    def _terms(self, request: CardRequest, entry: CardEntry) -> _Terms:
        today = business_day(request.at)  # The day of the tap is Korea's.
        unpredictable = self._random_bytes(UNPREDICTABLE_BYTES)
        values = {
            0x9F66: self._scheme.qualifiers,
            0x9F02: bytes.fromhex(f"{request.amount.amount:012d}"),
            0x9F1A: self._scheme.country,
            0x5F2A: self._scheme.currency,
            0x9A: bytes.fromhex(f"{today:%y%m%d}"),
            0x9C: b"\x00",  # A purchase.
            0x9F35: self._scheme.terminal_type,
            0x9F37: unpredictable,
        }
        return _Terms(request, entry, today, values, unpredictable)


def _tvr(*, cda_failed: bool, expired: bool) -> bytes:
    result = bytearray(TVR_BYTES)
    for (byte, bit), wrong in ((_TVR_CDA_FAILED, cda_failed), (_TVR_EXPIRED, expired)):
        if wrong:
            result[byte] |= bit
    return bytes(result)


def _wanted(request: CardRequest, *, genuine: bool, expired: bool) -> Cryptogram:
    """Decide what to ask the card for (terminal action analysis, Book 4, 6.3.6).

    A card that isn't genuine is asked to decline. An expired one is never asked to approve by
    itself, so it counts nothing down; its signature is still wanted, to tell expired from forged.
    """
    if not genuine:
        return Cryptogram.AAC
    return Cryptogram.ARQC if request.online or expired else Cryptogram.TC
