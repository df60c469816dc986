"""Asks for what the slip of another terminal says: amount, approval number, issuer. Never asks any ledger."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.errors import IeumError
from pos.domain.won import ZERO, Won
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.hangul_keys import has_hangul, latin
from pos.ui.i18n import _, language
from pos.ui.results import PaymentAnswer
from pos.ui.safe_text import safe
from pos.ui.typed import amount_of
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.widgets.touch_keys import TouchKeys
from pos.ui.words import won

# As slips name them; any other can be typed.
ISSUERS = ("비씨", "국민", "신한", "삼성", "현대", "롯데", "하나", "농협", "우리")


class ExternalScreen(ModalScreen[PaymentAnswer]):
    """Answers with what stands then: the closed sale, the part that it pays, or None."""

    CSS_PATH = "external.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(self, terminal: Terminal, due: Won) -> None:
        super().__init__()
        self._terminal, self._due = terminal, due
        self._amount: Won | None = None
        self._code = ""
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog -warn"):
            yield Static(_("Card taken on another terminal"), classes="title", markup=False)
            yield TotalStrip()
            text = _("Only written down: nobody asks for approval here. Copy the other slip.")
            yield Static(text, classes="text", markup=False)
            yield Figures()
            yield Entry(takes=frozenset())
            yield TouchKeys()

    def on_mount(self) -> None:
        """Ask for the amount first."""
        self.query_one(TotalStrip).show(BigAmount(_("To pay"), self._due))
        self._show()

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take an answer and ask on; the last one writes it down. A bare 0 is the way back."""
        text = event.text.strip()
        if text == "0":
            self._back()
        elif self._busy:
            self.app.bell()
        elif self._amount is None:
            self._take_amount(text)
        elif not self._code:
            self._code = latin(text) if has_hangul(text) else text
            self._show()
        elif text:
            digit = text.isascii() and text.isdecimal() and len(text) == 1
            self._note(ISSUERS[int(text) - 1] if digit else text)
        else:
            self.app.bell()

    def on_key(self, event: Key) -> None:
        """Go a question back on Esc, and from the first one out."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self._back()

    def _take_amount(self, text: str) -> None:
        amount = amount_of(text) if text else self._due
        if amount is None or not ZERO < amount <= self._due:
            self._refuse(_("From 1 to {due}, please.", due=won(self._due)))
            return
        self._amount = amount
        self._show()

    def _back(self) -> None:
        if self._busy:
            self.app.bell()
        elif self._code:
            self._code = ""
            self._show()
        elif self._amount is not None:
            self._amount = None
            self._show()
        else:
            self.dismiss(None)

    def _note(self, issuer: str) -> None:
        self._busy = True

        async def note() -> None:
            said = await self._terminal.take_external.note(issuer, self._code, self._amount)
            self._busy = False
            if self.is_attached:
                self.dismiss(said)

        act(self, note(), self._failed)

    def _failed(self, error: IeumError) -> None:
        self._busy, self._code = False, ""
        self._show()
        self._refuse(error.message(language()))

    def _show(self) -> None:
        rows = []
        if self._amount is None:
            rows.append((_("Amount? Enter alone: {due}", due=won(self._due)), " "))
        else:
            rows.append((_("Amount"), won(self._amount)))
            if not self._code:
                rows.append((_("Approval number?"), " "))
            else:
                rows.append((_("Approval number"), safe(self._code, 20)))
                rows.append((_("Issuer? A digit, or its name"), " "))
                named = [f"{digit} {name}" for digit, name in enumerate(ISSUERS, 1)]
                rows += [("  ".join(named[at : at + 5]), " ") for at in (0, 5)]
        self.query_one(Figures).show(rows)
        self.query_one(TouchKeys).say(_("Type, then Enter   Esc a step back"))

    def _refuse(self, text: str) -> None:
        self.app.bell()
        self.query_one(".text", Static).update(safe(f"! {text}"))
