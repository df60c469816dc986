"""Runs a use case beside the screen, and says where its errors go. Never swallows one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen

from pos.domain.errors import IeumError, StoreError


class StoreFailed(Message):
    """The terminal's own record failed: the app stops selling."""

    def __init__(self, error: StoreError) -> None:
        self.error = error
        super().__init__()


class SidePanelAsked(Message):
    """F12 was pressed on some screen."""


def act(
    screen: Screen[Any],
    work: Coroutine[Any, Any, object],
    on_error: Callable[[IeumError], None] = lambda _error: None,
) -> None:
    """Run the work as a task of the app's, so that closing the screen does not cut it off.

    A StoreError stops selling; any other error of ours goes to `on_error`; a fault of the
    program's own ends it, and the next start recovers.
    """
    app = screen.app

    async def guarded() -> None:
        try:
            await work
        except StoreError as error:
            app.post_message(StoreFailed(error))
        except IeumError as error:
            if screen in app.screen_stack:
                on_error(error)
        except NoMatches:
            if screen in app.screen_stack:
                raise
            # It was closed meanwhile: what was to be shown has no place any more.

    app.run_worker(guarded())
