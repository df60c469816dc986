"""The technician's screen: every device proved by a test. Never changes a setting or a record."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from pos.domain.errors import StoreDamaged
from pos.domain.people import Permission
from pos.ports import DeviceStatus
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.i18n import _, language
from pos.ui.navigation import LOOK, ScreenAsked
from pos.ui.safe_text import safe
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.when import since, skew_text
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import problem_word, won

REFUSAL_CHARS_MAX = 300


class TechnicianScreen(KeyedScreen):
    """Looks at everything when it opens, and again on a key."""

    CSS_PATH = "technician.tcss"
    OWN_KEY = "f8"
    LONE = {
        "1": "c",
        "2": "t",
        "3": "v",
        "4": "s",
        "5": "p",
        "6": "people",
        "7": "screen",
        "0": "escape",
    } | {k: k for k in "ctvsp"}

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._verified = (_("not checked yet: press 3"), "plain")

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Service')}", classes="head", markup=False)
        with VerticalScroll(classes="scroll", can_focus=False):
            yield Figures()
        yield MessageBar()
        keys = [("1", _("Look again")), ("2", _("Test print")), ("3", _("Check record"))]
        keys += [
            ("4", _("Send refused")),
            ("5", _("Print jobs")),
            ("6", _("People")),
            ("7", _("Screen")),
        ]
        yield KeyBar([*keys, ("escape", _("Back"))])

    def on_mount(self) -> None:
        """Look at everything."""
        self.press("c")

    async def _look(self) -> None:
        terminal, now = self.terminal, self.terminal.clock.now()
        reader, printer = await terminal.reader.status(), await terminal.printer.status()
        waiting, backlog = await terminal.spool.waiting(), await terminal.store.backlog()
        up = terminal.line.up
        state = _("up since {time}") if up else _("DOWN since {time}")
        state = state.format(time=since(terminal.line.since, now))
        refusal = terminal.line.refusal
        if refusal is not None:
            state = safe(refusal.message(language()), REFUSAL_CHARS_MAX)
        problem = terminal.spool.problem
        told: list[tuple[str, str, str]] = [
            (_("Card reader"), "", ""),
            (safe(reader.name, 40), *_device(reader)),
            (_("Printer"), "", ""),
            (safe(printer.name, 40), *_device(printer)),
            *await self._others(),
            (_("Prints waiting"), f"{waiting:,}", "warning" if waiting else "good"),
            (
                _("Last trouble"),
                problem_word(problem) if problem else _("nothing"),
                "danger" if problem else "good",
            ),
            (_("Line to the ledger"), "", ""),
            (_("Line"), state, _tone(ok=up and refusal is None)),
            (
                _("Clock against the ledger's"),
                skew_text(terminal.line.skew),
                _tone(ok=not terminal.line.clock_is_wrong),
            ),
            (_("Records to send"), f"{backlog.count:,}", _tone(ok=not backlog.count)),
            (_("Card payments to send"), won(backlog.amount), _tone(ok=not backlog.amount)),
            (_("Records refused"), f"{backlog.parked:,}", _tone(ok=not backlog.parked)),
            (_("Sales record"), "", ""),
            (_("Journal"), *self._verified),
            (_("Incarnation"), f"{terminal.store.incarnation:08x}", "plain"),
        ]
        if self.is_attached:
            tones = {place: tone for place, (_l, _v, tone) in enumerate(told) if tone}
            rows = [(label, value) for label, value, _tone_of in told]
            self.query_one(Figures).show(rows, tones)

    async def _others(self) -> list[tuple[str, str, str]]:
        """Return the scanner with a line of its own, and what the customer looks at."""
        terminal = self.terminal
        found = [] if terminal.scanner is None else [await terminal.scanner.status()]
        if terminal.customer is not None:
            found += await terminal.customer.statuses()
        return [(safe(each.name, 40), *_device(each)) for each in found]

    async def _verify(self) -> None:
        self.say(_("Checking the whole record"))
        try:
            count = await self.terminal.store.verify()
        except StoreDamaged as error:
            self._verified = (safe(error.message(language())), "danger")
            raise
        self._verified = (_("{count} records, whole", count=f"{count:,}"), "good")
        self.say(_("The record is whole."), "done")
        await self._look()

    async def _test_print(self) -> None:
        await self.terminal.reprint.test_page()
        self.say(_("A test page is on its way to the printer."), "done")
        await self._look()

    async def _resend(self) -> None:
        count = await self.terminal.resend.resend()
        if count:
            self.say(_("Sending again: {count}", count=f"{count:,}"), "done")
        else:
            self.say(_("No record was refused."))
        await self._look()

    def press(self, key: str) -> None:
        """Test, or go back."""
        tests = {"c": self._look, "t": self._test_print, "v": self._verify, "s": self._resend}
        if key in tests:
            self.say("")
            act(self, tests[key](), self.refuse)
        elif key == "p":
            from pos.ui.screens.print_jobs import PrintJobsScreen  # Seldom needed.

            self.app.push_screen(PrintJobsScreen(self.terminal))
        elif key == "people":
            act(self, self._people(), self.refuse)
        elif key == "screen":
            self.post_message(ScreenAsked(LOOK))
        else:
            super().press(key)

    async def _people(self) -> None:
        from pos.ui.screens.people import PeopleScreen  # Seldom needed.

        grant = await ask_grant(self.app, self.terminal.staff, Permission.PEOPLE, "people")
        if grant is not None:
            self.app.push_screen(PeopleScreen(self.terminal, grant))


def _device(status: DeviceStatus) -> tuple[str, str]:
    if status.ready:
        return _("ready"), "good"
    return problem_word(status.problem), "danger"


def _tone(*, ok: bool) -> str:
    return "good" if ok else "warning"
