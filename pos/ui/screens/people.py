"""The people of the shop: enter, give a PIN, another role, retire. Never shows a PIN or its hash."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from pos.domain.people import NAME_MAX, PERMISSIONS, PIN_DIGITS_MAX, Grant, Person, Role
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.cells import Column
from pos.ui.i18n import _
from pos.ui.people_words import role_word
from pos.ui.safe_text import safe
from pos.ui.screens.ask import AskScreen, Kind, Question
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.when import since
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table

STEPS = {"up": -1, "down": 1}
ROLES = tuple(PERMISSIONS)


class PeopleScreen(KeyedScreen):
    """Lists everybody ever entered; digits change the chosen one.

    Args:
        terminal: the use cases.
        grant: of changing people, by whoever opened this.
    """

    CSS_PATH = "people.tcss"
    AT_ONCE = frozenset(STEPS)
    LONE = {"1": "new", "2": "pin", "3": "role", "4": "retire", "0": "escape"}  # noqa: RUF012

    def __init__(self, terminal: Terminal, grant: Grant) -> None:
        super().__init__(terminal)
        self._grant = grant
        self._staff = terminal.staff

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('People')}", classes="head", markup=False)
        columns = (
            Column(_("No."), 4, right=True),
            Column(_("Name"), None),
            Column(_("Role"), 14),
            Column(_("State"), 20),
        )
        yield Table(columns, _("Nobody signs in here. Press 1 to enter the first: a manager."))
        yield MessageBar()
        keys = [(_("Up Down"), _("Choose")), ("1", _("Somebody new")), ("2", _("New PIN"))]
        keys += [("3", _("Role")), ("4", _("Retire / back")), ("escape", _("Back"))]
        yield KeyBar(keys)

    def on_mount(self) -> None:
        """List them."""
        self._list()
        if self._staff.switched_off:
            self.say(_("Signing in is switched off in settings.toml (people.sign_in)."))

    def _list(self) -> None:
        everyone = self._staff.everyone
        quiet = [place for place, each in enumerate(everyone) if not each.active]
        self.query_one(Table).show([self._cells(each) for each in everyone], quiet)

    def _cells(self, person: Person) -> tuple[str, ...]:
        now = self.terminal.clock.now()
        state = "" if person.active else _("retired")
        if person.active and person.is_locked(now) and person.locked_until is not None:
            state = _("locked until {time}", time=since(person.locked_until, now))
        return (str(person.number), safe(person.name, NAME_MAX), role_word(person.role), state)

    def _chosen(self) -> Person | None:
        everyone, place = self._staff.everyone, self.query_one(Table).place
        return everyone[place] if place < len(everyone) else None

    def press(self, key: str) -> None:
        """Choose another, change the chosen one, or go back."""
        chosen = self._chosen()
        if key in STEPS:
            self.query_one(Table).move(STEPS[key])
        elif key == "new":
            act(self, self._new(), self.refuse)
        elif key in ("pin", "role", "retire"):
            if chosen is None:
                self.app.bell()
                return
            work = {"pin": self._pin, "role": self._role, "retire": self._retire}[key]
            act(self, work(chosen), self.refuse)
        else:
            super().press(key)

    async def _new(self) -> None:
        first = not any(each.active for each in self._staff.everyone)
        questions = [Question(_("Name"), longest=NAME_MAX)]
        if not first:
            questions.append(Question(_("Role"), Kind.CHOICE, tuple(map(role_word, ROLES))))
        title = _("The first person is a manager") if first else _("Somebody new")
        said = await self.app.push_screen_wait(AskScreen(title, [*questions, *_pin_twice()]))
        if said is None:
            return
        name, *role, pin, again = said
        if self._same(pin, again):
            chosen = ROLES[int(role[0])] if role else Role.MANAGER
            person = await self._staff.add(self._grant, name, chosen, pin)
            self._list()
            text = _("{name} signs in with {number} and the PIN.")
            self.say(text.format(name=person.name, number=person.number), "done")

    async def _pin(self, person: Person) -> None:
        title = _("New PIN for {name}", name=person.name)
        said = await self.app.push_screen_wait(AskScreen(title, _pin_twice()))
        if said is not None and self._same(*said):
            await self._staff.set_pin(self._grant, person.number, said[0])
            self._list()
            self.say(_("{name} has a new PIN.", name=person.name), "done")

    async def _role(self, person: Person) -> None:
        question = Question(_("Role"), Kind.CHOICE, tuple(map(role_word, ROLES)))
        said = await self.app.push_screen_wait(AskScreen(person.name, [question]))
        if said is not None:
            await self._staff.change(self._grant, person.number, role=ROLES[int(said[0])])
            self._list()
            self.say("")

    async def _retire(self, person: Person) -> None:
        await self._staff.change(self._grant, person.number, active=not person.active)
        self._list()
        self.say("")

    def _same(self, pin: str, again: str) -> bool:
        if pin != again:
            self.say(_("The two PINs differ. Nothing changed."), "error")
        return pin == again


def _pin_twice() -> list[Question]:
    return [
        Question(_("PIN, 4 to 8 digits"), Kind.PIN, longest=PIN_DIGITS_MAX),
        Question(_("The PIN once more"), Kind.PIN, longest=PIN_DIGITS_MAX),
    ]
