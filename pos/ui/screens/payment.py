"""The payment overlay: the customer's tap, what it led to, what can be done. Never decides a payment."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.benefit import percent, plus_estimate
from pos.domain.errors import CardCancelled, IeumError
from pos.domain.payment_answers import DeclineReason
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
from pos.ui.acts import SidePanelAsked, act
from pos.ui.i18n import _, language
from pos.ui.lone_keys import LoneKeys
from pos.ui.results import CASH, OTHER, PaymentAnswer
from pos.ui.safe_text import safe
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.widgets.touch_keys import TouchKeys
from pos.ui.words import decline_text, won

CANCELLABLE = (Stage.TAP, Stage.TAP_AGAIN)
TRAINING_CARDS = {"1": "full", "3": "small", "4": "bank"}


class PaymentScreen(ModalScreen[PaymentAnswer]):
    """Answers with what was paid, with `CASH`, with `OTHER`, or with None."""

    CSS_PATH = "payment.tcss"
    AUTO_FOCUS = ""

    def __init__(self, terminal: Terminal, due: Won) -> None:
        super().__init__()
        self._terminal = terminal
        self._due = due
        self._amount = due
        self._stage: Stage | None = Stage.TAP
        self._next_amount: Won | None = None
        self._after: str | None = None  # What follows once the tap was called off.
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(classes="title", markup=False)
            yield TotalStrip()
            yield Static(classes="text", markup=False)
            yield Figures()
            yield TouchKeys()

    def on_mount(self) -> None:
        """Ask for the card at once."""
        self._start(self._due)

    # While it runs --------------------------------------------------------------------------

    def _start(self, amount: Won) -> None:
        self._amount, self._next_amount = amount, None
        self._after = None  # A key pressed during an earlier attempt is no answer to this.
        self._staged(Stage.TAP)
        act(self, self._pay(amount), self._failed)

    async def _pay(self, amount: Won) -> None:
        outcome = await self._terminal.take_card.pay(
            amount, on_stage=self._staged, permit=self._permit
        )
        self._stage = None
        if self.is_attached:
            self._ended(outcome)

    async def _permit(self, amount: Won) -> str:
        from pos.ui.screens.permit import PermitScreen  # Only in an outage, and seldom then.

        self._stage = Stage.ASKING  # The card has been read; the answer is given over there.
        return await self.app.push_screen_wait(PermitScreen(self._terminal.staff, amount))

    def _staged(self, stage: Stage) -> None:
        self._stage = stage
        offline = not self._terminal.line.up
        titles = {
            Stage.TAP: _("Tap the card, please"),
            Stage.ASKING: _("Asking for approval"),
            Stage.TAP_AGAIN: _("Tap the card once more, please"),
            Stage.CHECKING: _("Checking what became of it"),
        }
        texts = {
            Stage.TAP: _("The line is down: the card is approved offline.")
            if offline
            else _("Hold the card to the reader until it sounds."),
            Stage.ASKING: _("Leave the card on the reader. One moment."),
            Stage.TAP_AGAIN: _("The line went down before anything was sent. Nothing was charged."),
            Stage.CHECKING: _(
                "No answer came in time. Do not tap again; the answer is looked for."
            ),
        }
        keys = (
            _("Esc cancel   F6 cash instead   / other ways")
            if stage in CANCELLABLE
            else _("Please wait")
        )
        if stage in CANCELLABLE and self._terminal.training_cards is not None:
            keys = _("Training cards: 1 full   3 nearly empty   4 a bank's   Esc   /")
        warn = stage in (Stage.TAP_AGAIN, Stage.CHECKING)
        self._say(titles[stage], texts[stage], keys, "warn" if warn else "")
        self._show_plus(stage)

    def _show_plus(self, stage: Stage) -> None:
        """Say what the shop adds to the card's cashback; the ledger's word comes with the approval."""
        rate_bp = self._terminal.shop.plus_bp
        figures = self.query_one(Figures)
        figures.display = bool(rate_bp) and stage in CANCELLABLE
        if figures.display:
            amount = won(plus_estimate(self._amount, rate_bp))
            label = _("Plus {rate}, by the shop", rate=percent(rate_bp))
            figures.show([(label, _("cash back up to {amount}", amount=amount))])

    def _cancel(self) -> None:
        if self._stage in CANCELLABLE:
            self._keys_say(_("Cancelling"))
            act(self, self._terminal.take_card.cancel())
        else:
            self.app.bell()
            self._keys_say(_("The answer is on its way; it can't be cancelled now."))

    # When it has ended ----------------------------------------------------------------------

    def _ended(self, outcome: CardOutcome) -> None:
        match outcome:
            case PaidInFull() | PaidInPart():
                self.dismiss(outcome)
            case NotTaken(error=CardCancelled()):
                self.dismiss(self._after)
            case NotTaken(error=error):
                self._failed(error)
            case Unanswered(error=error):
                self._offer(_("No answer came"), error.message(language()), self._amount)
            case NotApproved():
                self._declined(outcome)

    def _failed(self, error: IeumError) -> None:
        self._stage = None
        title = _("No payment was made ({code})", code=error.code)
        self._offer(title, error.message(language()), self._amount)

    def _declined(self, outcome: NotApproved) -> None:
        decline = outcome.decline
        rows = [(_("Card"), safe(outcome.masked_pan)), (_("Asked for"), won(self._amount))]
        split = self._amount
        if decline.reason is DeclineReason.INSUFFICIENT_FUNDS and decline.balance is not None:
            rows.append((_("On the card"), won(decline.balance)))
            if ZERO < decline.balance < self._amount:
                split = decline.balance
                rows.append((_("Left to pay then"), won(self._due - split)))
        self._offer(_("Not approved"), decline_text(decline.reason), split, rows)

    def _offer(
        self, title: str, text: str, amount: Won, rows: list[tuple[str, str]] | None = None
    ) -> None:
        self._next_amount = amount
        if amount == self._amount:
            keys = _("Enter tap again   F6 cash   / other ways   Esc back")
        else:
            keys = _("Enter take {amount}   F6 cash   / other ways   Esc back", amount=won(amount))
        self._say(title, text, keys, "danger")
        figures = self.query_one(Figures)
        figures.display = bool(rows)
        figures.show(rows or ())
        self.app.bell()

    # Keys -----------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Act on a key; a scan made now is no answer."""
        if event.key in ("escape", "f6", "f12"):
            event.stop()
            event.prevent_default()
            if event.key == "f12":
                self.post_message(SidePanelAsked())
            elif event.key == "f6":
                self._leave(CASH)
            else:
                self._leave(None)
        else:
            self._lone.press(event)

    def _lone_key(self, key: str) -> None:
        if key == "enter" and self._stage is None and self._next_amount is not None:
            self._start(self._next_amount)
        elif key == "2":
            self._leave(CASH)
        elif key == "/":
            self._leave(OTHER)
        elif key == "0":
            self._leave(None)
        elif key in TRAINING_CARDS and self._terminal.training_cards is not None:
            self._terminal.training_cards.tap(TRAINING_CARDS[key])

    def _leave(self, answer: str | None) -> None:
        if self._stage is None:
            self.dismiss(answer)
        else:
            self._after = answer if self._stage in CANCELLABLE else None
            self._cancel()

    def _say(self, title: str, text: str, keys: str, tone: str) -> None:
        dialog = self.query_one(".dialog")
        dialog.set_class(tone == "warn", "-warn")
        dialog.set_class(tone == "danger", "-danger")
        self.query_one(".title", Static).update(title)
        self.query_one(".text", Static).update(safe(text))
        label = _("To pay") if self._amount == self._due else _("A part of it")
        self.query_one(TotalStrip).show(BigAmount(label, self._amount))
        self._keys_say(keys)

    def _keys_say(self, text: str) -> None:
        self.query_one(TouchKeys).say(text)
