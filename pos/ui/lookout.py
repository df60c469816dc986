"""What stands around the sale: time, line, orders, what is unsent. Never a widget; only looks."""

from __future__ import annotations

from pos.ports import Backlog
from pos.services.terminal import Terminal
from pos.ui.summaries import Bar, clock_bar, line_bar, notice_bar, order_bar, status
from pos.ui.widgets.status_header import Status


class Lookout:
    """Looks at the terminal for the top of the selling screen.

    Attributes:
        counting: the record is being asked; a slow disk must not pile questions up.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._backlog: Backlog | None = None
        self.counting = False

    async def count_unsent(self) -> None:
        """Ask the record what the ledger has not been told yet.

        Raises:
            StoreError: the record can't be read.
        """
        self.counting = True
        try:
            self._backlog = await self._terminal.store.backlog()
        finally:
            self.counting = False

    def bars(self) -> tuple[Status, Bar, Bar, Bar]:
        """Return the top row, the line's banner, the clock's or the operator's, the orders' notice."""
        terminal, now = self._terminal, self._terminal.clock.now()
        return (
            status(terminal, self._backlog, now),
            line_bar(
                terminal.line,
                self._backlog,
                now,
                terminal.sync.failures,
                terminal.sync.progress,
            ),
            clock_bar(terminal.line) or notice_bar(terminal.news.notice(now)),
            order_bar(terminal.orders.waiting(), now),
        )
