"""Gives somebody a new PIN on the command line: for a manager who lost theirs. Needs the machine's owner; is on record.

Whoever may read and write the terminal's record owns the machine, and could do worse; so that, and
that nobody sells meanwhile, is all it asks. It can't be done quietly: the journal says that a PIN
was recovered, and when.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from composition.clock import SystemClock
from composition.pin_hasher import staff_of
from config.settings import load_settings
from offline_queue.store import SqliteStore
from pos.domain.errors import IeumError
from pos.domain.people import Grant, Permission

OWNER = "단말기 소유자 / machine's owner"
INCARNATION_BITS = 32


class NobodyOfThatNumber(IeumError):
    """There is no such person."""

    code = "P08"
    ko = "{number}번은 없습니다. 바뀐 것은 없습니다. 있는 사람: {people}"
    en = "There is no number {number}. Nothing changed. There are: {people}"


class PinsDiffer(IeumError):
    """It was not typed twice alike."""

    code = "P09"
    ko = "두 PIN이 다릅니다. 바뀐 것은 없습니다. 다시 하세요."
    en = "The two PINs differ. Nothing changed. Do it again."


async def give_new_pin(settings_path: Path, number: int, ask: Callable[[str], str]) -> str:
    """Ask for a PIN twice, set it, and return what was done.

    Args:
        settings_path: the terminal's; it must not run.
        number: the person's.
        ask: shows a question and returns the answer, unseen.

    Raises:
        ConfigError, StoreError, PersonError, NobodyOfThatNumber, PinsDiffer: nothing changed.
    """
    settings = load_settings(settings_path)
    store = SqliteStore(
        settings_path.parent / settings.files.database,
        device=settings.terminal.device,
        new_incarnation=lambda: secrets.randbits(INCARNATION_BITS),
    )
    try:
        staff = staff_of(settings, store, SystemClock())
        await staff.load()
        people = {each.number: each.name for each in staff.everyone}
        if number not in people:
            known = ", ".join(f"{each} {name}" for each, name in people.items()) or "-"
            raise NobodyOfThatNumber(number=number, people=known)
        pin = ask(f"{people[number]}: 새 PIN / new PIN: ")
        if ask("한 번 더 / once more: ") != pin:
            raise PinsDiffer()
        grant = Grant(Permission.PEOPLE, OWNER)
        await staff.set_pin(grant, number, pin, recovered=True)
    finally:
        await store.close()
    name = people[number]
    return f"{number} {name}: 새 PIN을 정했습니다. 기록에 남습니다. / The new PIN is set; it is on record.\n"
