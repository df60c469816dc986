"""Asks for a number and PIN, to sign in or to allow something once. Never checks them: the use case does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.errors import IeumError
from pos.domain.people import Person
from pos.ui.acts import act
from pos.ui.i18n import _, language
from pos.ui.people_words import role_word
from pos.ui.safe_text import safe
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.pin_entry import PinEntry

T = TypeVar("T")


class PinScreen(ModalScreen[T | None], Generic[T]):
    """Answers with what the check returned, or None.

    Args:
        title, text: what the PIN is for.
        people: whose PINs will do.
        check: takes number and PIN as one; raises where they will not do.
        must: there is no way back but to quit (nobody is signed in).
    """

    CSS_PATH = "pin.tcss"
    AUTO_FOCUS = "PinEntry"

    def __init__(
        self,
        title: str,
        text: str,
        people: Sequence[Person],
        check: Callable[[str], Awaitable[T]],
        *,
        must: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._people = tuple(people)
        self._check = check
        self._must = must
        self._busy = False

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(safe(self._title), classes="title", markup=False)
            yield Static(safe(self._text), classes="text", markup=False)
            yield Figures()
            yield PinEntry()
            back = _("F10 quit") if self._must else _("Esc back")
            keys = _("Your number, then your PIN, then Enter")
            yield Static(f" {keys}   {back}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """List who may."""
        rows = [
            (f"{each.number}   {safe(each.name)}", role_word(each.role)) for each in self._people
        ]
        self.query_one(Figures).show(rows or [(_("Nobody here may allow it."), " ")])

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Have it checked; an empty Enter is none."""
        if event.text.strip() and not self._busy:
            self._busy = True
            act(self, self._try(event.text.strip()), self._refuse)

    async def _try(self, code: str) -> None:
        try:
            answer = await self._check(code)
        finally:
            self._busy = False
        if self.is_attached:
            self.dismiss(answer)

    def _refuse(self, error: IeumError) -> None:
        self.query_one(".dialog").add_class("-danger")
        self.query_one(".text", Static).update(f"! {error.message(language())}")
        self.app.bell()

    def on_key(self, event: Key) -> None:
        """Go back, or quit where nobody may go on."""
        if event.key == "escape" and not self._must:
            event.stop()
            self.dismiss(None)
        elif event.key == "f10" and self._must:
            event.stop()
            self.app.exit()
