"""QR codes and barcodes as dots, for pictures and for printers that don't draw them. Never a printer's command."""

from __future__ import annotations

from receipts.code128 import bars
from receipts.rows import Bars, QrCode, Raster

QR_QUIET_MODULES = 1


def qr_modules(content: str) -> list[list[bool]]:
    """Return a QR code's squares at level M, one of white around it."""
    import qrcode  # Comes with python-escpos.

    code = qrcode.QRCode(border=QR_QUIET_MODULES, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(content)
    code.make(fit=True)
    modules: list[list[bool]] = code.get_matrix()
    return modules


def qr_raster(code: QrCode) -> Raster:
    """Return a QR code as dots."""
    rows: list[bytes] = []
    for line in qr_modules(code.content):
        row = _row("".join("1" if dark else "0" for dark in line), code.module_dots)
        rows += [row] * code.module_dots
    side = len(rows)
    return Raster(side, b"".join(rows), code.align)


def bars_raster(barcode: Bars) -> Raster:
    """Return a barcode as dots."""
    drawn = bars(barcode.content)
    row = _row(drawn, barcode.module_dots)
    return Raster(len(drawn) * barcode.module_dots, row * barcode.high_dots, barcode.align)


def _row(modules: str, dots: int) -> bytes:
    bits = "".join(module * dots for module in modules)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")
