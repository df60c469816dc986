"""What has changed around the sale, said once when it changes. Never says the same twice in a row."""

from __future__ import annotations

from pos.ports import Backlog
from pos.services.terminal import Terminal
from pos.ui.i18n import _
from pos.ui.summaries import clock_bar, line_bar, notice_bar, status


class Announcer:
    """Compares how things are with how they were said to be."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._said: dict[str, str] = {}
        self._waiting: frozenset[str] = frozenset()

    async def changes(self) -> list[str]:
        """Return what is to be announced now.

        Raises:
            StoreError: the record can't be read.
        """
        terminal = self._terminal
        now = terminal.clock.now()
        backlog = await terminal.store.backlog()
        seen = self._seen(backlog)
        told = [text for key, text in seen.items() if text and text != self._said.get(key, "")]
        if self._said.get("line") and not seen["line"]:
            told.append(_("Line up"))
        self._said = seen
        waiting = frozenset(o.key for o in terminal.orders.waiting() if o.accept_by >= now)
        if waiting - self._waiting:
            told.append(_("New orders: {count}. Say orders.", count=len(waiting)))
        self._waiting = waiting
        return told

    def _seen(self, backlog: Backlog) -> dict[str, str]:
        terminal, now = self._terminal, self._terminal.clock.now()
        problem = status(terminal, backlog, now).printer_problem
        return {
            "line": line_bar(terminal.line, backlog, now, terminal.sync.failures).left,
            "clock": clock_bar(terminal.line).left,
            "notice": notice_bar(terminal.news.notice(now)).left,
            "printer": _("Printer: {problem}", problem=problem) if problem else "",
        }
