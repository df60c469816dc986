"""The guided first sale: the next step to try, from what was done in training so far. Pure; never does a step."""

from __future__ import annotations

from collections.abc import Collection

from pos.ui.i18n import _

CASH, CARD, BACK = "cash", "card", "back"


def next_step(done: Collection[str], *, has_lines: bool) -> str:
    """Return what to try next.

    Args:
        done: which of a cash sale, a card sale and a void have been made.
        has_lines: something stands on the open sale.
    """
    if CASH not in done:
        if not has_lines:
            return _("Step 1 of 5: scan a product, or type its code and Enter.")
        return _("Step 2 of 5: take cash. F6 is the exact amount.")
    if CARD not in done:
        if not has_lines:
            return _("Step 3 of 5: ring up another product.")
        return _("Step 3 of 5: press F5, then 1 for the training card.")
    if BACK not in done:
        return _("Step 4 of 5: void the last sale. F7, Enter, 1.")
    return _("Step 5 of 5: well done. Go on as you like; F9 and 9 end training.")
