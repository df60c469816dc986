"""Rows as ESC/POS bytes. Never text from python-escpos, which turns every Hangul letter into `?`.

The request to say when it is done (`GS ( H`) and the drawer's kick are the printer driver's.
Source: Epson's ESC/POS command reference; FS & as Korean ROMs need it after every ESC @.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, cast

from receipts.code128 import Run, runs
from receipts.cp949 import encode
from receipts.encoders.dots import bars_raster, qr_raster
from receipts.profiles import EPSON, Profile
from receipts.rows import Align, Bars, CutMark, Printed, QrCode, Raster, Row, Span

QR_LEVEL_M = 1  # Survives 15 % of damage: thermal paper fades and folds.
CODE128 = 73  # GS k, function B


class _Commands(Protocol):
    """The part of python-escpos's `Dummy` that is used; it carries no types."""

    output: bytes

    def _raw(self, msg: bytes) -> None: ...
    def hw(self, hw: str) -> None: ...
    def set(self, **looks: object) -> None: ...
    def qr(self, content: str, *, ec: int, size: int, native: bool) -> None: ...


def to_escpos(rows: Iterable[Printed], profile: Profile = EPSON) -> bytes:
    """Return the bytes that print the rows on a printer of the profile, from a reset printer on."""
    from escpos.printer import Dummy  # Takes a third of a second to import; no start waits for it.

    out = cast("_Commands", Dummy())
    out.hw("INIT")
    out._raw(profile.two_byte_on)
    plain = Span("")
    for row in rows:
        match row:
            case Row(spans, align):
                plain = _row(out, spans, align, plain)
            case CutMark():
                out._raw(profile.end)
            case QrCode() | Bars() | Raster():
                _set_align(out, row.align)
                _picture(out, row, profile)
                _set_align(out, Align.LEFT, was=row.align)
    return out.output


def _picture(out: _Commands, row: QrCode | Bars | Raster, profile: Profile) -> None:
    match row:
        case QrCode(content, module_dots) if profile.draws_qr:
            out.qr(content, ec=QR_LEVEL_M, size=module_dots, native=True)
        case QrCode():
            _raster(out, qr_raster(row), profile)
        case Bars() if profile.draws_bars:
            _bars(out, row)
        case Bars():
            _raster(out, bars_raster(row), profile)
        case Raster():
            _raster(out, row, profile)


def _bars(out: _Commands, row: Bars) -> None:
    data = b"".join(_run(each) for each in runs(row.content))
    out._raw(b"\x1dh" + bytes((row.high_dots,)))  # GS h n
    out._raw(b"\x1dw" + bytes((row.module_dots,)))  # GS w n
    out._raw(b"\x1dH\x00")  # GS H 0: no letters of the printer's own beneath it.
    out._raw(b"\x1dk" + bytes((CODE128, len(data))) + data)


def _run(run: Run) -> bytes:
    if run.code_set == "C":
        return b"{C" + bytes(run.values)
    return b"{B" + run.text.replace("{", "{{").encode("ascii")


def _raster(out: _Commands, row: Raster, profile: Profile) -> None:
    across = row.row_bytes
    for top in range(0, row.high_dots, profile.strip_rows):
        strip = row.dots[top * across : (top + profile.strip_rows) * across]
        high = len(strip) // across
        size = across.to_bytes(2, "little") + high.to_bytes(2, "little")
        out._raw(b"\x1dv0\x00" + size + strip)  # GS v 0


def _row(out: _Commands, spans: tuple[Span, ...], align: Align, look: Span) -> Span:
    """Write one row; return the look that the printer is left in."""
    _set_align(out, align)
    for span in spans:
        _change_look(out, look, span)
        look = span
        out._raw(encode(span.text))
    out._raw(b"\n")
    _set_align(out, Align.LEFT, was=align)
    return look


def _set_align(out: _Commands, align: Align, was: Align = Align.LEFT) -> None:
    if align is not was:
        out.set(align=align.value)


def _change_look(out: _Commands, old: Span, new: Span) -> None:
    if (old.wide, old.high) != (new.wide, new.high):
        out.set(custom_size=True, width=new.wide, height=new.high)  # GS ! n
    if old.bold != new.bold:
        out.set(bold=new.bold)  # ESC E n
    if old.underline != new.underline:
        out.set(underline=int(new.underline))  # ESC - n; Hangul needs FS - as well.
        out._raw(bytes((0x1C, 0x2D, int(new.underline))))
    if old.inverse != new.inverse:
        out.set(invert=new.inverse)  # GS B n
