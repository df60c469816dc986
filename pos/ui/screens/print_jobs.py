"""What waits for paper and what came of the rest: cancel one, or print it again. Never prints itself."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from pos.ports import PrintJobFacts, PrintJobState
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.print_job_rows import columns, job_cells
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table

STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
SHOWN_MAX = 100
OVER = frozenset(PrintJobState) - {PrintJobState.WAITING, PrintJobState.PRINTING}


class PrintJobsScreen(KeyedScreen):
    """Lists what waits first, then the newest."""

    CSS_PATH = "print_jobs.tcss"
    AT_ONCE = frozenset(STEPS)
    LONE = {"0": "escape"} | {"1": "again", "2": "cancel"}

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._jobs: tuple[PrintJobFacts, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Print jobs')}", classes="head", markup=False)
        yield Table(columns(), _("Nothing was printed yet."))
        yield MessageBar()
        keys = [(_("Up Down"), _("Choose")), ("1", _("Print again")), ("2", _("Cancel"))]
        yield KeyBar([*keys, ("escape", _("Back"))])

    def on_mount(self) -> None:
        """List them."""
        self.news()

    def news(self) -> None:
        """List them anew."""
        act(self, self._list(), self.refuse)

    async def _list(self) -> None:
        jobs = await self.terminal.spool.jobs(SHOWN_MAX)
        if self.is_attached:
            self._jobs = jobs
            over = [place for place, job in enumerate(jobs) if job.state in OVER]
            self.query_one(Table).show([job_cells(job) for job in jobs], over)

    def press(self, key: str) -> None:
        """Choose another, print the chosen one again, cancel it, or go back."""
        if key in STEPS:
            self.query_one(Table).move(STEPS[key])
        elif key in ("again", "cancel"):
            place = self.query_one(Table).place
            if place >= len(self._jobs):
                self.app.bell()
                return
            job = self._jobs[place]
            act(self, self._again(job) if key == "again" else self._cancel(job), self.refuse)
        else:
            super().press(key)

    async def _again(self, job: PrintJobFacts) -> None:
        if await self.terminal.spool.again(job.id):
            self.say(_("A marked copy is on its way to the printer."), "done")
        else:
            self.say(_("It still waits. Look at the printer."))
        await self._list()

    async def _cancel(self, job: PrintJobFacts) -> None:
        if await self.terminal.spool.cancel(job.id):
            self.say(_("It will not be printed. The sale stands."), "done")
        else:
            self.say(_("It does not wait any more."))
        await self._list()
