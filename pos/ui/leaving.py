"""Lets a screen close itself alone, and once. Never closes what the person has not seen answered.

Textual's own `dismiss` closes whatever lies on top. A key pressed while an answer came in would so close
the sale below, or a dialog that somebody else had opened in between.
"""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen


def guard(screen: Screen[Any]) -> None:
    """Make a screen's `dismiss` do nothing once it is gone, and first close what lies over it."""
    close = screen.dismiss

    def dismiss(result: Any = None) -> AwaitComplete:
        app = screen.app
        if screen not in app.screen_stack:
            return AwaitComplete()
        while app.screen is not screen:
            app.screen.dismiss(None)
        return close(result)

    screen.dismiss = dismiss  # type: ignore[method-assign]
