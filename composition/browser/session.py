"""One browser window's till, as a process: `python -m composition.browser.session SETTINGS`. Never beside another one."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from pos.domain.errors import IeumError, StoreInUse

WAIT_S = 8.0  # A window that was closed or loaded anew needs a moment to let go.
AGAIN_S = 0.2


def main(settings: Path) -> None:
    """Sell; where another window does, say so in this one."""
    from composition.sessions import run_shop
    from pos.ui import environment

    environment.prepare(os.environ)
    give_up = time.monotonic() + WAIT_S
    while True:
        try:
            run_shop(settings, browser=True)
        except StoreInUse as error:
            if time.monotonic() > give_up:
                say(error)
                return
            time.sleep(AGAIN_S)
        except IeumError as error:
            say(error)
            return
        else:
            return


def say(error: IeumError) -> None:
    """Show why nothing is sold here, until the window is closed."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Refusal(App[None]):
        """Two languages, for there may be no settings to say which."""

        ENABLE_COMMAND_PALETTE = False

        def compose(self) -> ComposeResult:
            """Lay it out."""
            yield Static(f"! {error.message('ko')}\n\n! {error.message('en')}", markup=False)

    Refusal().run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
