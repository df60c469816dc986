"""Moves the screens between the real till and the training one. Never the terminals themselves: a use case does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos.domain.events import SaleCompleted, from_record
from pos.domain.people import Permission
from pos.domain.tender import CashTender
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.guide import BACK, CARD, CASH, next_step
from pos.ui.i18n import _
from pos.ui.screens.selling import SellingScreen
from pos.ui.widgets.surroundings import Surroundings

if TYPE_CHECKING:
    from pos.ui.app import IeumApp

SEEN_MAX = 100  # Of the training record's newest; the guide is through long before.


class Trainee:
    """The training till's screens, while there are some.

    Attributes:
        terminal: the training terminal; None while the till is real.
        selling: its selling screen.
    """

    def __init__(self, app: IeumApp, real: Terminal) -> None:
        self._app = app
        self._real = real
        self.terminal: Terminal | None = None
        self.selling: SellingScreen | None = None

    async def toggle(self) -> None:
        """Begin training, or end it; both ask for the permission of the real till's people.

        Raises:
            IeumError: it did not begin.
        """
        training = self._real.training
        if training is None:
            return
        needed = Permission.TRAINING
        grant = await ask_grant(self._app, self._real.staff, needed, "training")
        if grant is None:
            return
        if self.terminal is None:
            terminal = await training.begin(grant)
            self._app.back_to_selling()
            self.terminal = terminal
            self.selling = SellingScreen(terminal)
            terminal.counter.on_change(self.look)
            self._app.push_screen(self.selling)
            self._app.call_later(self.look)
        else:
            if self.terminal.counter.paying:
                self._app.bell()
                return
            self._app.back_to_selling()
            self._app.pop_screen()
            self.terminal = self.selling = None
            await training.end(grant)
            self._app.news()

    def look(self) -> None:
        """Say the next step, or that somebody really orders."""
        if self.selling is not None and self.selling.is_attached:
            act(self.selling, self._say_step())

    async def _say_step(self) -> None:
        terminal, selling = self.terminal, self.selling
        if terminal is None or selling is None:
            return
        waiting = len(self._real.orders.waiting())
        kinds = ("sale.completed", "sale.refunded")
        records = await terminal.store.latest_records(kinds, SEEN_MAX)
        if not selling.is_attached:
            return
        if waiting:
            text = _("REAL orders wait: {count}. End training (F9, 9) and answer them.")
            selling.query_one(Surroundings).guide(text.format(count=waiting), "danger")
            return
        done: set[str] = set()
        for event in map(from_record, records):
            if isinstance(event, SaleCompleted):
                cash = isinstance(event.sale.tenders[-1], CashTender)
                done.add(CASH if cash else CARD)
            else:
                done.add(BACK)
        step = next_step(done, has_lines=bool(terminal.counter.sale.lines))
        selling.query_one(Surroundings).guide(step, "info")
