"""The demo's panel beside the till: tap cards, cut the line, jam the printer. Never opened in a shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.ui.acts import act
from pos.ui.cells import wrap
from pos.ui.hangul_keys import letter
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.side_panel import SidePanel
from pos.ui.widgets.figures import Figures

TEXT_WIDTH = 33  # Of the panel on the smallest screen.


CARD_KEYS = "123456789abcdefghi"  # Letters that no deed has; a dozen cards need them.


class SideState:
    """What has been done to the world; outlives the panel."""

    line_down = False
    printer_jammed = False


class SideScreen(ModalScreen[None]):
    """Stays at the right while the till goes on at the left."""

    CSS_PATH = "side.tcss"
    AUTO_FOCUS = ""

    def __init__(self, panel: SidePanel, state: SideState) -> None:
        super().__init__()
        self._panel = panel
        self._state = state
        self._letters: dict[str, Callable[[], None]] = {
            "n": self._line,
            "j": self._printer,
            "o": lambda: self._do(self._panel.send_order),
            "s": lambda: self._leave_and(self._panel.show_phone),
            "p": lambda: self._leave_and(self._panel.pay_by_phone),
        }

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(_("Demo: the world around the till"), classes="title", markup=False)
            yield Figures()
            yield Static(f" {_('F12 or Esc: close')}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """List what can be done."""
        self.news()

    def news(self) -> None:
        """Show the world as it is now."""
        rows: list[tuple[str, str]] = [(_("Tap a card"), "")]
        rows += [
            (f"{key}  {safe(label, 60)}", " ")
            for key, (_id, label) in zip(CARD_KEYS, self._panel.cards(), strict=False)
        ]
        line = _("join the line again") if self._state.line_down else _("cut the line")
        paper = _("clear the printer") if self._state.printer_jammed else _("jam the printer")
        deeds = {
            "n": line,
            "j": paper,
            "o": _("send an order"),
            "s": _("scan a phone's code"),
            "p": _("pay our code by phone"),
        }
        rows.append((_("Do"), ""))
        rows += [(f"{key}  {deed}", " ") for key, deed in deeds.items()]
        facts = list(self._panel.facts)
        if facts:
            rows.append((_("Where things are"), ""))
            for label, value in facts:
                rows.append((safe(label), " "))
                rows += [(f" {part}", " ") for part in wrap(safe(value), TEXT_WIDTH, 3)]
        self.query_one(Figures).show(rows)

    def on_key(self, event: Key) -> None:
        """Do what the key says."""
        event.stop()
        event.prevent_default()
        key = letter(event.character)
        cards = {
            place: card for place, (card, _) in zip(CARD_KEYS, self._panel.cards(), strict=False)
        }
        if event.key in ("escape", "f12") or key == "0":
            self.dismiss(None)
        elif key in cards:
            card_id = cards[key]
            self._leave_and(lambda: self._panel.tap(card_id))
        elif key in self._letters:
            self._letters[key]()
            if self.is_current:
                self.news()

    def _line(self) -> None:
        self._state.line_down = not self._state.line_down
        down = self._state.line_down
        self._do(lambda: self._panel.pull_network(down))

    def _printer(self) -> None:
        self._state.printer_jammed = not self._state.printer_jammed
        jammed = self._state.printer_jammed
        self._do(lambda: self._panel.jam_printer(jammed))

    def _leave_and(self, deed: Callable[[], Awaitable[None]]) -> None:
        """Give the till its screen back first: what follows happens there."""
        self.dismiss(None)
        self._do(deed)

    def _do(self, deed: Callable[[], Awaitable[None]]) -> None:
        async def done() -> None:
            await deed()

        act(self, done())
