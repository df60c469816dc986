"""The customer's screen, in a window of its own. Only ever shows; no key of it reaches the till."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from pos.domain.customer_view import CustomerView, Moment, ShownLine
from pos.ui import i18n
from pos.ui.cells import fit
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.theme import THEME
from pos.ui.widgets.qr_picture import QrPicture
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.words import won

Views = Callable[[], AsyncIterator[CustomerView | None]]
"""Yields what is to be seen, for ever; None while the till can't be heard."""

OTHER_ROWS = 8  # Of the screen, beside the code.
NAME_MAX = 60


class CustomerApp(App[None]):
    """Follows the till.

    Args:
        views: where what is to be seen comes from.
        language: until the till has said its own.
    """

    TITLE = "Ieum POS"
    CSS_PATH = "customer_app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS = [  # noqa: RUF012 - Textual's own type.
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(self, views: Views, language: str = i18n.DEFAULT) -> None:
        super().__init__()
        i18n.use(language)
        self._views = views
        self._view: CustomerView | None = None
        self.register_theme(THEME)
        self.theme = THEME.name

    def compose(self) -> ComposeResult:
        """Lay the parts out, top to bottom."""
        yield Static(classes="shop", markup=False)
        yield Static(classes="lines", markup=False)
        yield QrPicture()
        yield Static(classes="words", markup=False)
        yield TotalStrip()

    def on_mount(self) -> None:
        """Begin to follow the till."""
        self._show(None)
        self.run_worker(self._follow())

    def on_resize(self) -> None:
        """Lay the same out anew."""
        if self._view is not None and self.is_running:
            self._show(self._view)

    async def _follow(self) -> None:
        async for view in self._views():
            self._show(view)

    def _show(self, view: CustomerView | None) -> None:
        self._view = view
        if view is None:
            self._paint("", "", (), _("The till is not open."), None)
            return
        i18n.use(view.language)
        words, big = _said(view)
        self._paint(view.shop, view.code, view.lines, words, big)

    def _paint(
        self, shop: str, code: str, lines: tuple[ShownLine, ...], words: str, big: BigAmount | None
    ) -> None:
        rows = self.size.height - OTHER_ROWS
        drawn = self.query_one(QrPicture).show(code, columns=self.size.width, rows=rows)
        if code and not drawn:
            words = _("This window is too small for the code. Please ask for it on paper.")
        self.query_one(".shop", Static).update(safe(shop, NAME_MAX))
        listed = self.query_one(".lines", Static)
        listed.display = not drawn
        listed.update(
            "\n".join(_line(each, self.size.width - 4) for each in lines[-max(1, rows) :])
        )
        self.query_one(".words", Static).update(words)
        strip = self.query_one(TotalStrip)
        strip.display = big is not None
        if big is not None:
            strip.show(big)


def _said(view: CustomerView) -> tuple[str, BigAmount | None]:
    """Return the words of a moment, and the number that matters in it."""
    match view.moment:
        case Moment.WELCOME:
            return _("Welcome"), None
        case Moment.BALANCE:
            return _("On your card"), BigAmount(_("Balance"), view.total)
        case Moment.PAY_BY_QR:
            return _("Scan this code with the app"), BigAmount(_("To pay"), view.asked)
        case Moment.TAKE_RECEIPT:
            return _("Scan this code for your receipt"), None
        case Moment.THANKS:
            label = _("Change") if view.change else _("Paid in all")
            return _("Thank you"), BigAmount(label, view.change or view.total)
        case Moment.RINGING_UP:
            paid = _("Paid so far: {amount}", amount=won(view.paid)) if view.paid else ""
            return paid, BigAmount(_("To pay"), view.due)


def _line(line: ShownLine, width: int) -> str:
    amount = won(line.total)
    name = safe(line.name, NAME_MAX)
    said = name if line.quantity == 1 else f"{name} x {line.quantity:,}"
    return f"{fit(said, max(1, width - cell_len(amount) - 1))} {amount}"
