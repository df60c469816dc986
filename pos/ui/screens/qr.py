"""The payment by QR: the shop's code, or the customer's scanned. Never decides a payment."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.customer_code import is_customer_code
from pos.domain.errors import IeumError
from pos.domain.payment_answers import DeclineReason
from pos.domain.scan_errors import NotAPaymentCode, QrCancelled
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
from pos.ui.receipt_entry import LONGEST
from pos.ui.results import CASH, PaymentAnswer
from pos.ui.safe_text import safe
from pos.ui.scans import as_code
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.entry_row import EntryRow
from pos.ui.widgets.qr_picture import QrPicture
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.words import decline_text, won

CANCELLABLE = (Stage.SHOWN, Stage.LINE_LOST)
OTHER_ROWS = 12  # Of the dialog, beside the code.
BORDER_COLUMNS = 6
ENTER_AFTER_MS = 400  # An Enter sooner after another one is a scanner's second line end.


class QrScreen(ModalScreen[PaymentAnswer]):
    """Answers with what was paid, with `CASH`, or with None.

    Args:
        terminal: the use cases.
        due: what is to be paid.
        code: the customer's, where it was scanned before the key was pressed.
    """

    CSS_PATH = "qr.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(self, terminal: Terminal, due: Won, code: str = "") -> None:
        super().__init__()
        self._terminal = terminal
        self._due = due
        self._amount = due
        self._first = code
        self._title = ""
        self._stage: Stage | None = None
        self._after: str | None = None  # What follows once the shop's code was taken back.
        self._entered_at_ms = -ENTER_AFTER_MS

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(classes="title", markup=False)
            yield TotalStrip()
            yield QrPicture()
            yield Static(classes="text", markup=False)
            yield EntryRow(_("The customer's code"), takes=frozenset(), longest=LONGEST)
            yield Static(classes="keys", markup=False)

    def on_mount(self) -> None:
        """Take the customer's code, or show the shop's."""
        self._begin(self._first, self._due)

    def news(self) -> None:
        """Count down what is left of the shop's code."""
        left = self._left()
        if left:
            self.query_one(".title", Static).update(f"{self._title}   {left}")

    def _left(self) -> str:
        code = self._terminal.take_qr.shown
        if code is None or self._stage not in CANCELLABLE:
            return ""
        now = self._terminal.clock.now() + self._terminal.line.skew
        minutes, seconds = divmod(max(0, int((code.expires_at - now).total_seconds())), 60)
        return f"{minutes}:{seconds:02d}"

    # While it runs --------------------------------------------------------------------------

    def _begin(self, code: str, amount: Won) -> None:
        self._amount, self._after = amount, None
        take = self._terminal.take_qr
        if code:
            self._staged(Stage.ASKING)
            self._run(take.scanned(code, amount, on_stage=self._staged))
        else:
            self._run(take.show(amount, on_stage=self._staged))

    def _run(self, paying: Coroutine[Any, Any, CardOutcome]) -> None:
        async def pay() -> None:
            outcome = await paying
            self._stage = None
            if self.is_attached:
                self._ended(outcome)

        act(self, pay(), self._failed)

    def _staged(self, stage: Stage) -> None:
        self._stage = stage
        is_drawn = self._draw(shown=stage in CANCELLABLE)
        titles = {
            Stage.SHOWN: _("Pay with this code"),
            Stage.LINE_LOST: _("The line is down: looking whether it was paid"),
            Stage.ASKING: _("Asking for approval"),
            Stage.CHECKING: _("Checking what became of it"),
        }
        where = (
            _("The customer scans this code in the app, or you scan the customer's.")
            if is_drawn
            else _("The code is on the customer's display; F2 prints it. Or scan the customer's.")
        )
        texts = {
            Stage.SHOWN: where,
            Stage.LINE_LOST: _("Wait, or cancel: what was paid is found, or given back."),
            Stage.ASKING: _("The code was taken. One moment."),
            Stage.CHECKING: _(
                "No answer came in time. Do not scan again; the answer is looked for."
            ),
        }
        keys = (
            _("Esc cancel   F2 print   F6 cash instead")
            if stage in CANCELLABLE
            else _("Please wait")
        )
        warn = stage in (Stage.LINE_LOST, Stage.CHECKING)
        self._say(titles[stage], texts[stage], keys, "warn" if warn else "")

    def _draw(self, *, shown: bool) -> bool:
        code = self._terminal.take_qr.shown if shown else None
        room = self.app.size
        return self.query_one(QrPicture).show(
            "" if code is None else code.text,
            columns=room.width - BORDER_COLUMNS,
            rows=room.height - OTHER_ROWS,
        )

    def _cancel(self, after: str | None = None) -> None:
        """Take the shop's code back; `after` is what follows then."""
        if self._stage in CANCELLABLE:
            self._after = after
            self._keys_say(_("Cancelling"))
            act(self, self._terminal.take_qr.cancel())
        else:
            self.app.bell()
            self._keys_say(_("The answer is on its way; it can't be cancelled now."))

    # When it has ended ----------------------------------------------------------------------

    def _ended(self, outcome: CardOutcome) -> None:
        self._draw(shown=False)
        match outcome:
            case PaidInFull() | PaidInPart():
                self.dismiss(outcome)
            case NotTaken(error=QrCancelled()) if self._after is not None:
                if is_customer_code(self._after):
                    self._begin(self._after, self._amount)
                else:
                    self.dismiss(CASH if self._after == CASH else None)
            case NotTaken(error=error):
                self._failed(error)
            case Unanswered(error=error):
                self._offer(_("No answer came"), error.message(language()), self._amount)
            case NotApproved(decline=decline):
                split, more = self._amount, ""
                if decline.reason is DeclineReason.INSUFFICIENT_FUNDS and decline.balance:
                    more = " " + _("On the card: {amount}.", amount=won(decline.balance))
                    if ZERO < decline.balance < self._amount:
                        split = decline.balance
                self._offer(_("Not approved"), decline_text(decline.reason) + more, split)

    def _failed(self, error: IeumError) -> None:
        self._stage = None
        self._draw(shown=False)
        title = _("No payment was made ({code})", code=error.code)
        self._offer(title, error.message(language()), self._amount)

    def _offer(self, title: str, text: str, amount: Won) -> None:
        self._amount = amount
        keys = _("Enter show our code   F6 cash   Esc back")
        self._say(title, text, keys, "danger")
        self.app.bell()

    # Keys -----------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Act on a key that the field let through."""
        if event.key not in ("escape", "f2", "f6", "f12"):
            return
        event.stop()
        event.prevent_default()
        match event.key:
            case "escape":
                self._leave("")
            case "f6":
                self._leave(CASH)
            case "f2":
                self._print()
            case _:
                self.post_message(SidePanelAsked())

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take a scan; digits do what the function keys do, for a till that has only those."""
        now_ms = self._terminal.clock.monotonic_ms()
        soon, self._entered_at_ms = now_ms - self._entered_at_ms < ENTER_AFTER_MS, now_ms
        text = as_code(event.text)
        match text:
            case "":
                if self._stage is None and not soon:
                    self._begin("", self._amount)
            case "0":
                self._leave("")
            case "2":
                self._leave(CASH)
            case "3":
                self._print()
            case _ if not is_customer_code(text):
                self.app.bell()
                self.refuse(NotAPaymentCode())
            case _ if self._stage is None:
                self._begin(text, self._amount)
            case _:
                self._cancel(after=text)

    def _leave(self, answer: str) -> None:
        if self._stage is None:
            self.dismiss(answer or None)
        else:
            self._cancel(after=answer)

    def _print(self) -> None:
        code = self._terminal.take_qr.shown
        if code is not None and self._stage in CANCELLABLE:
            act(self, self._terminal.reprint.shop_code(code), self._failed)
            self._keys_say(_("Printing the code   Esc cancel   F6 cash instead"))

    def refuse(self, error: IeumError) -> None:
        """Say why something scanned was no code; the payment goes on."""
        self.query_one(".text", Static).update(safe(error.message(language())))

    def _say(self, title: str, text: str, keys: str, tone: str) -> None:
        dialog = self.query_one(".dialog")
        dialog.set_class(tone == "warn", "-warn")
        dialog.set_class(tone == "danger", "-danger")
        self._title = title
        self.query_one(".title", Static).update(f"{title}   {self._left()}".rstrip())
        self.query_one(".text", Static).update(safe(text))
        label = _("To pay") if self._amount == self._due else _("A part of it")
        self.query_one(TotalStrip).show(BigAmount(label, self._amount))
        self._keys_say(keys)

    def _keys_say(self, text: str) -> None:
        self.query_one(".keys", Static).update(f" {text}")
