"""Takes a coupon by its code, scanned or typed, as a part of the sale. Never decides what it is worth."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.coupon import TRAINING_COUPON
from pos.domain.errors import IeumError
from pos.domain.won import Won
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
from pos.ui.acts import act
from pos.ui.hangul_keys import latin
from pos.ui.i18n import _, language
from pos.ui.results import PaymentAnswer
from pos.ui.safe_text import safe
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.entry_row import EntryRow
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.widgets.touch_keys import TouchKeys
from pos.ui.words import decline_text, won


class CouponScreen(ModalScreen[PaymentAnswer]):
    """Answers with what was paid, or with None.

    Args:
        terminal: the use cases.
        due: what is to be paid.
        code: the coupon's, where it was scanned before.
    """

    CSS_PATH = "coupon.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(self, terminal: Terminal, due: Won, code: str = "") -> None:
        super().__init__()
        self._terminal, self._due, self._first = terminal, due, code
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(classes="title", markup=False)
            yield TotalStrip()
            yield Static(classes="text", markup=False)
            yield EntryRow(_("Coupon"), takes=frozenset())
            yield TouchKeys()

    def on_mount(self) -> None:
        """Take what was scanned, or ask for a code."""
        self.query_one(TotalStrip).show(BigAmount(_("To pay"), self._due))
        if self._first:
            self._take(self._first)
        elif self._terminal.training_cards is not None:
            hint = _("The training coupon is {code}.", code=TRAINING_COUPON)
            self._say(_("Scan the coupon, or type its 12 characters"), hint)
        else:
            text = _("The shop gets all of it; whoever issued the coupon pays. One a sale.")
            self._say(_("Scan the coupon, or type its 12 characters"), text)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take a code; a bare 0 is the way back, as everywhere."""
        text = event.text.strip()
        if self._busy:
            self.app.bell()
        elif text == "0":
            self.dismiss(None)
        elif text:
            self._take(latin(text))

    def on_key(self, event: Key) -> None:
        """Go back on Esc; not while an answer is awaited."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            if self._busy:
                self.app.bell()
                self._keys_say(_("The answer is on its way; it can't be cancelled now."))
            else:
                self.dismiss(None)

    def _take(self, code: str) -> None:
        self._busy = True
        self._staged(Stage.ASKING)

        async def take() -> None:
            outcome = await self._terminal.take_coupon.take(code, on_stage=self._staged)
            self._busy = False
            if self.is_attached:
                self._ended(outcome)

        act(self, take(), self._failed)

    def _staged(self, stage: Stage) -> None:
        if stage is Stage.CHECKING:
            text = _("No answer came in time. Do not scan again; the answer is looked for.")
            self._say(_("Checking what became of it"), text, "warn")
        else:
            self._say(_("Asking about the coupon"), _("One moment."))
        self._keys_say(_("Please wait"))

    def _ended(self, outcome: CardOutcome) -> None:
        match outcome:
            case PaidInFull() | PaidInPart():
                self.dismiss(outcome)
            case NotTaken(error=error):
                self._failed(error)
            case Unanswered(error=error):
                self._say(_("No answer came"), error.message(language()), "danger")
            case NotApproved(decline=decline):
                least = decline.balance
                more = "" if least is None else " " + _("From {amount} on.", amount=won(least))
                title = _("The coupon was not taken")
                self._say(title, decline_text(decline.reason) + more, "danger")

    def _failed(self, error: IeumError) -> None:
        self._busy = False
        title = _("The coupon was not taken ({code})", code=error.code)
        self._say(title, error.message(language()), "danger")

    def _say(self, title: str, text: str, tone: str = "") -> None:
        dialog = self.query_one(".dialog")
        dialog.set_class(tone == "warn", "-warn")
        dialog.set_class(tone == "danger", "-danger")
        self.query_one(".title", Static).update(title)
        self.query_one(".text", Static).update(safe(text))
        self._keys_say(_("Scan, or type and Enter   Esc back"))
        if tone == "danger":
            self.app.bell()

    def _keys_say(self, text: str) -> None:
        self.query_one(TouchKeys).say(text)
