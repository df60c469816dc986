"""The voucher card's application as a state machine over APDUs. Never holds a real card's data.

Order of commands as EMV Book 3, 9 has it; what comes out of order is answered 6985.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from drivers.cards.issuing import sign_dynamic
from drivers.cards.scheme import INCHEON, PPSE
from drivers.cards.tlv import encode, encode_all
from drivers.simulators.card.cryptogram import cryptogram
from drivers.simulators.card.issuer_session import IssuerSession, limit_of, state_of
from drivers.simulators.card.memory import CardMemory, MemoryFile
from drivers.simulators.card.personalise import LOCATOR, PDOL, PROFILE, Chip
from drivers.simulators.card.profiles import CardFault
from pos.domain.errors import CardRemoved
from pos.domain.won import ZERO, Won

ATR_CONTACTLESS = bytes.fromhex("3B80800101")  # PC/SC part 3, 3.1.3.2.3.1: ISO 14443-4, no history.
OK, WRONG_LENGTH, NO_CONDITIONS = b"\x90\x00", b"\x67\x00", b"\x69\x85"
NOT_FOUND, NO_RECORD, NO_DATA = b"\x6a\x82", b"\x6a\x83", b"\x6a\x88"
NO_SUCH_COMMAND = b"\x6d\x00"
_AAC, _TC, _ARQC, _CDA = 0x00, 0x40, 0x80, 0x10
_PDOL_BYTES, _CDOL_BYTES, _CDOL2_BYTES = 19, 22, 17
_AMOUNT, _UNPREDICTABLE = slice(0, 6), slice(18, 22)


@dataclass(frozen=True, slots=True)
class Command:
    """One short command, taken apart."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Command | None:
        """Read a command; None where the lengths do not fit."""
        if len(raw) < 4:
            return None
        body = raw[4:]
        if len(body) <= 1:  # No data: nothing, or only the wanted length.
            return cls(raw[0], raw[1], raw[2], raw[3], b"")
        size = body[0]
        if len(body) not in {1 + size, 2 + size}:
            return None
        return cls(raw[0], raw[1], raw[2], raw[3], body[1 : 1 + size])

    @property
    def header(self) -> bytes:
        """Class, instruction, parameters and length."""
        return bytes([self.cla, self.ins, self.p1, self.p2, len(self.data)])


