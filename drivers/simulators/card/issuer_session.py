"""A virtual card between its question to the ledger and the end. Never takes an order without a right MAC.

Order as EMV Book 3, 10.9 to 10.11 has it: the issuer's answer is authenticated once, then its
commands are taken, before or after the second cryptogram. The offline limit only ever rises, so
that the ledger never has less set aside than the card believes, whatever was lost on the way.
"""

from __future__ import annotations

import hmac

from drivers.simulators.card.cryptogram import (
    MAC_BYTES,
    RESPONSE_BYTES,
    response_code,
    script_code,
    state_code,
)
from drivers.simulators.card.memory import CardMemory, MemoryFile
from drivers.simulators.card.personalise import Chip
from pos.domain.won import Won

OK, NO_CONDITIONS, NOT_SECURE = b"\x90\x00", b"\x69\x85", b"\x69\x82"
WRONG_LENGTH, WRONG_DATA, NOT_AUTHENTIC = b"\x67\x00", b"\x6a\x80", b"\x63\x00"
NO_DATA = b"\x6a\x88"

STATE_VERSION = 0x01
NOT_CONCLUDED, AUTH_FAILED, SCRIPT_FAILED = 0x80, 0x40, 0x20  # Of `last_online`; the rest counts.
SCRIPTS_MAX = 0x0F  # Four bits, as in EMV's card verification results.
_APPROVED = 0x80  # Card status update, byte 2: Book 3, annex C10.
_STATUS_UPDATE_BYTES = 4
_LIMIT_TAG, _LIMIT_BYTES = (0x9F, 0x77), 6
_SECURED = 0x04  # Class: secure messaging, the data in clear with a MAC behind it.


def limit_of(chip: Chip, memory: CardMemory) -> Won:
    """Return all that was ever set aside for the card and reached it."""
    return chip.offline_limit if memory.offline_limit is None else memory.offline_limit


def state_of(chip: Chip, memory: CardMemory, ac: bytes) -> bytes:
    """Return what the card says of itself to its issuer (9F10).

    Version, how the last question ended, the limit and what was spent of it (12 digits each), and
    a MAC that binds it to the cryptogram. The cryptogram itself is as it was without it, so a
    terminal that does not pass it on does no harm.
    """
    numbers = f"{limit_of(chip, memory).amount:012d}{memory.offline_spent.amount:012d}"
    said = bytes([STATE_VERSION, memory.last_online]) + bytes.fromhex(numbers)
    return said + state_code(chip.cryptogram_key, memory.counter, ac, said)


class IssuerSession:
    """One question, from the first cryptogram until the next transaction begins."""

    def __init__(self, chip: Chip, memory: MemoryFile, arqc: bytes) -> None:
        self._chip = chip
        self._memory = memory
        self._arqc = arqc
        self._counter = memory.load(chip.card_id).counter
        self._asked = False
        self.authenticated = False
        self.concluded = False
        memory.note_online(chip.card_id, NOT_CONCLUDED)

    def authenticate(self, data: bytes) -> bytes:
        """Check the issuer's answer: ARPC and card status update; once a transaction."""
        if self._asked or self.concluded:
            return NO_CONDITIONS
        if len(data) != RESPONSE_BYTES + _STATUS_UPDATE_BYTES:
            return WRONG_LENGTH
        self._asked = True
        response, update = data[:RESPONSE_BYTES], data[RESPONSE_BYTES:]
        key = self._chip.cryptogram_key
        right = response_code(key, self._counter, self._arqc, update)
        if not hmac.compare_digest(right, response) or not update[1] & _APPROVED:
            self._note(AUTH_FAILED)
            return NOT_AUTHENTIC
        self.authenticated = True
        return OK

    def put_data(self, header: bytes, data: bytes) -> bytes:
        """Take a new offline limit (9F77): wholly or, with a wrong MAC, not at all.

        Args:
            header: class, instruction, parameters and length, as they came.
            data: twelve digits and the MAC.
        """
        if not self.authenticated:
            return self._failed(NOT_SECURE)
        if header[0] & 0x0F != _SECURED or len(data) != _LIMIT_BYTES + MAC_BYTES:
            return self._failed(WRONG_LENGTH)
        if (header[2], header[3]) != _LIMIT_TAG:
            return self._failed(NO_DATA)
        value, mac = data[:_LIMIT_BYTES], data[_LIMIT_BYTES:]
        right = script_code(self._chip.script_key, self._counter, self._arqc, header, value)
        if not hmac.compare_digest(right, mac):
            return self._failed(NOT_SECURE)
        memory = self._memory.load(self._chip.card_id)
        digits = value.hex()
        if not digits.isdecimal() or Won(int(digits)) < limit_of(self._chip, memory):
            return self._failed(WRONG_DATA)
        self._count(memory, Won(int(digits)))
        return OK

    def conclude(self) -> None:
        """End the question with the second cryptogram; commands may still follow."""
        self.concluded = True
        memory = self._memory.load(self._chip.card_id)
        self._memory.note_online(self._chip.card_id, memory.last_online & ~NOT_CONCLUDED)

    def _count(self, memory: CardMemory, limit: Won) -> None:
        count = min(SCRIPTS_MAX, (memory.last_online & SCRIPTS_MAX) + 1)
        noted = memory.last_online & ~SCRIPTS_MAX | count
        self._memory.note_online(self._chip.card_id, noted, limit)

    def _failed(self, status: bytes) -> bytes:
        self._note(SCRIPT_FAILED)
        return status

    def _note(self, flag: int) -> None:
        memory = self._memory.load(self._chip.card_id)
        self._memory.note_online(self._chip.card_id, memory.last_online | flag)
