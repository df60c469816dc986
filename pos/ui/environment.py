"""What must stand in the environment before Textual is imported. Never imports Textual itself."""

from __future__ import annotations

from collections.abc import MutableMapping

SETTINGS = {
    # Textual paints at most so often; 60 a second alone would cost 16 ms after a scan. The timer
    # sleeps while nothing changes, so that an idle till costs nothing.
    "TEXTUAL_FPS": "1000",
    # A till shows what is, at once; a moving panel only delays the eye.
    "TEXTUAL_ANIMATIONS": "none",
}


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what the screens need, leaving alone what the user has set."""
    for name, value in SETTINGS.items():
        environ.setdefault(name, value)
