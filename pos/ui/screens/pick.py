"""Offers a few things to choose one of, by digit, arrows or touch. Never acts: it answers with the place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click, Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.ui.i18n import _
from pos.ui.lone_keys import LoneKeys
from pos.ui.widgets.choice_list import DIGITS, ChoiceList


class PickScreen(ModalScreen[int | None]):
    """Answers with the place of what was chosen, or None. A scan made meanwhile chooses nothing."""

    CSS_PATH = "pick.tcss"
    AUTO_FOCUS = ""

    def __init__(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._rows = title, tuple(rows)
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield ChoiceList()
            keys = _("Digit, or Up Down and Enter   0 or Esc back")
            yield Static(f" {keys}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """List what there is."""
        self.query_one(ChoiceList).show(self._rows)

    def on_key(self, event: Key) -> None:
        """Move, or go back; a printable key has to come alone."""
        if event.key in ("up", "down"):
            event.stop()
            self.query_one(ChoiceList).move(1 if event.key == "down" else -1)
        elif event.key == "escape":
            event.stop()
            self.dismiss(None)
        else:
            self._lone.press(event)

    def on_click(self, event: Click) -> None:
        """Choose the row that was touched; a second touch takes it."""
        choices = self.query_one(ChoiceList)
        if event.widget is choices:
            place = choices.place_at(event.y)
            if place == choices.place:
                self._answer(place)
            choices.move(place - choices.place)

    def _lone_key(self, key: str) -> None:
        if key == "0":
            self.dismiss(None)
        elif key == "enter":
            self._answer(self.query_one(ChoiceList).place)
        elif key.isdecimal() and int(key) <= DIGITS:
            self._answer(int(key) - 1)

    def _answer(self, place: int) -> None:
        if 0 <= place < len(self._rows):
            self.dismiss(place)
        else:
            self.app.bell()
