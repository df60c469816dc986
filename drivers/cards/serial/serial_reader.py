"""The card reader on a serial line: a Korean secure reader. Never a clear number of a stripe or MST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from drivers.cards.kernel import IsStopped, none_is_stopped
from drivers.cards.serial.integrity import IntegrityLog
from drivers.cards.serial.kernel import SerialKernel
from drivers.cards.serial.port import OpenPort
from drivers.cards.serial.profiles import Profile
from drivers.cards.serial.serial_link import SerialLink
from drivers.cards.threaded_reader import ThreadedReader


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class SerialReader(ThreadedReader):
    """Reads cards on a secure reader of the given profile.

    `open_port` finds and opens its port each time anew; `is_stopped` tells a stopped chip card by
    its hot_ref. Both are called in the reader's thread.
    """

    def __init__(
        self,
        kernel: SerialKernel,
        profile: Profile,
        open_port: OpenPort,
        log: IntegrityLog,
        is_stopped: IsStopped = none_is_stopped,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        links: list[SerialLink] = []

        def make_link() -> SerialLink:
            for each in links:  # Its thread hangs: the port must be free for the next.
                each.abandon()
            links[:] = [SerialLink(profile, open_port, log, now)]
            return links[0]

        self._links = links
        super().__init__(kernel, profile.name, make_link, is_stopped)

    def close(self) -> None:
        """Let the thread end, and the port go."""
        super().close()
        for each in self._links:
            each.abandon()
