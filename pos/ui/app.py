"""The cashier's application: which screen is up, what reaches it. Never a rule, a device or a disk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.app import App
from textual.binding import Binding
from textual.events import Event, Key

from pos.domain.errors import StoreError
from pos.services.terminal import Terminal
from pos.ui import i18n
from pos.ui.acts import SidePanelAsked, StoreFailed
from pos.ui.burst import Burst
from pos.ui.navigation import ScreenAsked, ask_menu, screen_for
from pos.ui.order_answer import OrderAnswer
from pos.ui.order_bell import OrderBell
from pos.ui.screens.selling import SellingScreen
from pos.ui.side_panel import SidePanel
from pos.ui.theme import THEME
from pos.ui.watchdog import TerminalWatch
from pos.ui.widgets.entry import Entry

if TYPE_CHECKING:
    from textual.driver import Driver

    from pos.ui.screens.side import SideState

TICK_SECONDS = 1.0  # Clocks and countdowns move by the second.
EXIT_HUNG_UP = 129  # The terminal went away, as a shell reports SIGHUP.


@runtime_checkable
class Live(Protocol):
    """A screen that shows what changes by itself: time, orders, the line."""

    def news(self) -> None:
        """Look again; called every second and whenever something changed."""
        ...


class IeumApp(App[None]):
    """The till.

    Args:
        terminal: the use cases.
        side_panel: the demo's world; None in a shop.
    """

    TITLE = "Ieum POS"
    # Textual reads the styles of a screen when it is pushed; the first one never is.
    CSS_PATH = ["app.tcss", "screens/selling.tcss"]  # noqa: RUF012 - Textual's own type.
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012 - Textual's own type.
    BINDINGS = [  # noqa: RUF012 - Textual's own type.
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("ctrl+c", "leave", show=False, priority=True),
    ]

    def __init__(self, terminal: Terminal, side_panel: SidePanel | None = None) -> None:
        super().__init__()
        i18n.use(terminal.shop.language)
        self.terminal = terminal
        self.side_panel = side_panel
        self.stopped = False
        self._selling = SellingScreen(terminal, side_panel=side_panel is not None)
        self._side_state: SideState | None = None
        self._watch: TerminalWatch | None = None
        self._answer = OrderAnswer(self, terminal, self._pass_on)
        self._bell = OrderBell(terminal.shop.order_sound, terminal.shop.order_sound_every_ms)
        self.register_theme(THEME)
        self.theme = THEME.name

    def get_default_screen(self) -> SellingScreen:
        """Start on the selling screen."""
        return self._selling

    def get_driver_class(self) -> type[Driver]:
        """Read a terminal a burst at a time; a browser or a test has its own driver."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":
            return driver
        from pos.ui.terminal_driver import TerminalDriver  # Where there is a terminal.

        return TerminalDriver

    async def on_event(self, event: Event) -> None:
        """Hand a burst to the field whole, and to anything else as the keys that it was."""
        if isinstance(event, Key) and not event.is_forwarded and self._takes(event):
            return
        if not isinstance(event, Burst) or event.is_forwarded:
            await super().on_event(event)
        elif isinstance(self.focused, Entry):
            self.app_focus = True
            self.focused._forward_event(event)
        else:
            for key in event.as_keys():
                await super().on_event(key)

    def _takes(self, event: Key) -> bool:
        """Let an order be answered from whatever screen is up; a stopped till answers none."""
        return not self.stopped and self._answer.takes(event)

    def _pass_on(self, keys: list[Key]) -> None:
        """A scan came while an order was being answered: it goes where it would have gone."""

        async def forward() -> None:
            for key in keys:
                await super(IeumApp, self).on_event(key)

        self.run_worker(forward())

    def on_mount(self) -> None:
        """Listen to what happens by itself, and tell what the start found."""
        terminal = self.terminal
        terminal.orders.on_change(self.news)
        terminal.line.on_change(self.news)
        terminal.taxi.on_change(self.news)
        self.set_interval(TICK_SECONDS, self.news)
        found = terminal.recovered
        if found.completed or found.reversing or found.restored or found.of_a_copy:
            from pos.ui.screens.recovered import RecoveredScreen  # Seldom needed.

            self.push_screen(RecoveredScreen(found, terminal.counter.sale))
        if not self.is_headless:
            self._watch = TerminalWatch(sys.__stdin__.fileno() if sys.__stdin__ else 0, self._gone)
            self._watch.start()

    def on_unmount(self) -> None:
        """Watch the terminal no longer."""
        if self._watch is not None:
            self._watch.stop()

    def news(self) -> None:
        """Tell every open screen to look again."""
        if not self.is_running:  # It is ending: the screens are losing their widgets.
            return
        for screen in self.screen_stack:
            if isinstance(screen, Live) and screen.is_mounted:
                screen.news()
        if not self.stopped:
            self._answer.news()
            self._ring()

    def _ring(self) -> None:
        orders = self.terminal.orders
        waiting = {
            order.key for order in orders.waiting() if order.accept_by >= self.terminal.clock.now()
        }
        if self._bell.sounds(waiting | orders.unseen, self.terminal.clock.monotonic_ms()):
            self.bell()

    def stop_selling(self, error: StoreError) -> None:
        """Show that selling has stopped; also for the tasks that run beside the screens."""
        if self.stopped:
            return
        self.stopped = True
        from pos.ui.screens.stopped import StoppedScreen  # Hopefully never needed.

        self.bell()
        self.push_screen(StoppedScreen(error))

    def on_store_failed(self, message: StoreFailed) -> None:
        """A use case could not write or read the record."""
        self.stop_selling(message.error)

    def on_screen_asked(self, message: ScreenAsked) -> None:
        """Open another screen over the sale."""
        if message.key == "enter":
            ask_menu(self, self._selling, side_panel=self.side_panel is not None)
        else:
            self.push_screen(screen_for(message.key, self.terminal))

    def on_side_panel_asked(self, message: SidePanelAsked) -> None:
        """Open the demo's panel over whatever is up."""
        if self.side_panel is None or self.stopped:
            return
        from pos.ui.screens.side import SideScreen, SideState  # Only in the demo.

        if self._side_state is None:
            self._side_state = SideState()
        self.push_screen(SideScreen(self.side_panel, self._side_state))

    def action_leave(self) -> None:
        """End the program, but never in the middle of a payment."""
        if self.stopped:
            self.exit()
        elif self.screen is self._selling:
            self._selling.press("f10")  # Which asks first, where a sale is open.
        elif self.terminal.counter.paying or self.terminal.counter.sale.lines:
            self.bell()
        else:
            self.exit()

    def _fatal_error(self) -> None:
        """Print what went wrong without the values: a card or a customer may be among them."""
        from rich.segment import Segments  # Seldom needed.
        from rich.traceback import Traceback

        traceback = Traceback(show_locals=False, width=None)
        rendered = self.console.render(traceback, self.console.options)
        self._exit_renderables.append(Segments(rendered))
        self._close_messages_no_wait()

    def _gone(self) -> None:
        self.call_from_thread(self.exit, return_code=EXIT_HUNG_UP)
