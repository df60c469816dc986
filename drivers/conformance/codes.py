"""A scanner as a card reader that customers' payment codes come in by. Never a payment: no code is genuine.

So the promises of a card reader are asked of the scanner's way in too: half a code is never a payment,
two phones are never mixed, another app's code is refused, a lost line is said.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from datetime import UTC, datetime

from drivers.conformance.bench import CardBench, Role, ScannerBench
from drivers.conformance.scanners import found_again
from pos.domain.card import CardEntry, CardRead, CardUpdate, read_by_code
from pos.domain.customer_code import GOOD_FOR, ID_BYTES, SIGNATURE_BYTES, CustomerCode
from pos.domain.customer_code import read_customer_code as read_code
from pos.domain.errors import (
    CardCancelled,
    CardRemoved,
    ForeignCard,
    NoCardInTime,
    ReaderUnavailable,
)
from pos.domain.identifiers import TransactionId
from pos.domain.scan_errors import (
    NotAPaymentCode,
    PaymentCodeDamaged,
    ScanError,
    ScannerUnavailable,
)
from pos.ports import CardRequest, DeviceStatus, Scanner

OTHERS_CODE = "281006010102AB12CD34EF56"  # As another wallet's app shows it.
PIECES = 6
LEFT_S = 0.05


class CodeReader:
    """Implements `pos.ports.CardReader` over a scanner: what is presented is a code."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._cancelled: asyncio.Event | None = None

    async def present(self, request: CardRequest) -> CardRead:
        """Wait for a customer's code.

        Raises:
            CardError: one of its leaves; nothing was charged.
            RuntimeError: another `present` is under way.
        """
        if self._cancelled is not None:
            raise RuntimeError("one code at a time")
        self._cancelled = asyncio.Event()
        scan = asyncio.ensure_future(self._scanner.next_code())
        stop = asyncio.ensure_future(self._cancelled.wait())
        try:
            await asyncio.wait(
                (scan, stop),
                timeout=request.deadline_ms / 1000,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if stop.done():
                raise CardCancelled()
            if not scan.done():
                raise NoCardInTime()
            return _read(scan)
        finally:
            self._cancelled = None
            for each in (scan, stop):
                each.cancel()
            await asyncio.gather(scan, stop, return_exceptions=True)

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        """Do nothing: a code wants no answer."""
        return CardUpdate()

    async def cancel(self) -> None:
        """End a waiting `present`, which then raises CardCancelled. No-op otherwise."""
        if self._cancelled is not None:
            self._cancelled.set()

    async def status(self) -> DeviceStatus:
        """Return whether the scanner can be used."""
        return await self._scanner.status()

    async def forget(self) -> None:
        """Leave out what was scanned while nobody waited: the phone is gone."""
        with suppress(TimeoutError):
            while True:
                with suppress(ScanError):
                    await asyncio.wait_for(self._scanner.next_code(), LEFT_S)


class CodeBench(CardBench):
    """A scanner's bench as one for cards: laying one down is showing a code, each a new one."""

    knows_cards = False
    notice_s = 0.1

    def __init__(self, scanner: ScannerBench) -> None:
        """Take the bench whose line the codes are sent on."""
        self._bench = scanner
        self._shown: dict[str, Role] = {}
        self.codes = CodeReader(scanner.scanner)
        self.reader = self.codes
        self.numbers = dict.fromkeys(Role, "")  # No code has a number in it.

    async def begin(self) -> None:
        """Make the scanner ready."""
        await self._bench.begin()

    async def end(self) -> None:
        """Let it go."""
        await self._bench.end()

    async def lay(self, role: Role) -> None:
        """Have a code scanned; of TORN the half of one, of FOREIGN another app's."""
        if role is Role.TORN:
            await self.tear_after(role, PIECES // 2)
            return
        await self._bench.send(self._framed(role))

    async def lift(self) -> None:
        """Take the phone away."""
        await self.codes.forget()

    async def tear_after(self, role: Role, commands: int) -> None:
        """Send so many pieces of a code, and nothing more."""
        whole = self._framed(role)
        await self._bench.send(whole[: len(whole) * min(commands, PIECES) // PIECES])

    async def unplug(self) -> None:
        """Pull the scanner's cable."""
        await self._bench.unplug()

    async def plug_in(self) -> None:
        """Put it back; who shows a code again waits until the scanner's light is on."""
        await self._bench.plug_in()
        await found_again(self._bench)

    def is_of(self, read: CardRead, role: Role) -> bool:
        """Tell whether this is, whole, a code that was shown in that role."""
        is_whole = read.card_ref == read_code(read.sealed).id and not read.masked_pan
        return is_whole and self._shown.get(read.sealed) is role

    def _framed(self, role: Role) -> bytes:
        if role is Role.FOREIGN:
            return self._bench.framed(OTHERS_CODE)
        ends = datetime.now(UTC).replace(microsecond=0) + GOOD_FOR
        signature = secrets.token_bytes(SIGNATURE_BYTES)
        code = CustomerCode(secrets.token_hex(ID_BYTES), ends, signature).text
        self._shown[code] = role
        return self._bench.framed(code)


def _read(scan: asyncio.Future[str]) -> CardRead:
    try:
        code = read_code(scan.result())
    except ScannerUnavailable as error:
        raise ReaderUnavailable() from error
    except (ScanError, PaymentCodeDamaged) as error:
        raise CardRemoved() from error
    except NotAPaymentCode as error:
        raise ForeignCard(brand="QR") from error
    return read_by_code(CardEntry.CUSTOMER_QR, code.text, code.id)
