"""Asks a few questions one after the other: texts, amounts, a choice, a new PIN. Never acts on the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.typed import amount_of
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.figures import Figures
from pos.ui.words import won

TEXT_MAX = 60


class Kind(StrEnum):
    """What an answer must be."""

    TEXT = "text"
    AMOUNT = "amount"
    CHOICE = "choice"  # One of the picks, by its digit.
    PIN = "pin"  # Shown as dots.


@dataclass(frozen=True, slots=True)
class Question:
    """One question. A text may also be one of the picks, by its digit."""

    label: str
    kind: Kind = Kind.TEXT
    picks: tuple[str, ...] = ()
    longest: int = TEXT_MAX


class AskScreen(ModalScreen[tuple[str, ...] | None]):
    """Answers with one text a question (a choice: its place, from 0), or None."""

    CSS_PATH = "ask.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(self, title: str, questions: Sequence[Question], text: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._questions = tuple(questions)
        self._answers: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(safe(self._title), classes="title", markup=False)
            if self._text:
                yield Static(safe(self._text), classes="text", markup=False)
            yield Figures()
            yield Entry()
            keys = _("Type, then Enter   Esc back")
            yield Static(f" {keys}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Ask the first question."""
        self._show()

    def _show(self) -> None:
        rows: list[tuple[str, str]] = []
        for question, answer in zip(self._questions, self._answers, strict=False):
            rows.append((question.label, _shown(question, answer)))
        asked = self._questions[len(self._answers)]
        rows.append((f"{asked.label}?", " "))
        rows += [(f"  {digit}   {safe(pick)}", " ") for digit, pick in enumerate(asked.picks, 1)]
        self.query_one(Figures).show(rows)
        self.query_one(Entry).password = asked.kind is Kind.PIN

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take an answer that is one, and ask on."""
        if len(self._answers) == len(self._questions):
            return  # Answered: this came behind the last answer, in the same read.
        answer = _read(self._questions[len(self._answers)], event.text)
        if answer is None:
            self.app.bell()
            return
        self._answers.append(answer)
        if len(self._answers) == len(self._questions):
            self.dismiss(tuple(self._answers))
        else:
            self._show()

    def on_key(self, event: Key) -> None:
        """Go back on Esc; nothing was done."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)


def _read(question: Question, typed: str) -> str | None:
    text = safe(typed, question.longest)
    place = int(text) - 1 if text.isascii() and text.isdigit() and len(text) == 1 else -1
    picked = 0 <= place < len(question.picks)
    match question.kind:
        case Kind.CHOICE:
            return str(place) if picked else None
        case Kind.AMOUNT:
            amount = amount_of(text) if text else None
            return None if amount is None else str(amount.amount)
        case Kind.PIN:
            return text or None
        case Kind.TEXT:
            return question.picks[place] if picked else text or None


def _shown(question: Question, answer: str) -> str:
    match question.kind:
        case Kind.CHOICE:
            return safe(question.picks[int(answer)])
        case Kind.AMOUNT:
            amount = amount_of(answer)
            return "" if amount is None else won(amount)
        case Kind.PIN:
            return "*" * len(answer)
        case Kind.TEXT:
            return safe(answer)
