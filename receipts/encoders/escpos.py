"""Rows as ESC/POS bytes. Never text from python-escpos, which turns every Hangul letter into `?`.

The request to say when it is done (`GS ( H`) and the drawer's kick are the printer driver's.
Source: Epson's ESC/POS command reference; FS & as Korean ROMs need it after every ESC @.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, cast

from receipts.cp949 import encode
from receipts.rows import Align, CutMark, Printed, QrCode, Row, Span

HANGUL_ON = b"\x1c&"  # FS &: two-byte characters. ESC @ switches them off on some models.
QR_LEVEL_M = 1  # Survives 15 % of damage: thermal paper fades and folds.


class _Commands(Protocol):
    """The part of python-escpos's `Dummy` that is used; it carries no types."""

    output: bytes

    def _raw(self, msg: bytes) -> None: ...
    def hw(self, hw: str) -> None: ...
    def set(self, **looks: object) -> None: ...
    def qr(self, content: str, *, ec: int, size: int, native: bool) -> None: ...
    def cut(self, *, feed: bool) -> None: ...


def to_escpos(rows: Iterable[Printed]) -> bytes:
    """Return the bytes that print the rows, from a reset printer on."""
    from escpos.printer import Dummy  # Takes a third of a second to import; no start waits for it.

    out = cast("_Commands", Dummy())
    out.hw("INIT")
    out._raw(HANGUL_ON)
    plain = Span("")
    for row in rows:
        match row:
            case Row(spans, align):
                plain = _row(out, spans, align, plain)
            case QrCode(content, module_dots, align):
                out.set(align=align.value)
                out.qr(content, ec=QR_LEVEL_M, size=module_dots, native=True)
                out.set(align=Align.LEFT.value)
            case CutMark():
                # With feed=False this is GS V 66 0: feed to the knife, then cut.
                out.cut(feed=False)
    return out.output


def _row(out: _Commands, spans: tuple[Span, ...], align: Align, look: Span) -> Span:
    """Write one row; return the look that the printer is left in."""
    if align is not Align.LEFT:
        out.set(align=align.value)
    for span in spans:
        _change_look(out, look, span)
        look = span
        out._raw(encode(span.text))
    out._raw(b"\n")
    if align is not Align.LEFT:
        out.set(align=Align.LEFT.value)
    return look


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
