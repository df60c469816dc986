"""A bank's card that only names itself. Never answers more, so a terminal that asks is found out."""

from __future__ import annotations

import threading

from drivers.cards.scheme import PPSE
from drivers.simulators.card.applet import (
    ATR_CONTACTLESS,
    NO_SUCH_COMMAND,
    NOT_FOUND,
    OK,
    Command,
    directory,
)
from drivers.simulators.card.profiles import CardKind

_APPLICATIONS = {
    CardKind.VISA: (bytes.fromhex("A0000000031010"), "VISA CREDIT"),
    CardKind.MASTERCARD: (bytes.fromhex("A0000000041010"), "MASTERCARD"),
}


class BankCard:
    """Answers its directory and nothing else.

    Attributes:
        done: set once the directory was read: nothing more comes from this card.
        asked: never set.
        trace: every command it was sent.
    """

    atr = ATR_CONTACTLESS

    def __init__(self, card_id: str, kind: CardKind) -> None:
        self.card_id = card_id
        self._application = _APPLICATIONS[kind]
        self.done = threading.Event()
        self.asked = threading.Event()
        self.trace: list[bytes] = []

    def power_on(self) -> None:
        """Start anew."""
        self.done.clear()

    def transmit(self, raw: bytes) -> bytes:
        """Answer one command."""
        self.trace.append(raw)
        command = Command.parse(raw)
        if command is None or command.ins != 0xA4:
            return NO_SUCH_COMMAND
        if command.data != PPSE:
            return NOT_FOUND
        self.done.set()
        return directory(self._application) + OK
