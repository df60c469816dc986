"""Runs the customer's screen in a window of its own, fed by the till beside it. Never writes a byte to it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

from composition.devices import DISPLAY_SOCKET
from config.settings import load_settings
from pos.domain.codec import decode
from pos.domain.customer_view import CustomerView
from pos.ui import environment

AGAIN_S = 1.0
LINE_MAX = 1 << 20


async def views_of(socket: Path) -> AsyncIterator[CustomerView | None]:
    """Yield what the till shows, for ever; None whenever it can't be heard."""
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(socket, limit=LINE_MAX)
        except OSError:
            yield None
        else:
            try:
                while line := await reader.readline():
                    yield decode(CustomerView, json.loads(line))
            except (OSError, ValueError):  # It went, or speaks another version's language.
                pass
            finally:
                writer.close()
            yield None
        await asyncio.sleep(AGAIN_S)


def run_display(settings_path: Path) -> None:
    """Show what the till of these settings shows, until it is ended here.

    Raises:
        ConfigError: the settings can't be read.
    """
    settings = load_settings(settings_path)
    environment.prepare(os.environ)
    from pos.ui.customer_app import CustomerApp

    socket = settings_path.parent / DISPLAY_SOCKET
    CustomerApp(lambda: views_of(socket), settings.terminal.language).run()
