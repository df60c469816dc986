"""The cashier's application: which screen is up, what reaches it. Never a rule, a device or a disk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.app import App
from textual.binding import Binding
from textual.events import AppBlur, Event, Key, MouseUp

from pos.domain.errors import IeumError, StoreError
from pos.domain.people import Person
from pos.domain.scan_errors import ScanError
from pos.services.terminal import Terminal
from pos.ui import i18n
from pos.ui.acts import SidePanelAsked, StoreFailed, act
from pos.ui.asking import ask_grant
from pos.ui.burst import Burst
from pos.ui.i18n import _
from pos.ui.leaving import guard
from pos.ui.look import Look
from pos.ui.navigation import LOOK, NEEDS, ScreenAsked, ask_menu, screen_for
from pos.ui.order_answer import OrderAnswer
from pos.ui.order_bell import OrderBell
from pos.ui.screens.pin import PinScreen
from pos.ui.screens.selling import SellingScreen
from pos.ui.side_panel import SidePanel
from pos.ui.sounds import Cue
from pos.ui.watchdog import TerminalWatch
from pos.ui.widgets.entry import Entry

if TYPE_CHECKING:
    from textual.driver import Driver

    from pos.ui.screens.side import SideState
    from pos.ui.trainee import Trainee

TICK_SECONDS = 1.0  # Clocks and countdowns move by the second.
EXIT_HUNG_UP = 129  # The terminal went away, as a shell reports SIGHUP.


@runtime_checkable
class Live(Protocol):
    """A screen that shows what changes by itself: time, orders, the line."""

    def news(self) -> None:
        """Look again; called every second and whenever something changed."""
        ...


@runtime_checkable
class Refusing(Protocol):
    """A screen with a place to say what went wrong."""

    def refuse(self, error: IeumError) -> None:
        """Say what went wrong."""
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
        Binding("f1", "help", show=False, priority=True),
        Binding("ctrl+t", "next_look", show=False, priority=True),
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("ctrl+c", "leave", show=False, priority=True),
    ]

    def __init__(self, terminal: Terminal, side_panel: SidePanel | None = None) -> None:
        super().__init__()
        i18n.use(terminal.shop.language)
        self._real = terminal
        self._trainee: Trainee | None = None
        self.side_panel = side_panel
        self.stopped = False
        self._real_selling = SellingScreen(terminal, side_panel=side_panel is not None)
        self._side_state: SideState | None = None
        self._watch: TerminalWatch | None = None
        self._answer = OrderAnswer(self, terminal, self._pass_on)
        self._bell = OrderBell(terminal.shop.order_sound, terminal.shop.order_sound_every_ms)
        self.look = Look(self, terminal.screen, super().bell)

    def get_default_screen(self) -> SellingScreen:
        """Start on the selling screen."""
        return self._real_selling

    @property
    def terminal(self) -> Terminal:
        """The terminal whose screens are up: the real one, or the training one."""
        trainee = self._trainee
        return trainee.terminal if trainee is not None and trainee.terminal else self._real

    @property
    def _selling(self) -> SellingScreen:
        trainee = self._trainee
        return trainee.selling if trainee is not None and trainee.selling else self._real_selling

    def back_to_selling(self) -> None:
        """Close whatever lies over the selling screen."""
        while self.screen is not self._selling:
            self.pop_screen()

    def push_screen(self, *args: Any, **options: Any) -> Any:
        """Open a screen; in training each bears the mark (the selling screen has its own)."""
        pushed = super().push_screen(*args, **options)
        guard(self.screen)
        self.look.dress()
        if self.terminal.shop.training and not isinstance(self.screen, SellingScreen):
            from pos.ui.widgets.training_mark import TrainingMark  # Only in training.

            self.screen.mount(TrainingMark())
        return pushed

    async def toggle_training(self) -> None:
        """Begin training, or end it.

        Raises:
            IeumError: it did not begin.
        """
        if self._trainee is None:
            from pos.ui.trainee import Trainee  # Seldom needed.

            self._trainee = Trainee(self, self._real)
        await self._trainee.toggle()

    def get_driver_class(self) -> type[Driver]:
        """Read a terminal a burst at a time; a browser or a test has its own driver."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":
            return driver
        from pos.ui.terminal_driver import TerminalDriver  # Where there is a terminal.

        return TerminalDriver

    async def on_event(self, event: Event) -> None:
        """Hand a burst to the field whole, and to anything else as the keys that it was."""
        if isinstance(event, AppBlur):
            return  # The field keeps the keys; a browser says this before there is a field.
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
        if isinstance(event, MouseUp):
            self.call_later(self.look.touched)  # What was touched must not move away before.

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
        if self.is_web:
            self.look.touched()  # A tablet has no other keys.
        self.look.dress()
        terminal.orders.on_change(self.news)
        terminal.line.on_change(self.news)
        terminal.taxi.on_change(self.news)
        self.set_interval(TICK_SECONDS, self.news)
        if terminal.scanner is not None:
            terminal.scanner.listen(self.scanned, self.scan_failed)
        found = terminal.recovered
        if found.completed or found.reversing or found.restored or found.of_a_copy:
            from pos.ui.screens.recovered import RecoveredScreen  # Seldom needed.

            self.push_screen(RecoveredScreen(found, terminal.counter.sale))
        if terminal.staff.on_duty is None:
            self.ask_sign_in(must=True)
        if not self.is_headless:
            fd = sys.__stdin__.fileno() if sys.__stdin__ else 0
            self._watch = TerminalWatch(fd, self._gone, any_line=self.is_web)
            self._watch.start()

    def on_unmount(self) -> None:
        """Watch the terminal no longer."""
        if self._watch is not None:
            self._watch.stop()

    def news(self) -> None:
        """Tell every open screen to look again."""
        if not self.is_running:  # It is ending: the screens are losing their widgets.
            return
        if self.terminal.staff.in_use and self.terminal.staff.on_duty is None:
            self.ask_sign_in(must=True)  # Whoever was there was retired.
        if self._trainee is not None:
            self._trainee.look()
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
            self.cue(Cue.ORDER)

    def bell(self) -> None:
        """Sound that something was refused or needs a person; nothing where sounds are off."""
        self.cue(Cue.REFUSED)

    def cue(self, cue: Cue) -> None:
        """Sound it, unless sounds are off."""
        self.look.sound(cue)

    def action_next_look(self) -> None:
        """Go on to the next look, whatever is up."""
        self.look.next()

    def scanned(self, code: str) -> None:
        """Take a code from a scanner with a line of its own, as if it had come from the keyboard."""
        if not self.is_running:
            return
        if isinstance(self.focused, Entry):
            self.focused.scan(code)
        else:
            self.bell()  # A question is open: a code is no answer to it.

    def scan_failed(self, error: ScanError) -> None:
        """Say that something scanned was no code."""
        if self.is_running:
            self.bell()
            if isinstance(self.screen, Refusing):
                self.screen.refuse(error)

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
        key = message.key
        if key == "enter":
            ask_menu(self, self._selling, side_panel=self.side_panel is not None)
        elif key == "f11":
            self.ask_sign_in()
        elif key == "f1":
            self.action_help()
        elif key == LOOK:
            self.look.ask()
        elif key in NEEDS:
            act(self.screen, self._open_granted(key))
        else:
            self.push_screen(screen_for(key, self.terminal, message.scanned))

    async def _open_granted(self, key: str) -> None:
        grant = await ask_grant(self, self.terminal.staff, NEEDS[key], key)
        if grant is not None:
            self.push_screen(screen_for(key, self.terminal))

    def ask_sign_in(self, *, must: bool = False) -> None:
        """Ask who takes the till over; `must` where nobody is there to go back to."""
        staff = self.terminal.staff
        if not staff.in_use or any(isinstance(each, PinScreen) for each in self.screen_stack):
            return
        people = [each for each in staff.everyone if each.active]
        text = _("The open sale stays.")
        screen = PinScreen[Person](_("Who is at the till?"), text, people, staff.sign_in, must=must)
        self.push_screen(screen, lambda _person: self.news())

    def on_side_panel_asked(self, message: SidePanelAsked) -> None:
        """Open the demo's panel over whatever is up."""
        if self.side_panel is None or self.stopped:
            return
        from pos.ui.screens.side import SideScreen, SideState  # Only in the demo.

        if self._side_state is None:
            self._side_state = SideState()
        self.push_screen(SideScreen(self.side_panel, self._side_state))

    def action_help(self) -> None:
        """Open the help of whatever is up, or close it; never over a payment that is under way."""
        if self.terminal.counter.paying:
            self.bell()  # Its screen has to be the one on top when the answer comes.
            return
        from pos.ui.screens.help import HelpScreen  # Seldom needed.

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpScreen(self.terminal, type(self.screen).__name__))

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
