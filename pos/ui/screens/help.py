"""Help for the screen it was opened on, and a search over all of it. Never asks a network."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from pos.services.terminal import Terminal
from pos.ui.help_topic import Topic
from pos.ui.help_topics import found, topics
from pos.ui.i18n import _
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.entry_row import EntryRow
from pos.ui.widgets.key_bar import KeyBar

STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
LONGEST = 40


class HelpScreen(KeyedScreen):
    """One topic, or what a search found.

    Args:
        terminal: the use cases.
        about: the name of the screen's class that it was opened on.
    """

    CSS_PATH = "help.tcss"
    AUTO_FOCUS = "Entry"
    OWN_KEY: ClassVar[str] = "f1"
    AT_ONCE = frozenset(STEPS)

    def __init__(self, terminal: Terminal, about: str) -> None:
        super().__init__(terminal)
        self._topics = topics()
        self._about = about

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Help')}", classes="head", markup=False)
        with VerticalScroll(classes="scroll", can_focus=False):
            yield Static(classes="said", markup=False)
        yield EntryRow(_("Search help"), takes=frozenset(), longest=LONGEST)
        yield KeyBar([(_("Up Down"), _("Scroll")), ("escape", _("Back"))])

    def on_mount(self) -> None:
        """Show the screen's own topic."""
        self._show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while it is typed."""
        self._show(self.query_one(Entry).value)

    def _show(self, wanted: str) -> None:
        own = self._topics.get(self._about)
        hits = found(self._topics, wanted) if wanted.strip() or own is None else [own]
        text = "\n\n".join(map(_as_text, hits)) or _("Nothing was found.")
        self.query_one(".said", Static).update(text)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def press(self, key: str) -> None:
        """Scroll, empty the search, or go back."""
        if key in STEPS:
            self.query_one(VerticalScroll).scroll_relative(y=STEPS[key], animate=False)
        elif key == "escape" and self.query_one(Entry).take():
            self._show("")
        else:
            super().press(key)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Keep the search: an Enter asks for nothing else."""
        self.query_one(Entry).value = event.text


def _as_text(topic: Topic) -> str:
    return "\n".join([f"[ {topic.title} ]", *(f"  - {line}" for line in topic.lines)])
