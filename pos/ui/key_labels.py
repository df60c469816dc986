"""The keys along the bottom of the selling screen, in the keyboard's order. Never what they do."""

from __future__ import annotations

from pos.ui.i18n import _

MONEY_KEYS = ("f5", "f6", "*")


def key_labels(*, side_panel: bool) -> list[tuple[str, str]]:
    """Return (key, label), with the demo's own where there is a demo."""
    keys = [
        ("f1", _("Help")),
        ("f2", _("Reprint")),
        ("f3", _("Orders")),
        ("f4", _("Day")),
        ("f5", _("Card")),
        ("f6", _("Cash")),
        ("f7", _("Void/Refund")),
        ("f8", _("Service")),
        ("f9", _("Shift")),
        ("*", _("QR")),
        ("/", _("More")),
        ("f10", _("Quit")),
    ]
    return [*keys, ("f12", _("Demo"))] if side_panel else keys
