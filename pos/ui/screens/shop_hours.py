"""How the shop takes delivery orders: pause, busy, sold out. Never a timer: each ends by the time it names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.domain.availability import Availability
from pos.domain.business_day import business_day, day_bounds
from pos.domain.order import Order
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.when import since
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar

PAUSES_MINUTES = {"1": 15, "2": 30, "3": 60}
BUSY_MINUTES = {"6": 10, "7": 20}
BUSY_FOR = timedelta(hours=1)
SOLD_OUT_FOR = timedelta(hours=1)
DISHES_MAX = 15


class ShopHoursScreen(KeyedScreen):
    """Digits for the shop, letters for the dish that is chosen."""

    CSS_PATH = "shop_hours.tcss"
    AT_ONCE = frozenset({"up", "down"})

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._chosen = 0
        self._dishes: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Taking orders')}", classes="head", markup=False)
        with Horizontal(classes="body"):
            yield Figures("order")
            yield Figures("list")
        yield MessageBar()
        yield KeyBar(
            [
                ("1-5", _("Pause, open")),
                ("6-8", _("Busy")),
                (_("Up Down"), _("Dish")),
                ("h t n", _("Sold out")),
                ("b", _("Back again")),
                ("m", _("Mall")),
                ("escape", _("Back")),
            ]
        )

    def on_mount(self) -> None:
        """Show how it stands."""
        self.news()

    def news(self) -> None:
        """Show what holds now; what has ended by itself is gone from here."""
        if not self.is_attached:
            return
        desk, now = self.terminal.orders, self.terminal.clock.now()
        self._dishes = dish_names(desk.recent(), desk.availability, now)
        self._chosen = min(self._chosen, max(0, len(self._dishes) - 1))
        self.query_one("#order", Figures).show(shop_rows(desk.availability, now))
        chosen = self._dishes[self._chosen] if self._dishes else ""
        rows = dish_rows(self._dishes, desk.availability, now, chosen)
        self.query_one("#list", Figures).show(rows)

    def press(self, key: str) -> None:
        """Choose a dish, or go back."""
        if key in ("up", "down"):
            self._chosen = max(0, self._chosen + (1 if key == "down" else -1))
            self.news()
        else:
            super().press(key)

    def press_lone(self, key: str) -> None:
        """Say how the shop takes orders; a scan made now says nothing."""
        now = self.terminal.clock.now()
        held = self.terminal.orders.availability
        dish = self._dishes[self._chosen] if self._dishes else ""
        if key == "0":
            self.press("escape")
            return
        if key == "m":
            from pos.ui.screens.mall import MallScreen  # Seldom needed.

            self.app.push_screen(MallScreen(self.terminal))
            return
        wanted = _shop(held, key, now) or (_dish(held, key, dish, now) if dish else None)
        if wanted is not None:
            act(self, self._set(wanted), self.refuse)

    async def _set(self, wanted: Availability) -> None:
        await self.terminal.orders.set_availability(wanted)
        self.say(_("Written down; the delivery apps are told."), "done")
        self.news()


def _shop(held: Availability, key: str, now: datetime) -> Availability | None:
    if key in PAUSES_MINUTES:
        return held.paused(now + timedelta(minutes=PAUSES_MINUTES[key]))
    if key == "4":
        return held.paused(_day_end(now))
    if key == "5":
        return held.paused(None)
    if key in BUSY_MINUTES:
        return held.busy(BUSY_MINUTES[key], now + BUSY_FOR)
    return held.busy(0, None) if key == "8" else None


def _dish(held: Availability, key: str, dish: str, now: datetime) -> Availability | None:
    until = {"h": now + SOLD_OUT_FOR, "t": _day_end(now), "n": None}
    if key in until:
        return held.without(dish, until[key])
    return held.with_again(dish) if key == "b" else None


def _day_end(now: datetime) -> datetime:
    return day_bounds(business_day(now))[1]


def shop_rows(held: Availability, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return how the shop takes orders, and what the digits do."""
    paused = held.paused_until if held.is_paused(now) else None
    state = _("paused until {time}", time=since(paused, now)) if paused else _("open")
    more = held.extra_minutes(now)
    until = since(held.busy_until, now) if more and held.busy_until is not None else ""
    busy = _("{minutes} min more until {time}", minutes=more, time=until) if more else _("no")
    return (
        (_("The shop"), ""),
        (_("Delivery orders"), state),
        (_("Busy"), busy),
        (_("Keys"), ""),
        ("1  2  3", _("pause 15, 30, 60 min")),
        ("4", _("pause until midnight")),
        ("5", _("open again now")),
        ("6  7", _("busy: 10, 20 min more, 1 h")),
        ("8", _("busy no more")),
        ("h  t  n", _("dish sold out: 1 h, today, until b")),
        ("b", _("dish is back again")),
    )


def dish_names(orders: Sequence[Order], held: Availability, now: datetime) -> list[str]:
    """Return the dishes of the last orders, those that are sold out first."""
    lacking = [each.name for each in held.lacking(now)]
    ordered = [line.name for order in orders for line in order.lines]
    return list(dict.fromkeys([*lacking, *ordered]))[:DISHES_MAX]


def dish_rows(
    dishes: Sequence[str], held: Availability, now: datetime, chosen: str
) -> tuple[tuple[str, str], ...]:
    """Return the dishes with how long they are sold out."""
    until = {each.name: each.until for each in held.lacking(now)}
    rows: list[tuple[str, str]] = [(_("Dishes of late"), "")]
    for name in dishes:
        mark = ">" if name == chosen else " "
        state = " "
        if name in until:
            end = until[name]
            state = _("sold out") if end is None else _("until {time}", time=since(end, now))
        rows.append((f"{mark}{safe(name, 30)}", state))
    return tuple(rows)
