"""Talks to one PC/SC reader through pyscard's plain calls. Never goes on after a failed transmit.

A card that is swapped within the daemon's poll is not signalled: the first transmit fails, the
next would reach the other card. So a session is over at its first fault. A card is left powered:
pcsc-lite calls a reader empty when it fails to power a card down, and then overlooks the next
card until that is lifted. Return codes: PC/SC part 5, 3; behaviour measured on pcsc-lite 1.9.9.
"""

from __future__ import annotations

import importlib
import threading
import time
from typing import Any

from drivers.cards.apdu import select
from drivers.cards.link import CardSession, entry_of
from drivers.cards.scheme import PPSE
from pos.domain.errors import CardRemoved, CardUnreadable, ReaderUnavailable

SLICE_MS = 500  # Longest single wait, should a wake-up be lost between two calls.
RETRY_S = 0.05  # Pause after a card that could not be powered, or a service that was lost.
SERVICE_GRACE_S = 3.0  # How long a restart of the service may take while a card is awaited.
MUTE_CARD_S = 1.5  # A card that lies there but can't be powered for so long is unreadable.
MAX_REPLY_BYTES = 258

_OK = 0
_TIMEOUT = 0x8010000A
_CANCELLED = 0x80100002
_UNKNOWN_READER = 0x80100009
_NO_READERS = 0x8010002E
_SHARING_VIOLATION = 0x8010000B


class PcscLink:
    """One context, for one thread; `wake` may come from another."""

    def __init__(self, reader_name: str | None = None) -> None:
        self._wanted = reader_name
        self._context: int | None = None
        self._scard: Any = None

    def wait_for_card(self, deadline_s: float, stop: threading.Event) -> CardSession | None:
        """Return the card once there is one; None when time is up or `stop` is set.

        Raises:
            ReaderUnavailable: no service, no reader, or another program holds the reader.
            CardUnreadable: a card lies there and can't be powered.
        """
        reader = self._reader()  # No grace here: the cashier is told at once.
        known = self._module().SCARD_STATE_UNAWARE
        mute_since: float | None = None
        while not stop.is_set() and (left_s := deadline_s - time.monotonic()) > 0:
            slice_ms = max(1, min(SLICE_MS, round(left_s * 1000)))
            rc, known = self._next_state(reader, known, slice_ms)
            if rc in {_TIMEOUT, _CANCELLED}:
                continue
            if rc != _OK:
                reader = self._recover(deadline_s, stop)
                known = self._module().SCARD_STATE_UNAWARE
                continue
            if not known & self._module().SCARD_STATE_PRESENT:
                mute_since = None
                continue
            session = self._connect(reader)
            if session is not None:
                return session
            now = time.monotonic()
            mute_since = now if mute_since is None else mute_since
            if now - mute_since > MUTE_CARD_S:
                raise CardUnreadable()
            known = self._module().SCARD_STATE_UNAWARE
            stop.wait(RETRY_S)
        return None

    def wake(self) -> None:
        """Cancel the wait in the service."""
        context = self._context
        if context is not None:
            self._module().SCardCancel(context)

    def problem(self) -> str:
        """Return `no_pyscard`, `no_service`, `no_reader` or nothing."""
        try:
            self._module()
        except ReaderUnavailable:
            return "no_pyscard"
        try:
            return "" if self._list_readers() else "no_reader"
        except ReaderUnavailable:
            return "no_service"

    def _module(self) -> Any:
        """Import pyscard when it is first needed: it has no wheel and is optional."""
        if self._scard is None:
            try:
                self._scard = importlib.import_module("smartcard.scard")
            except ImportError:
                raise ReaderUnavailable() from None
        return self._scard

    def _reader(self) -> str:
        names = self._list_readers()
        if not names:
            raise ReaderUnavailable()
        return names[0]

    def _list_readers(self) -> list[str]:
        """Return the readers that fit the wanted name; the service may have been restarted."""
        for _ in range(2):
            scard = self._module()
            if self._context is None:
                rc, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
                if _code(rc) != _OK:
                    break
                self._context = context
            rc, names = scard.SCardListReaders(self._context, [])
            if _code(rc) in {_OK, _NO_READERS}:
                return [name for name in names if (self._wanted or "") in name]
            self._forget_context()
        raise ReaderUnavailable()

    def _next_state(self, reader: str, known: int, timeout_ms: int) -> tuple[int, int]:
        """Wait until the reader's state differs from what is known; return code and state."""
        if self._context is None:
            return _UNKNOWN_READER, known
        rc, states = self._module().SCardGetStatusChange(
            self._context, timeout_ms, [(reader, known)]
        )
        if _code(rc) != _OK:
            return _code(rc), known
        state = states[0][1] & ~self._module().SCARD_STATE_CHANGED
        gone = self._module().SCARD_STATE_UNKNOWN | self._module().SCARD_STATE_UNAVAILABLE
        return (_UNKNOWN_READER if state & gone else _OK), state

    def _recover(self, deadline_s: float, stop: threading.Event) -> str:
        """Find the reader again after the service or the reader went away."""
        give_up_s = min(deadline_s, time.monotonic() + SERVICE_GRACE_S)
        while True:
            self._forget_context()
            try:
                return self._reader()
            except ReaderUnavailable:
                if stop.wait(RETRY_S) or time.monotonic() > give_up_s:
                    raise

    def _connect(self, reader: str) -> CardSession | None:
        """Power the card; None when it can't be (yet), as just after its removal."""
        scard = self._module()
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        rc, card, protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_EXCLUSIVE, protocols
        )
        if _code(rc) == _SHARING_VIOLATION:
            raise ReaderUnavailable()
        if _code(rc) != _OK:
            return None
        rc, _, _, _, atr = scard.SCardStatus(card)
        session = _Session(scard, card, protocol)
        if _code(rc) != _OK or not session.card_is_there():
            session.close()
            return None
        return CardSession(entry_of(bytes(atr)), session.transmit, session.close)

    def _forget_context(self) -> None:
        """Drop the context: after a restart of the service it never works again."""
        context, self._context = self._context, None
        if context is not None:
            self._module().SCardReleaseContext(context)


class _Session:
    """One powered card."""

    def __init__(self, scard: Any, card: int, protocol: int) -> None:
        self._scard = scard
        self._card = card
        self._pci = (
            scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        )
        self._over = False

    def card_is_there(self) -> bool:
        """Select the directory: after a removal the service shows the card until its next poll."""
        try:
            self.transmit(select(PPSE))
        except CardRemoved:
            return False
        return True

    def transmit(self, command: bytes) -> bytes:
        if self._over:
            raise CardRemoved()
        rc, reply = self._scard.SCardTransmit(self._card, self._pci, list(command))
        if _code(rc) != _OK or not 2 <= len(reply) <= MAX_REPLY_BYTES:
            self._over = True
            raise CardRemoved()
        return bytes(each & 0xFF for each in reply)

    def close(self) -> None:
        self._over = True
        self._scard.SCardDisconnect(self._card, self._scard.SCARD_LEAVE_CARD)


def _code(rc: int) -> int:
    """Return a PC/SC code as the 32 unsigned bits the standard prints."""
    return rc & 0xFFFFFFFF
