"""Takes money in lines: cash at once, a card while the person may still say stop. Never decides a payment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pos.domain.people import Permission
from pos.domain.won import ZERO, Won
from pos.services.card_outcome import (
    CardOutcome,
    NotApproved,
    NotTaken,
    PaidInFull,
    PaidInPart,
    Stage,
    Unanswered,
)
from pos.services.terminal import Terminal
from pos.ui import results
from pos.ui.i18n import _, language
from pos.ui.linear.talk import Talk
from pos.ui.linear.vocabulary import read_command
from pos.ui.side_panel import SidePanel
from pos.ui.typed import amount_of
from pos.ui.words import decline_text, won

Later = Callable[[Awaitable[object]], None]


class Pay:
    """Payments by cash and card.

    Args:
        later: runs something beside the payment.
        panel: the demo's cards; None in a shop.
    """

    def __init__(
        self, terminal: Terminal, talk: Talk, later: Later, panel: SidePanel | None = None
    ) -> None:
        self._terminal, self._talk, self._later, self._panel = terminal, talk, later, panel
        self._stage = Stage.TAP
        self._asked: asyncio.Future[bool] | None = None

    async def cash(self, typed: str) -> None:
        """Take the amount typed as received, or the exact amount.

        Raises:
            IeumError: nothing was taken.
        """
        received = amount_of(typed) if typed else None
        if typed and received is None:
            self._talk.say(_("{typed} is no amount. Say cash and what you received.", typed=typed))
            return
        self.tell(results.cash_result(await self._terminal.take_cash.pay(received)))

    async def card(self, typed: str) -> None:
        """Take a card for all that is due, or for a part.

        Raises:
            IeumError: nothing was taken.
        """
        amount = amount_of(typed) if typed else None
        if typed and amount is None:
            self._talk.say(_("{typed} is no amount.", typed=typed))
            return
        asked = self._terminal.counter.sale.due if amount is None else amount
        work = self._terminal.take_card.pay(amount, on_stage=self._staged, permit=self._permit)
        self._ended(await self._talk.while_waiting(work, self._heard), asked)

    def tell(self, said: results.Said) -> None:
        """Say what a payment led to."""
        self._talk.say(said.text)
        if said.result is not None:
            self._talk.rows(said.result.rows)
            self._talk.say(f"{said.result.big_label}: {won(said.result.big)}")

    def _staged(self, stage: Stage) -> None:
        self._stage = stage
        texts = {
            Stage.TAP: _("Tap the card, please. Say cancel to stop."),
            Stage.ASKING: _("Asking for approval"),
            Stage.TAP_AGAIN: _("The line went down before anything was sent. Nothing was charged."),
            Stage.CHECKING: _(
                "No answer came in time. Do not tap again; the answer is looked for."
            ),
        }
        self._talk.say(texts[stage])
        if stage is Stage.TAP_AGAIN:
            self._talk.say(_("Tap the card once more, please"))
        if self._panel is not None and stage in (Stage.TAP, Stage.TAP_AGAIN):
            for place, (_id, label) in enumerate(self._panel.cards(), 1):
                self._talk.say(_("tap {place}: {label}", place=place, label=label))

    def _heard(self, line: str) -> None:
        command = read_command(line)
        if self._asked is not None:
            if not self._asked.done():
                self._asked.set_result(command is not None and command[0] == "yes")
        elif command is not None and command[0] == "tap" and self._panel is not None:
            cards = [card for card, _label in self._panel.cards()]
            place = int(command[1]) if command[1].isascii() and command[1].isdigit() else 0
            if 0 < place <= len(cards):
                self._later(self._panel.tap(cards[place - 1]))
        elif command is not None and command[0] == "cancel":
            if self._stage in (Stage.TAP, Stage.TAP_AGAIN):
                self._later(self._terminal.take_card.cancel())
            else:
                self._talk.say(_("The answer is on its way; it can't be cancelled now."))
        elif line:
            self._talk.say(_("A payment is under way. Say cancel, or wait."))

    async def _permit(self, amount: Won) -> str:
        """Ask whoever is at the till, if they may; a yes is theirs to answer for."""
        grant = self._terminal.staff.grant(Permission.RISK_ABOVE_LIMIT)
        self._talk.say(_("At risk: {amount}.", amount=won(amount)))
        if grant is None:
            self._talk.say(_("That needs somebody who may allow it, at the full screens."))
            return ""
        text = _(
            "The line is down and the card does not guarantee this amount. "
            "If the ledger declines it later, the shop bears the loss."
        )
        self._talk.say(f"{text} {_('Say yes, or an empty line.')}")
        self._asked = asyncio.get_running_loop().create_future()
        taken = await self._asked
        self._asked = None
        return (grant.allowed_by or grant.by) if taken else ""

    def _ended(self, outcome: CardOutcome, asked: Won) -> None:
        match outcome:
            case PaidInFull() | PaidInPart():
                self.tell(results.card_result(outcome))
            case NotTaken(error=error) | Unanswered(error=error):
                self._talk.say(error.message(language()))
            case NotApproved(decline=decline):
                self._talk.say(f"{_('Not approved')}. {decline_text(decline.reason)}")
                if decline.balance is not None and ZERO < decline.balance < asked:
                    text = _("On the card: {amount}. Say card {number} to take that from it.")
                    number = decline.balance.amount
                    self._talk.say(text.format(amount=won(decline.balance), number=number))
