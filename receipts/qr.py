"""How large a QR code is printed: as small as a phone reads at ease. Never wider than the paper.

The printer draws the code itself and picks the same version: the smallest that holds the content.
"""

from __future__ import annotations

from receipts.rows import COLUMN_DOTS

MODULE_DOTS_MIN = 3  # 0.375 mm at 203 dots an inch; a thermal head blurs what is finer.
MODULE_DOTS_EASY = 4  # What a phone's camera reads at arm's length; taken where the paper allows.
MODULE_DOTS_MAX = 6
SIDE_DOTS = 300  # About 38 mm: a larger code only costs paper.
QUIET_MODULES = 4  # Left white on each side (ISO 18004).


def module_dots(content: str, columns: int) -> int | None:
    """Return the side of one square in dots, or None where the paper can't hold the code."""
    modules = _modules(content)
    if modules is None:
        return None
    room = columns * COLUMN_DOTS // (modules + 2 * QUIET_MODULES)
    wanted = max(MODULE_DOTS_EASY, min(MODULE_DOTS_MAX, SIDE_DOTS // modules))
    dots = min(room, wanted)
    return dots if dots >= MODULE_DOTS_MIN else None


def _modules(content: str) -> int | None:
    """Return how many squares a side of the code has at level M, or None beyond the largest."""
    import qrcode  # Drawn in with python-escpos, which no start waits for.
    from qrcode.exceptions import DataOverflowError

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(content)
    try:
        version: int = code.best_fit()
    except (DataOverflowError, ValueError):  # Beyond version 40 it raises the one or the other.
        return None
    return 17 + 4 * version
