"""The shift: float, cash in and out, drawer, X, close and its undoing. Never what should be in the drawer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.domain.people import Grant, Permission
from pos.domain.shift import CashMove
from pos.domain.shift_report import ShiftReport
from pos.domain.won import Won
from pos.ports import PrintOutcome, PrintResult
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.i18n import _
from pos.ui.screens.ask import AskScreen, Kind, Question
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.shift_rows import drawer_rows, move_word, report_rows, standing_rows, standing_tones
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import problem_word, won

MOVES = {"2": CashMove.PAID_IN, "3": CashMove.PAID_OUT, "4": CashMove.SAFE_DROP}


class ShiftScreen(KeyedScreen):
    """How the shift stands, and every key of it by a digit."""

    CSS_PATH = "shift.tcss"
    OWN_KEY = "f9"
    LONE = {key: key for key in "123456789p"} | {"0": "escape"}

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._desk = terminal.shift

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('The shift')}", classes="head", markup=False)
        with Horizontal(classes="body"):
            yield Figures("standing")
            yield Figures("report")
        yield MessageBar()
        keys = [("1", _("X")), *((key, move_word(move)) for key, move in MOVES.items())]
        keys += [("5", _("Drawer")), ("6", _("Close")), ("7", _("Float"))]
        yield KeyBar(
            [
                *keys,
                ("8", _("Undo")),
                ("9", _("Training")),
                ("p", _("Sheet")),
                ("escape", _("Back")),
            ],
            ("6",),
        )

    def on_mount(self) -> None:
        """Look how it stands."""
        act(self, self._look(), self.refuse)

    async def _look(self) -> None:
        standing = await self._desk.standing()
        if self in self.app.screen_stack:
            rows, tones = (
                standing_rows(standing, self.terminal.staff.name),
                standing_tones(standing),
            )
            marked = {place: tones[row[0]] for place, row in enumerate(rows) if row[0] in tones}
            self.query_one("#standing", Figures).show(rows, marked)

    def press(self, key: str) -> None:
        """Do what a digit stands for, or go back."""
        works: dict[str, Callable[[], Awaitable[None]]] = {
            "1": self._x,
            "5": self._drawer,
            "6": self._close,
            "7": self._open,
            "8": self._undo,
            "9": self._train,
            "p": self._sheet,
        }
        if key in works or key in MOVES:
            self.say("")
            work = self._move(MOVES[key]) if key in MOVES else works[key]()
            act(self, self._then_look(work), self.refuse)
        else:
            super().press(key)

    async def _then_look(self, work: Awaitable[None]) -> None:
        await work
        if self in self.app.screen_stack:  # Training takes it away.
            await self._look()

    async def _granted(self, permission: Permission, about: str = "") -> Grant | None:
        return await ask_grant(self.app, self.terminal.staff, permission, about)

    async def _x(self) -> None:
        grant = await self._granted(Permission.SEE_DAY, "X")
        if grant is None:
            return
        try:
            report = await self._desk.x_report(grant)
        except LookupError:
            self.say(_("No rates are in force on that day."), "error")
            return
        self._show_report(report)
        self.say(_("The X is on its way to the printer."), "done")

    def _show_report(self, report: ShiftReport) -> None:
        if self.is_attached:
            rows = (*report_rows(report), *drawer_rows(report))
            self.query_one("#report", Figures).show(rows)

    async def _open(self) -> None:
        question = Question(_("Float, won"), Kind.AMOUNT)
        said = await self.app.push_screen_wait(AskScreen(_("Open the shift"), [question]))
        if said is not None:
            await self._desk.open(Won(int(said[0])), by=self.terminal.staff.name)
            self.say(_("Opened with {amount}.", amount=won(Won(int(said[0])))), "done")

    async def _move(self, move: CashMove) -> None:
        grant = await self._granted(Permission.CASH_IN_OUT, move.value)
        if grant is None:
            return
        questions = [Question(_("Amount, won"), Kind.AMOUNT), _reason(move)]
        said = await self.app.push_screen_wait(AskScreen(move_word(move), questions))
        if said is not None:
            amount = Won(int(said[0]))
            kicked = await self._desk.move(grant, move, amount, said[1])
            text = _("{what}: {amount}, the slip is on its way.")
            self._tell(text.format(what=move_word(move), amount=won(amount)), kicked)

    async def _drawer(self) -> None:
        grant = await self._granted(Permission.OPEN_DRAWER, "drawer")
        if grant is None:
            return
        picks = (_("change"), _("look into it"), _("opened by mistake"))
        title = _("Open the drawer without a sale")
        said = await self.app.push_screen_wait(AskScreen(title, [Question(_("Why"), picks=picks)]))
        if said is not None:
            self._tell(
                _("The drawer opens; it is on record."),
                await self._desk.open_drawer(grant, said[0]),
            )

    def _tell(self, text: str, kicked: PrintResult) -> None:
        if kicked.outcome is PrintOutcome.NOT_STARTED:
            problem = problem_word(kicked.problem)
            text = _("On record, but the drawer stays shut: {problem}.", problem=problem)
            self.say(text, "error")
        else:
            self.say(text, "done")

    async def _close(self) -> None:
        grant = await self._granted(Permission.CLOSE_DAY, "Z")
        if grant is None:
            return
        await self._desk.check()
        from pos.ui.screens.count import CountScreen  # Once a shift.

        await self.app.push_screen_wait(CountScreen(self.terminal, grant))

    async def _undo(self) -> None:
        grant = await self._granted(Permission.UNDO_CLOSE, "Z")
        if grant is None:
            return
        title = _("Undo the last close")
        text = _("The shift goes on with all that came since. The close stays on record as undone.")
        picks = (_("closed by mistake"), _("counted wrongly"))
        question = Question(_("Why"), picks=picks)
        said = await self.app.push_screen_wait(AskScreen(title, [question], text))
        if said is not None:
            undone = await self._desk.undo_close(grant, said[0])
            self.say(
                _("Z{number} is undone; the shift goes on.", number=f"{undone.number:04d}"), "done"
            )

    async def _train(self) -> None:
        from pos.ui.app import IeumApp  # Which opens this screen.

        assert isinstance(self.app, IeumApp)
        await self.app.toggle_training()

    async def _sheet(self) -> None:
        await self._desk.count_sheet()
        self.say(_("The sheet to count on is on its way to the printer."), "done")


def _reason(move: CashMove) -> Question:
    match move:
        case CashMove.PAID_IN:
            picks: tuple[str, ...] = (_("change brought"), _("correction"))
        case CashMove.PAID_OUT:
            picks = (_("goods bought"), _("delivery paid"), _("correction"))
        case CashMove.SAFE_DROP:
            picks = (_("to the safe"), _("to the bank"))
    return Question(_("Why"), picks=picks)