class VoucherCard:
    """A personalised voucher card. `transmit` is called by one thread at a time.

    Attributes:
        done: set when the transaction's last cryptogram has been answered since power came on.
        asked: set when the card has asked for the ledger, and until it has been answered.
        trace: every command since the card was made, for tests and the demo's log.
    """

    atr = ATR_CONTACTLESS

    def __init__(self, chip: Chip, memory: MemoryFile) -> None:
        self._chip = chip
        self._memory = memory
        self._pdol: bytes | None = None
        self._selected = False
        self._issuer: IssuerSession | None = None
        self.done = threading.Event()
        self.asked = threading.Event()
        self.trace: list[bytes] = []

    @property
    def card_id(self) -> str:
        """The profile's id."""
        return self._chip.card_id

    def power_on(self) -> None:
        """Forget the transaction under way, as every reset does."""
        self._selected, self._pdol, self._issuer = False, None, None
        self.done.clear()
        self.asked.clear()

    def transmit(self, raw: bytes) -> bytes:
        """Answer one command.

        Raises:
            CardRemoved: this card is torn away at this point.
        """
        self.trace.append(raw)
        command = Command.parse(raw)
        if command is None:
            return WRONG_LENGTH
        handlers: dict[int, Callable[[Command], bytes]] = {
            0xA4: self._select,
            0xA8: self._start,
            0xB2: self._read_record,
            0xAE: self._generate_ac,
            0xCA: self._get_data,
            0x82: self._authenticate,
            0xDA: self._put_data,
        }
        handler = handlers.get(command.ins)
        return NO_SUCH_COMMAND if handler is None else handler(command)

    def _select(self, command: Command) -> bytes:
        self.power_on()
        if command.data == PPSE:
            return directory((INCHEON.aid, INCHEON.name)) + OK
        if not command.data or not INCHEON.aid.startswith(command.data):
            return NOT_FOUND
        self._selected = True
        proprietary = encode_all(((0x50, INCHEON.name.encode("ascii")), (0x9F38, PDOL)))
        return encode(0x6F, encode_all(((0x84, INCHEON.aid), (0xA5, proprietary)))) + OK

    def _start(self, command: Command) -> bytes:
        if not self._selected or self._pdol is not None or self._issuer is not None:
            return NO_CONDITIONS
        if command.data[:2] != bytes([0x83, _PDOL_BYTES]) or len(command.data) != _PDOL_BYTES + 2:
            return WRONG_LENGTH
        self._pdol = command.data[2:]
        self._memory.count_tap(self._chip.card_id)
        return encode(0x77, encode_all(((0x82, PROFILE), (0x94, LOCATOR)))) + OK

    def _read_record(self, command: Command) -> bytes:
        if self._pdol is None:
            return NO_CONDITIONS
        record = self._chip.records.get((command.p2 >> 3, command.p1))
        return NO_RECORD if record is None else record + OK

    def _get_data(self, command: Command) -> bytes:
        """Offline amount left (9F79), its limit (9F77) and counter (9F36)."""
        memory = self._memory.load(self._chip.card_id)
        values = {
            0x9F79: _bcd(self._left(memory)),
            0x9F77: _bcd(limit_of(self._chip, memory)),
            0x9F36: memory.counter.to_bytes(2, "big"),
        }
        tag = command.p1 << 8 | command.p2
        return encode(tag, values[tag]) + OK if tag in values else NO_DATA

    def _generate_ac(self, command: Command) -> bytes:
        pdol = self._pdol
        if pdol is None:
            return self._conclude(command)
        if len(command.data) != _CDOL_BYTES:
            return WRONG_LENGTH
        self._pdol = None  # One cryptogram a transaction.
        kind, left = self._decide(command.p1 & 0xC0, command.data[_AMOUNT])
        memory = self._memory.load(self._chip.card_id)
        counter = memory.counter
        code = cryptogram(self._chip.cryptogram_key, command.data, counter, kind)
        plain = (*_plain(kind, counter), *self._chip.says_of_payment)
        if kind == _ARQC:
            plain += ((0x9F10, state_of(self._chip, memory, code)),)
            self._issuer = IssuerSession(self._chip, self._memory, code)
        if kind == _AAC or not command.p1 & _CDA:
            answer = encode_all((*plain, (0x9F26, code)))
        else:
            answer = self._signed(pdol + command.data, (*plain, (0x9F5D, _bcd(left))), kind, code)
        if self._chip.fault is CardFault.TORN:
            raise CardRemoved()
        (self.asked if kind == _ARQC else self.done).set()
        return encode(0x77, answer) + OK

    def _conclude(self, command: Command) -> bytes:
        """Answer the second GENERATE AC: approved only where the issuer's answer was authentic."""
        issuer = self._issuer
        if issuer is None or issuer.concluded:
            return NO_CONDITIONS
        if len(command.data) != _CDOL2_BYTES:
            return WRONG_LENGTH
        kind = _TC if command.p1 & 0xC0 == _TC and issuer.authenticated else _AAC
        issuer.conclude()
        self.asked.clear()
        memory = self._memory.load(self._chip.card_id)
        code = cryptogram(self._chip.cryptogram_key, command.data, memory.counter, kind)
        state = state_of(self._chip, memory, code)
        answer = (*_plain(kind, memory.counter), (0x9F26, code), (0x9F10, state))
        self.done.set()
        return encode(0x77, encode_all(answer)) + OK

    def _authenticate(self, command: Command) -> bytes:
        return NO_CONDITIONS if self._issuer is None else self._issuer.authenticate(command.data)

    def _put_data(self, command: Command) -> bytes:
        if self._issuer is None:
            return NO_CONDITIONS
        return self._issuer.put_data(command.header, command.data)

    def _decide(self, asked: int, amount_bcd: bytes) -> tuple[int, Won]:
        """Approve by itself what the offline amount still covers; else ask for the ledger."""
        left = self._left(self._memory.load(self._chip.card_id))
        amount = Won(int(amount_bcd.hex())) if amount_bcd.hex().isdecimal() else None
        if asked == _TC and amount is not None and ZERO < amount <= left:
            return _TC, self._left(self._memory.spend(self._chip.card_id, amount))
        return (_AAC if asked == _AAC or amount is None else _ARQC), left

    def _left(self, memory: CardMemory) -> Won:
        return max(ZERO, limit_of(self._chip, memory) - memory.offline_spent)

    def _signed(
        self, sent: bytes, objects: tuple[tuple[int, bytes], ...], kind: int, code: bytes
    ) -> bytes:
        """Add the card's signature over everything said so far (CDA, Book 2, 6.6.1)."""
        answer = encode_all(objects)
        number = secrets.token_bytes(8)
        dynamic = b"\x08" + number + bytes([kind]) + code + sha256(sent + answer).digest()
        unpredictable = sent[_PDOL_BYTES:][_UNPREDICTABLE]
        return answer + encode(0x9F4B, sign_dynamic(self._chip.signing_key, dynamic, unpredictable))


def directory(*applications: tuple[bytes, str]) -> bytes:
    """Return a contactless directory that names these applications, first wins."""
    entries = b"".join(
        encode(0x61, encode_all(((0x4F, aid), (0x50, label.encode("ascii")), (0x87, bytes([n])))))
        for n, (aid, label) in enumerate(applications, 1)
    )
    return encode(0x6F, encode(0x84, PPSE) + encode(0xA5, encode(0xBF0C, entries)))


def _plain(kind: int, counter: int) -> tuple[tuple[int, bytes], ...]:
    return ((0x9F27, bytes([kind])), (0x9F36, counter.to_bytes(2, "big")))


def _bcd(amount: Won) -> bytes:
    return bytes.fromhex(f"{amount.amount:012d}")
