"""Shows what a card holds. Never a payment: it says so as long as a card is awaited."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from pos.domain.card_balance import CardBalance
from pos.domain.errors import CardCancelled, IeumError
from pos.domain.tender import Purse
from pos.domain.won import ZERO
from pos.services.ask_balance import BalanceOutcome
from pos.services.card_outcome import NotApproved, NotTaken, Stage
from pos.services.terminal import Terminal
from pos.ui.acts import SidePanelAsked, act
from pos.ui.i18n import _, language
from pos.ui.lone_keys import LoneKeys
from pos.ui.safe_text import safe
from pos.ui.screens.payment import TRAINING_CARDS
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.widgets.touch_keys import TouchKeys
from pos.ui.words import decline_text, purse_word, won

SHOWN_S = 30.0  # Then it goes by itself: the next customer is not to see it.


class BalanceScreen(ModalScreen[None]):
    """Answers nothing."""

    CSS_PATH = "balance.tcss"
    AUTO_FOCUS = ""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._stage: Stage | None = None
        self._ends: Timer | None = None
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
        self._start()

    def on_unmount(self) -> None:
        """Leave nothing on the customer's display."""
        self._terminal.balance.done()

    def _start(self) -> None:
        if self._ends is not None:
            self._ends.stop()
        self._staged(Stage.TAP)
        act(self, self._ask(), self._failed)

    async def _ask(self) -> None:
        outcome = await self._terminal.balance.ask(on_stage=self._staged)
        self._stage = None
        if self.is_attached:
            self._ended(outcome)

    def _staged(self, stage: Stage) -> None:
        self._stage = stage
        if stage is Stage.TAP:
            keys = _("Esc back")
            if self._terminal.training_cards is not None:
                keys = _("Training cards: 1 full   3 nearly empty   4 a bank's   Esc")
            self._say(
                _("Balance: tap the card, please"), _("Only the balance. Nothing is paid."), keys
            )
        else:
            text = _("Leave the card on the reader. One moment.")
            self._say(_("Asking for the balance"), text, _("Please wait"))

    def _ended(self, outcome: BalanceOutcome) -> None:
        match outcome:
            case CardBalance():
                self._show(outcome)
            case NotTaken(error=CardCancelled()):
                self.dismiss(None)
            case NotTaken(error=error):
                self._failed(error)
            case NotApproved(decline=decline):
                title = _("No balance for this card")
                self._say(title, decline_text(decline.reason), _again(), "danger")

    def _failed(self, error: IeumError) -> None:
        self._stage = None
        title = _("No balance ({code})", code=error.code)
        self._say(title, error.message(language()), _again(), "danger")

    def _show(self, balance: CardBalance) -> None:
        rows = [(_held_word(each.purse), won(each.amount)) for each in balance.purses]
        if balance.elsewhere > ZERO:
            rows.append((_("only in other shops"), won(balance.elsewhere)))
        if balance.on_card > ZERO:
            rows.append((_("for payments without the line"), won(balance.on_card)))
        keys = _("Enter another card   Esc back")
        self._say(_("On the card"), _("Nothing was paid."), keys)
        strip, figures = self.query_one(TotalStrip), self.query_one(Figures)
        strip.display = figures.display = True
        strip.show(BigAmount(_("Balance"), balance.here))
        figures.show(rows)
        self._ends = self.set_timer(SHOWN_S, self._over)

    def _over(self) -> None:
        """Nobody looks any more: take it off both displays."""
        self._terminal.balance.done()
        self._leave()

    def on_key(self, event: Key) -> None:
        """Act on a key; a scan made now is no answer."""
        if event.key in ("escape", "f12"):
            event.stop()
            event.prevent_default()
            if event.key == "f12":
                self.post_message(SidePanelAsked())
            else:
                self._leave()
        else:
            self._lone.press(event)

    def _lone_key(self, key: str) -> None:
        if key == "0":
            self._leave()
        elif key == "enter" and self._stage is None:
            self._terminal.balance.done()
            self._start()
        elif key in TRAINING_CARDS and self._terminal.training_cards is not None:
            self._terminal.training_cards.tap(TRAINING_CARDS[key])

    def _leave(self) -> None:
        if not self.is_attached or not self.is_current:
            return
        if self._stage is None:
            self.dismiss(None)
        elif self._stage is Stage.TAP:
            act(self, self._terminal.balance.cancel())
        else:
            self.app.bell()

    def _say(self, title: str, text: str, keys: str, tone: str = "") -> None:
        self.query_one(".dialog").set_class(tone == "danger", "-danger")
        self.query_one(".title", Static).update(title)
        self.query_one(".text", Static).update(safe(text))
        self.query_one(TouchKeys).say(keys)
        self.query_one(TotalStrip).display = self.query_one(Figures).display = False
        if tone == "danger":
            self.app.bell()


def _again() -> str:
    return _("Enter again   Esc back")


def _held_word(purse: Purse) -> str:
    return _("Cashback earned") if purse is Purse.CASHBACK else purse_word(purse)
