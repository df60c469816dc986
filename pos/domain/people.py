"""Who works at the till and what each may do. Pure: hashes no PIN, reads no clock, shows nothing.

What a role may do is data; a shop's settings may say otherwise. A person's number is the beginning
of what is typed to sign in, so no number begins another: 1 to 8, then 90 to 99.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

NUMBERS = (*range(1, 9), *range(90, 100))
PIN_DIGITS_MIN, PIN_DIGITS_MAX = 4, 8
NAME_MAX = 20  # What fits a slip beside its label.
TRIES_MAX = 5  # Wrong PINs in a row; the next one waits.
LOCK_FIRST = timedelta(minutes=1)
LOCK_MAX = timedelta(hours=1)  # Doubled at each further try until here.


class Permission(StrEnum):
    """What somebody may be asked to answer for. The values stand in settings and in the journal."""

    VOID = "void"
    REFUND = "refund"
    DISCOUNT_ABOVE_LIMIT = "discount_above_limit"
    PRICE_CHANGE = "price_change"
    OPEN_DRAWER = "open_drawer"
    CASH_IN_OUT = "cash_in_out"
    RISK_ABOVE_LIMIT = "risk_above_limit"
    CLOSE_RECEIVABLE = "close_receivable"
    SEE_DAY = "see_day"
    CLOSE_DAY = "close_day"
    ACCEPT_DIFFERENCE = "accept_difference"
    UNDO_CLOSE = "undo_close"
    TRAINING = "training"
    PEOPLE = "people"
    SETTINGS = "settings"


class Role(StrEnum):
    """What somebody is at this shop."""

    CASHIER = "cashier"
    SENIOR = "senior"
    MANAGER = "manager"
    TECHNICIAN = "technician"


_CASHIER = frozenset({Permission.VOID, Permission.CLOSE_DAY})
_SENIOR = _CASHIER | {
    Permission.REFUND,
    Permission.DISCOUNT_ABOVE_LIMIT,
    Permission.OPEN_DRAWER,
    Permission.CASH_IN_OUT,
    Permission.RISK_ABOVE_LIMIT,
    Permission.SEE_DAY,
    Permission.TRAINING,
}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.CASHIER: _CASHIER,
    Role.SENIOR: _SENIOR,
    Role.MANAGER: frozenset(Permission),
    Role.TECHNICIAN: frozenset({Permission.SETTINGS, Permission.TRAINING}),
}
"""What each role may do where the shop's settings do not say otherwise."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in.

    Attributes:
        pin_hash: argon2id, in its usual text form; never in the journal.
        tries: wrong PINs since the last right one; counted up before each is looked at.
        locked_until: no PIN of theirs is looked at before.
    """

    number: int
    name: str
    role: Role
    pin_hash: str
    active: bool = True
    tries: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Tell whether too many wrong PINs came."""
        return self.locked_until is not None and now < self.locked_until

    def tried(self, now: datetime) -> Person:
        """Return the person with one more try counted, locked from the last one allowed on."""
        tries = self.tries + 1
        if tries < TRIES_MAX:
            return replace(self, tries=tries)
        doubled = min(tries - TRIES_MAX, 10)  # Far beyond the longest already.
        return replace(self, tries=tries, locked_until=now + min(LOCK_FIRST * 2**doubled, LOCK_MAX))

    def cleared(self) -> Person:
        """Return the person as after a right PIN."""
        return replace(self, tries=0, locked_until=None)


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that somebody has, or gave: what a use case asks to see.

    Attributes:
        by: who acts.
        allowed_by: who allowed it where `by` may not alone; else empty.
    """

    permission: Permission
    by: str
    allowed_by: str = ""


@dataclass(frozen=True, slots=True)
class PersonChanged:
    """Somebody was added, changed, retired or given a new PIN; the PIN itself stands nowhere here.

    Attributes:
        new_pin: a PIN was set.
        recovered: by the machine's owner on the command line, not by a person at the till.
    """

    number: int
    name: str
    role: Role
    active: bool
    new_pin: bool
    by: str
    at: datetime
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody took the till over; the open sale stays."""

    number: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PinFailed:
    """A wrong PIN; `tries` in a row."""

    number: int
    name: str
    tries: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PermissionAllowed:
    """Somebody allowed once what another may not do alone."""

    permission: Permission
    by: str
    allowed_by: str
    about: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrainingBegan:
    """Training began; nothing of it stands in this journal."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TrainingEnded:
    """Training ended, by a person or because the terminal was restarted."""

    by: str
    at: datetime


PersonEvent = (
    PersonChanged | SignedIn | PinFailed | PermissionAllowed | TrainingBegan | TrainingEnded
)


def split_code(code: str) -> tuple[int, str] | None:
    """Take a person's number and PIN apart; None if it is no such code."""
    if not (code.isascii() and code.isdigit()):
        return None
    length = 2 if code.startswith("9") else 1
    number, pin = int(code[:length] or 0), code[length:]
    fits = PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX
    return (number, pin) if number in NUMBERS and fits else None


def pin_is_good(pin: str) -> bool:
    """Tell whether a PIN has its digits and is not the first that anybody would try."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return steps not in ({0}, {1}, {-1})


def free_number(people: Iterable[Person]) -> int | None:
    """Return the lowest number that nobody has or had; None if all are taken."""
    taken = {each.number for each in people}
    return next((number for number in NUMBERS if number not in taken), None)


def has_a_manager(people: Iterable[Person]) -> bool:
    """Tell whether the shop is not locked out: nobody signs in, or a manager is among those who do."""
    active = [each for each in people if each.active]
    return not active or any(each.role is Role.MANAGER for each in active)
