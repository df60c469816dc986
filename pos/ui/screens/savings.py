"""What 배달e음 saved the shop this month, and the sum behind it. Never adds up itself."""

from __future__ import annotations

from datetime import date

from textual.app import ComposeResult
from textual.widgets import Static

from pos.domain.rates import Rates
from pos.domain.savings import Savings
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.widgets.big_text import BigText
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import won


class SavingsScreen(KeyedScreen):
    """One month; left and right turn the months."""

    CSS_PATH = "savings.tcss"
    AT_ONCE = frozenset({"left", "right"})
    LONE = {"4": "left", "6": "right", "0": "escape"}  # noqa: RUF012

    def __init__(self, terminal: Terminal, month: date) -> None:
        super().__init__(terminal)
        self._month = self._newest = month.replace(day=1)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(classes="head", markup=False)
        yield BigText("saved")
        yield Figures("sum")
        yield MessageBar()
        yield KeyBar(
            [("left", _("Month before")), ("right", _("Month after")), ("escape", _("Back"))]
        )

    def on_mount(self) -> None:
        """Read the month."""
        self._read()

    def press(self, key: str) -> None:
        """Turn the months, or go back."""
        if key in ("left", "right"):
            wanted = _turned(self._month, 1 if key == "right" else -1)
            if wanted <= self._newest:
                self._month = wanted
                self._read()
        else:
            super().press(key)

    def _read(self) -> None:
        act(self, self._show(self._month), self.refuse)

    async def _show(self, month: date) -> None:
        try:
            savings = await self.terminal.day.savings(month)
            rates = self.terminal.day.rates(month)
        except LookupError:
            self.say(_("No rates are in force on that day."))
            return
        if not self.is_attached or month != self._month:
            return
        name = f"{month:%Y-%m}"
        self.query_one(".head", Static).update(f" {_('Delivery commission')}  {name}")
        label = _("In {month} the city's app saved you, in won", month=name)
        self.query_one(BigText).show(label, str(savings.saved), "$success")
        self.query_one(Figures).show(savings_rows(savings, rates))


def savings_rows(savings: Savings, rates: Rates) -> tuple[tuple[str, str], ...]:
    """Return the whole sum: what it would have cost, what it cost, what is left."""
    private, there = rates.private_app, savings.elsewhere
    return (
        (_("Orders, after refunds"), ""),
        (_("{count} orders came to", count=savings.orders), won(savings.sales)),
        (_("On a private app they had cost"), ""),
        (_("brokerage {rate}", rate=percent(private.commission_bp)), won(there.brokerage)),
        (_("payment fee {rate}", rate=percent(private.payment_bp)), won(there.payment)),
        (_("advertising {rate}", rate=percent(private.ad_bp)), won(there.advertising)),
        (_("VAT on these {rate}", rate=percent(private.vat_bp)), won(there.vat)),
        (_("together"), won(there.total)),
        (_("Here they cost"), ""),
        (_("commission, as the ledger took it"), won(savings.commission)),
        (_("SAVED"), won(savings.saved)),
        (_("for each 1,000,000 won of orders"), won(savings.saved_per_million)),
    )


def percent(basis_points: int) -> str:
    """Return basis points as a percentage, without a float: `7.8 %`."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"


def _turned(month: date, step: int) -> date:
    months = month.year * 12 + month.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)
