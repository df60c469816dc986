"""Hands on all that one read of the terminal brought at once. Never drops, changes or reorders a key.

Textual's own driver wakes the event loop for every key, 14 times for a scan, and the screen may
paint between two of its digits. Here a read is one wake, and a run of letters and digits in it is
one event: a scanner's code, for a field that wants it whole; anything else gets its keys.
"""

from __future__ import annotations

import os
import selectors
import threading
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from pos.ui.burst import Burst, is_letter

READ_MAX = 4_096  # Bytes; as Textual's own.
TICK_SECONDS = 0.1  # So long an Esc waits for the rest of a sequence; as Textual's own.


class TerminalDriver(LinuxDriver):
    """Textual's driver, a read at a time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._came: list[Message] = []

    def run_input_thread(self) -> None:
        """Read until the application ends; runs in the driver's own thread."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(TICK_SECONDS):
                    data = os.read(self.fileno, READ_MAX)
                    if not data:  # The end of a pipe comes again and again.
                        self.exit_event.wait(TICK_SECONDS)
                    elif text := decode(data):
                        self._take(parser.feed(text))
                self._take(parser.tick())

    def send_message(self, message: Message) -> None:
        """Keep what the reading thread found until its read is done."""
        if threading.current_thread() is self._key_thread:
            self._came.append(message)
        else:
            super().send_message(message)

    def _take(self, found: Iterable[Message]) -> None:
        for message in found:
            self.process_message(message)
        came, self._came = self._came, []
        if came:
            self._loop.call_soon_threadsafe(self._hand_on, list(in_bursts(came)))

    def _hand_on(self, messages: list[Message]) -> None:
        for message in messages:
            message.set_sender(self._app)
            self._app.post_message(message)


def in_bursts(messages: Iterable[Message]) -> Iterator[Message]:
    """Join keys of letters and digits that follow each other; all else stays as it came."""
    for joined, group in groupby(messages, is_letter):
        run = list(group)
        if joined and len(run) > 1:
            yield Burst("".join(key.character or "" for key in run if is_letter(key)))
        else:
            yield from run
