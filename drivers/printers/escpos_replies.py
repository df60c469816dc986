"""What an ESC/POS printer says back, read from bytes. Pure: knows no socket and no clock.

Source: Epson's ESC/POS command reference, DLE EOT and GS ( H function 48.
"""

from __future__ import annotations

from dataclasses import dataclass

STATUS_KINDS = (1, 2, 3, 4)  # Printer, cause of offline, cause of error, paper.
KICK = b"\x1bp\x00\x19\xfa"  # ESC p 0 25 250: pin 2, 50 ms on, 500 ms off.
KICK_PIN_5 = b"\x1bp\x01\x19\xfa"
TOKEN_HEADER = b"7\x22"  # 37 22, then the token and NUL.
TOKEN_LENGTH = 4
_BLOCK_LENGTH = len(TOKEN_HEADER) + TOKEN_LENGTH + 1
_FIXED_MASK, _FIXED = 0x93, 0x12  # Bits that are the same in every DLE EOT answer.


def status_request(kind: int) -> bytes:
    """Return DLE EOT n; the printer answers at once, also while it prints or is offline."""
    return bytes((0x10, 0x04, kind))


def completion_request(token: str) -> bytes:
    """Return GS ( H function 48: echo the token when all before it is printed.

    Raises:
        ValueError: the token is not 4 printable ASCII characters.
    """
    if len(token) != TOKEN_LENGTH or not all(" " <= char <= "~" for char in token):
        raise ValueError("a token is 4 printable ASCII characters")
    return b"\x1d(H\x06\x00\x30\x30" + token.encode("ascii")


@dataclass(frozen=True, slots=True)
class Drawer:
    """How a cash drawer is wired to its printer.

    Attributes:
        open_when_high: what its sensor says when it is open; None where it has none, for then the
            pin says nothing.
    """

    kick: bytes = KICK
    open_when_high: bool | None = None

    def is_open(self, *, pin_high: bool) -> bool | None:
        """Return whether it is open, None where nothing tells."""
        return None if self.open_when_high is None else pin_high is self.open_when_high


DRAWER = Drawer()


@dataclass(frozen=True, slots=True)
class PrinterState:
    """The answers to DLE EOT 1 to 4, put together.

    Attributes:
        near_end: paper for a few more receipts; a warning, no trouble.
        drawer_pin_high: pin 3 of the drawer's connector; what it means is the drawer's wiring.
    """

    offline: bool = False
    cover_open: bool = False
    paper_out: bool = False
    cutter_error: bool = False
    error: bool = False
    near_end: bool = False
    drawer_pin_high: bool = False

    @property
    def problem(self) -> str:
        """The one thing to tell the cashier, the most helpful first; empty when it can print."""
        named = {
            "paper_out": self.paper_out,
            "cover_open": self.cover_open,
            "cutter_error": self.cutter_error,
            "printer_error": self.error,
            "offline": self.offline,
        }
        return next((name for name, holds in named.items() if holds), "")


def read_status(answers: dict[int, int]) -> PrinterState:
    """Return what the answers say, by kind; a kind without an answer says nothing."""
    printer, cause, error, paper = (answers.get(kind, _FIXED) for kind in STATUS_KINDS)
    return PrinterState(
        offline=bool(printer & 0x08),
        cover_open=bool(cause & 0x04),
        paper_out=bool(cause & 0x20) or bool(paper & 0x60),
        cutter_error=bool(error & 0x08),
        error=bool(error & 0x64) or bool(cause & 0x40),
        near_end=bool(paper & 0x0C),
        drawer_pin_high=bool(printer & 0x04),
    )


class Replies:
    """Splits what comes in into status bytes and echoed tokens; all else is passed over."""

    def __init__(self) -> None:
        self._buffer = b""
        self.statuses: list[int] = []
        self.tokens: list[str] = []

    def feed(self, data: bytes) -> None:
        """Take in some bytes, cut anywhere."""
        self._buffer += data
        while self._buffer:
            if self._buffer[0] == TOKEN_HEADER[0]:
                if len(self._buffer) < _BLOCK_LENGTH:
                    return
                self._take_block()
            else:
                self._take_byte()

    def _take_block(self) -> None:
        block, rest = self._buffer[:_BLOCK_LENGTH], self._buffer[_BLOCK_LENGTH:]
        if not block.startswith(TOKEN_HEADER) or block[-1]:
            self._buffer = self._buffer[1:]
            return
        self._buffer = rest
        self.tokens.append(block[len(TOKEN_HEADER) : -1].decode("ascii", "replace"))

    def _take_byte(self) -> None:
        byte, self._buffer = self._buffer[0], self._buffer[1:]
        if byte & _FIXED_MASK == _FIXED:
            self.statuses.append(byte)
