"""What stands around the sale, in lines: people, orders, the day, giving back. Never a rule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from pos.domain.order import Order
from pos.domain.people import Permission
from pos.domain.people_errors import PersonError
from pos.domain.refund import RefundKind
from pos.services.terminal import Terminal
from pos.ui.day_rows import sales_rows
from pos.ui.i18n import _, language
from pos.ui.linear.talk import Talk
from pos.ui.linear.vocabulary import read_command
from pos.ui.order_rows import order_rows
from pos.ui.refund_rows import kind_word, return_rows
from pos.ui.safe_text import safe
from pos.ui.summaries import status
from pos.ui.when import since
from pos.ui.words import REJECT_REASONS, reject_word, won

LISTED_MAX = 9


class Desk:
    """The commands beside selling and paying."""

    def __init__(self, terminal: Terminal, talk: Talk) -> None:
        self._terminal, self._talk = terminal, talk
        self.commands: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "orders": self._orders,
            "accept": self._accept,
            "reject": self._reject,
            "refund": self._refund,
            "day": self._day,
            "status": self._status,
            "person": self._person,
        }

    async def confirmed(self, question: str) -> bool:
        """Ask for a yes; anything else is a no.

        Raises:
            Ended: nobody answers.
        """
        answer = read_command(await self._talk.ask(f"{question} {_('Say yes, or an empty line.')}"))
        if answer is not None and answer[0] == "yes":
            return True
        self._talk.say(_("Nothing was done."))
        return False

    async def sign_in_if_needed(self) -> None:
        """Ask who is there until somebody is.

        Raises:
            Ended: nobody answers.
            StoreError: a try could not be counted.
        """
        staff = self._terminal.staff
        while staff.in_use and staff.on_duty is None:
            await self._person("")

    async def _person(self, _rest: str) -> None:
        staff = self._terminal.staff
        if not staff.in_use:
            self._talk.say(_("Nobody has to sign in here."))
            return
        code = await self._talk.ask(_("Number and PIN"), hidden=True)
        try:
            person = await staff.sign_in(code)
        except PersonError as error:
            self._talk.say(error.message(language()))
        else:
            self._talk.say(safe(person.name))

    async def _status(self, _rest: str) -> None:
        terminal = self._terminal
        now = terminal.clock.now()
        said = status(terminal, await terminal.store.backlog(), now)
        self._talk.say(f"{safe(said.shop)} {said.terminal} {said.person} {said.time}")
        self._talk.say(_("Line up") if said.line_up else _("Line down"))
        if said.unsent:
            self._talk.say(_("Sending {count}", count=said.unsent))
        if said.printer_problem:
            self._talk.say(_("Printer: {problem}", problem=said.printer_problem))

    async def _day(self, _rest: str) -> None:
        if self._terminal.staff.grant(Permission.SEE_DAY) is None:
            self._talk.say(_("That needs somebody who may allow it, at the full screens."))
            return
        day = await self._terminal.day.show()
        self._talk.rows(sales_rows(day.summary))

    # Orders ---------------------------------------------------------------------------------

    def _waiting(self) -> list[Order]:
        now = self._terminal.clock.now()
        return [o for o in self._terminal.orders.waiting() if o.accept_by >= now]

    async def _orders(self, _rest: str) -> None:
        waiting, now = self._waiting(), self._terminal.clock.now()
        if not waiting:
            self._talk.say(_("No order waits for an answer."))
        for place, order in enumerate(waiting, 1):
            self._talk.say(_("Order {number}", number=f"{place}: {safe(order.short_number, 20)}"))
            self._talk.rows(order_rows(order, now))
        self._terminal.orders.seen()

    async def _accept(self, rest: str) -> None:
        order = self._which(rest)
        if order is not None:
            accepted = await self._terminal.orders.accept(order.key)
            self._talk.say(_("Accepted: {minutes} minutes.", minutes=accepted.minutes))

    async def _reject(self, rest: str) -> None:
        order = self._which(rest)
        if order is None:
            return
        for place, reason in enumerate(REJECT_REASONS, 1):
            self._talk.say(f"{place}: {reject_word(reason)}")
        said = await self._talk.ask(f"{_('Why')}?")
        if said.isascii() and said.isdigit() and 0 < int(said) <= len(REJECT_REASONS):
            await self._terminal.orders.reject(order.key, REJECT_REASONS[int(said) - 1])
            self._talk.say(_("Rejected."))
        else:
            self._talk.say(_("Nothing was done."))

    def _which(self, rest: str) -> Order | None:
        waiting = self._waiting()
        place = int(rest) if rest.isascii() and rest.isdigit() else 1
        if 0 < place <= len(waiting) and (rest or len(waiting) == 1):
            return waiting[place - 1]
        self._talk.say(_("Say which: orders tells their numbers."))
        return None

    # Giving back ----------------------------------------------------------------------------

    async def _refund(self, _rest: str) -> None:
        refund, now = self._terminal.refund, self._terminal.clock.now()
        found = await refund.recent(LISTED_MAX)
        for place, each in enumerate(found, 1):
            when = since(each.sale.completed_at, now)
            number = safe(each.sale.receipt_number, 20)
            self._talk.say(f"{place}: {when}, {won(each.sale.total)}, {number}")
        said = await self._talk.ask(_("Which sale? Its number, or an empty line."))
        if not (said.isascii() and said.isdigit() and 0 < int(said) <= len(found)):
            self._talk.say(_("Nothing was done."))
            return
        standing = found[int(said) - 1]
        plan = refund.preview(standing)
        self._talk.rows(return_rows(plan, standing))
        needed = Permission.VOID if plan.kind is RefundKind.VOID else Permission.REFUND
        grant = self._terminal.staff.grant(needed)
        if grant is None:
            self._talk.say(_("That needs somebody who may allow it, at the full screens."))
        elif await self.confirmed(f"{kind_word(plan.kind)}?"):
            await refund.refund(standing.sale.receipt_number, by=grant.by)
            self._talk.say(_("{kind} done, the slip is on its way.", kind=kind_word(plan.kind)))
