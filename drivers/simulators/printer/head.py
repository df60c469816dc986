"""The print head: turns tokens into rows on paper, with the printer's modes. Never answers anyone.

Its rows are those of `receipts.rows`, so that the picture of what was received and the picture of
what was meant are drawn by the same hand and can be compared.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field, replace

from drivers.simulators.printer.parser import Bytes, Command, Token, Unknown
from receipts.cp949 import width
from receipts.rows import Align, Bars, CutMark, Printed, QrCode, Raster, Row, Span

_ALIGN = {0: Align.LEFT, 1: Align.CENTER, 2: Align.RIGHT}
CODE128 = 73
QR_MODULE_DOTS = 3  # Until GS ( k function 167 says otherwise.
BAR_DOTS, BAR_HIGH_DOTS = 3, 162  # Until GS w and GS h say otherwise.
KOREAN_TABLE = "cp949"
LATIN_TABLE = "cp437"  # What a printer shows for Hangul bytes when two-byte mode is off.


@dataclass
class Head:
    """Modes, the row being filled and the rows already out.

    Attributes:
        unknown: commands it does not know, as hex, in order.
        strayed: rows that were longer than the paper is wide and broke by themselves.
    """

    columns: int
    rows: list[Printed] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    strayed: int = 0
    _look: Span = field(default_factory=lambda: Span(""))
    _align: Align = Align.LEFT
    _spans: list[Span] = field(default_factory=list)
    _used: int = 0
    _written_in: Span | None = None  # The look of the last span.
    _decoder: codecs.IncrementalDecoder = field(default_factory=lambda: _decoder(LATIN_TABLE))
    _qr: bytes = b""
    _qr_dots: int = QR_MODULE_DOTS
    _bar_dots: int = BAR_DOTS
    _bar_high: int = BAR_HIGH_DOTS

    def take(self, token: Token) -> None:
        """Carry one token out; status, echo and drawer are the machine's, not the head's."""
        match token:
            case Bytes(data):
                self._letters(data)
            case Unknown(data):
                self.unknown.append(data.hex())
            case Command(b"\n"):
                self.feed()
            case Command(b"\x1b@"):
                self._reset()
            case Command(b"\x1c&" | b"\x1c."):
                self._decoder = _decoder(KOREAN_TABLE if token.name == b"\x1c&" else LATIN_TABLE)
            case Command(b"\x1dV"):
                self._cut()
            case Command(b"\x1d(k"):
                self._qr_command(token.args)
            case Command(b"\x1dk"):
                self._barcode(token.args)
            case Command(b"\x1dv0"):
                self._raster(token.args)
            case Command(b"\x1bd"):
                for _ in range(token.args[0]):
                    self.feed()
            case Command():
                self._set(token)

    def feed(self) -> None:
        """End the row that is being filled, empty or not."""
        self.rows.append(Row(tuple(self._spans), self._align))
        self._spans, self._used = [], 0

    def tear(self) -> list[Printed]:
        """Take the paper that is out."""
        out, self.rows = self.rows, []
        return out

    def _reset(self) -> None:
        self._look, self._align, self._spans, self._used = Span(""), Align.LEFT, [], 0
        self._decoder = _decoder(LATIN_TABLE)

    def _cut(self) -> None:
        if self._spans:
            self.feed()
        self.rows.append(CutMark())

    def _set(self, token: Command) -> None:
        value = token.args[0] if token.args else 0
        match token.name:
            case b"\x1bE" | b"\x1bG":
                self._look = replace(self._look, bold=bool(value & 1))
            case b"\x1b-":
                self._look = replace(self._look, underline=bool(value & 3))
            case b"\x1dB":
                self._look = replace(self._look, inverse=bool(value & 1))
            case b"\x1d!":
                wide, high = (value >> 4 & 7) + 1, (value & 7) + 1
                self._look = replace(self._look, wide=wide, high=high)
            case b"\x1b!":
                wide, high = 1 + bool(value & 0x20), 1 + bool(value & 0x10)
                bold, line = bool(value & 0x08), bool(value & 0x80)
                self._look = replace(self._look, wide=wide, high=high, bold=bold, underline=line)
            case b"\x1dw":
                self._bar_dots = value
            case b"\x1dh":
                self._bar_high = value
            case b"\x1ba" if value % 48 in _ALIGN:
                self._align = _ALIGN[value % 48]
            case _:  # Line spacing, code page, margins: they move nothing that is drawn here.
                pass

    def _letters(self, data: bytes) -> None:
        for char in self._decoder.decode(data):  # A character may arrive in two pieces.
            self._letter(char)

    def _letter(self, char: str) -> None:
        # A box of PC437 has no CP949 form; it is shown as `?`, one column wide like on the paper.
        text = char if _in_korean(char) else "?"
        wide = width(text) * self._look.wide
        if self._used + wide > self.columns and self._spans:
            self.strayed += 1
            self.feed()
        self._used += wide
        if self._spans and self._written_in is self._look:
            last = self._spans[-1]
            self._spans[-1] = replace(last, text=last.text + text)
        else:
            self._spans.append(replace(self._look, text=text))
            self._written_in = self._look

    def _qr_command(self, args: bytes) -> None:
        kind, function, data = args[2:3], args[3:4], args[4:]
        match function:
            case b"C":  # 67: the side of a module in dots
                self._qr_dots = data[0] if data else QR_MODULE_DOTS
            case b"P":  # 80: store, after one byte `m`
                self._qr = data[1:]
            case b"Q" if self._qr:  # 81: print
                content = self._qr.decode("utf-8", "replace")
                self.rows.append(QrCode(content, self._qr_dots, self._align))
            case b"A" | b"E":  # 65 model, 69 error correction
                pass
            case _:
                self.unknown.append((b"\x1d(k" + kind + function).hex())

    def _barcode(self, args: bytes) -> None:
        kind, data = args[0], args[2:]
        content = _code128(data) if kind == CODE128 else None
        if content is None:
            self.unknown.append((b"\x1dk" + args).hex())
        else:
            self.rows.append(Bars(content, self._bar_dots, self._bar_high, self._align))

    def _raster(self, args: bytes) -> None:
        across = int.from_bytes(args[1:3], "little")
        strip = Raster(across * 8, args[5:], self._align)
        last = self.rows[-1] if self.rows else None
        if isinstance(last, Raster) and (last.row_bytes, last.align) == (across, self._align):
            self.rows[-1] = replace(last, dots=last.dots + strip.dots)  # It follows without a gap.
        else:
            self.rows.append(strip)


def _code128(data: bytes) -> str | None:
    """Return what GS k 73 is to draw, None where it is not well said."""
    text, code_set, at = "", "", 0
    while at < len(data):
        pair = data[at : at + 2]
        if pair in (b"{A", b"{B", b"{C"):
            code_set, at = chr(pair[1]), at + 2
        elif pair == b"{{" and code_set != "C":
            text, at = text + "{", at + 2
        elif not code_set or data[at] > (99 if code_set == "C" else 0x7F):
            return None
        else:
            text += f"{data[at]:02d}" if code_set == "C" else chr(data[at])
            at += 1
    return text


def _decoder(table: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(table)("replace")


def _in_korean(char: str) -> bool:
    try:
        char.encode(KOREAN_TABLE)
    except UnicodeEncodeError:
        return False
    return True
