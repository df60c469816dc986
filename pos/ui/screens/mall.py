"""The shop's window in the platform's mall: scan, or type `10*code`, and so many are offered. Never a price."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.errors import IeumError
from pos.domain.mall import MallProduct
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _, language
from pos.ui.safe_text import safe
from pos.ui.typed import parse
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import won

SHOWN_MAX = 10


class MallScreen(ModalScreen[None]):
    """One field, and what is offered."""

    CSS_PATH = "mall.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(_("Offered in the mall"), classes="title", markup=False)
            yield Figures()
            yield Entry()
            yield MessageBar()
            keys = _("10*code, Enter: ten set aside   0*code: none   Esc back")
            yield Static(f" {keys}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Show what is offered."""
        act(self, self._show(), self._refuse)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Offer so many of what was typed or scanned."""
        typed = parse(event.text)
        if typed.text:
            quantity = 1 if typed.quantity is None else typed.quantity
            act(self, self._offer(typed.text, quantity), self._refuse)

    def on_key(self, event: Key) -> None:
        """Go back on Esc."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)

    async def _offer(self, code: str, stock: int) -> None:
        made = await self._terminal.mall.offer(code, stock)
        text = _("{name}: {count} offered.", name=safe(made.name, 40), count=made.stock)
        self._say(text, "done")
        await self._show()

    async def _show(self) -> None:
        products = await self._terminal.mall.products()
        if self.is_attached:
            self.query_one(Figures).show(mall_rows(products))

    def _refuse(self, error: IeumError) -> None:
        self._say(error.message(language()), "error")

    def _say(self, text: str, kind: str) -> None:
        if self.is_attached:
            self.query_one(MessageBar).say(text, kind)


def mall_rows(products: tuple[MallProduct, ...]) -> tuple[tuple[str, str], ...]:
    """Return what was offered, with price and how many were set aside."""
    if not products:
        return ((_("Nothing is offered yet."), " "),)
    shown = [
        (safe(each.name, 30), f"{won(each.price)} x {each.stock}") for each in products[:SHOWN_MAX]
    ]
    more = len(products) - SHOWN_MAX
    return (*shown, (_("and {count} more", count=more), " ")) if more > 0 else tuple(shown)
