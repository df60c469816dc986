"""Says at the start what a sudden end left behind and what became of it. Never changes anything."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.sale import Sale
from pos.services.recover import Recovered
from pos.ui.i18n import _
from pos.ui.lone_keys import LoneKeys
from pos.ui.safe_text import safe
from pos.ui.widgets.figures import Figures
from pos.ui.words import won

SHOWN_MAX = 6  # More than a terminal can leave behind; the rest is in the day's figures.


class RecoveredScreen(ModalScreen[None]):
    """Stays until somebody has read it."""

    CSS_PATH = "recovered.tcss"
    AUTO_FOCUS = ""

    def __init__(self, found: Recovered, sale: Sale) -> None:
        super().__init__()
        self._found = found
        self._sale = sale
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog -warn"):
            yield Static(self._title(), classes="title", markup=False)
            if self._found.of_a_copy:
                text = _(
                    "What was sold after the backup is not in it. Compare with paper and ledger "
                    "before you charge anything below again."
                )
                yield Static(text, classes="text", markup=False)
            yield Figures()
            yield Static(f" {_('Enter or Esc: understood')}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """List what was found."""
        rows: list[tuple[str, str]] = []
        if self._found.completed:
            rows.append((_("Paid and now closed; do not charge again"), ""))
            rows += [(r.receipt_number, won(r.total)) for r in self._found.completed[:SHOWN_MAX]]
        if self._found.reversing:
            rows += self._reversing_rows()
        if self._found.restored:
            if self._found.completed or self._found.reversing:
                rows.append((_("The open sale is back"), ""))
            rows.append((_("Total"), won(self._sale.total)))
            if self._sale.tenders:
                rows.append((_("Paid already"), won(self._sale.paid)))
                rows.append((_("Still due"), won(self._sale.due)))
        self.query_one(Figures).show(rows)

    def _title(self) -> str:
        if self._found.of_a_copy:
            return _("Started from a backup of the record")
        if self._found.completed or self._found.reversing:
            return _("The terminal stopped suddenly; this is how things stand")
        # An open sale alone may just as well have been left so on purpose.
        return _("The open sale is back")

    def _reversing_rows(self) -> list[tuple[str, str]]:
        if self._found.of_a_copy:
            rows = [
                (_("Reversal asked of the ledger:"), ""),
                (_("a payment that a finished sale rests on stays"), " "),
            ]
        else:
            rows = [(_("Outcome unknown; being given back, charge again"), "")]
        for payment in self._found.reversing[:SHOWN_MAX]:
            card = safe(payment.card.masked_pan) if payment.card else _("Card")
            rows.append((card, won(payment.amount)))
        return rows

    def on_key(self, event: Key) -> None:
        """Close on Esc or a lone Enter; a scan does not close it."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        else:
            self._lone.press(event)

    def _lone_key(self, key: str) -> None:
        if key in ("enter", "0"):
            self.dismiss(None)
