"""Asks who answers for a payment at risk above the shop's limit. Never says yes by itself."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.people import Permission
from pos.domain.won import Won
from pos.services.staff import Staff
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.i18n import _
from pos.ui.lone_keys import LoneKeys
from pos.ui.widgets.total_strip import BigAmount, TotalStrip


class PermitScreen(ModalScreen[str]):
    """Answers with who takes the risk, or with an empty text; only a lone 1 is a yes.

    Where whoever is at the till may not, somebody who may has to type a PIN.
    """

    CSS_PATH = "permit.tcss"
    AUTO_FOCUS = ""

    def __init__(self, staff: Staff, amount: Won) -> None:
        super().__init__()
        self._staff = staff
        self._amount = amount
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog -danger"):
            yield Static(f"!! {_('Take this payment at risk?')}", classes="title", markup=False)
            yield TotalStrip()
            text = _(
                "The line is down and the card does not guarantee this amount. "
                "If the ledger declines it later, the shop bears the loss."
            )
            yield Static(text, classes="text", markup=False)
            keys = _("1 take it, at the shop's risk   2 or Esc refuse")
            yield Static(f" {keys}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Show the amount, and sound: a person has to look."""
        self.query_one(TotalStrip).show(BigAmount(_("At risk"), self._amount, tone="due"))
        self.app.bell()

    def on_key(self, event: Key) -> None:
        """Refuse on Esc; a scan made now is no answer."""
        if event.key == "escape":
            event.stop()
            self.dismiss("")
        else:
            self._lone.press(event)

    def _lone_key(self, key: str) -> None:
        if key == "1":
            act(self, self._take())
        elif key in ("2", "0"):
            self.dismiss("")

    async def _take(self) -> None:
        about = str(self._amount)
        grant = await ask_grant(self.app, self._staff, Permission.RISK_ABOVE_LIMIT, about)
        if grant is not None and self.is_attached:
            self.dismiss(grant.allowed_by or grant.by)
