"""Numbers, PINs, locks and permissions: the rules, without a hash or a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pos.domain.people import (
    LOCK_FIRST,
    LOCK_MAX,
    NUMBERS,
    PERMISSIONS,
    TRIES_MAX,
    Permission,
    Person,
    Role,
    free_number,
    has_a_manager,
    pin_is_good,
    split_code,
)
from tests.fakes import NOON


def person(number: int = 1, role: Role = Role.CASHIER, **facts: object) -> Person:
    return Person(number, f"P{number}", role, "hash", **facts)  # type: ignore[arg-type]


def test_no_number_begins_another_so_a_code_can_be_read_one_way_only() -> None:
    texts = [str(number) for number in NUMBERS]
    for one in texts:
        assert [other for other in texts if other.startswith(one)] == [one]


@pytest.mark.parametrize(
    ("code", "split"),
    [
        ("12580", (1, "2580")),
        ("912580", (91, "2580")),
        ("1258", None),
        ("02580", None),
        ("1123456789", None),
        ("", None),
        ("9", None),
        ("１２５８０", None),
        ("1-2580", None),
    ],
)
def test_a_code_is_a_number_and_a_pin(code: str, split: tuple[int, str] | None) -> None:
    assert split_code(code) == split


@pytest.mark.parametrize("pin", ["1111", "1234", "9876", "123", "123456789", "12a4", ""])
def test_a_pin_that_anybody_would_try_first_is_refused(pin: str) -> None:
    assert not pin_is_good(pin)
    assert pin_is_good("2580")


def test_the_lock_comes_with_the_last_try_and_doubles_up_to_an_hour() -> None:
    tried = person()
    for _ in range(TRIES_MAX - 1):
        tried = tried.tried(NOON)
        assert not tried.is_locked(NOON)
    tried = tried.tried(NOON)
    assert tried.locked_until == NOON + LOCK_FIRST
    assert tried.tried(NOON).locked_until == NOON + LOCK_FIRST * 2
    for _ in range(60):
        tried = tried.tried(NOON)
    assert tried.locked_until == NOON + LOCK_MAX
    assert not tried.is_locked(NOON + LOCK_MAX + timedelta(seconds=1))
    assert tried.cleared() == person()


def test_a_number_is_never_given_twice_and_they_run_out() -> None:
    everyone = [person(number, active=False) for number in NUMBERS[:-1]]
    assert free_number(everyone) == NUMBERS[-1]
    assert free_number([*everyone, person(NUMBERS[-1])]) is None


def test_people_without_a_manager_would_be_locked_out() -> None:
    assert has_a_manager([])
    assert has_a_manager([person(active=False)])
    assert not has_a_manager([person(1), person(2, Role.MANAGER, active=False)])
    assert has_a_manager([person(1), person(2, Role.MANAGER)])


def test_each_role_on_the_ladder_may_what_the_one_below_may() -> None:
    ladder = [PERMISSIONS[role] for role in (Role.CASHIER, Role.SENIOR, Role.MANAGER)]
    assert ladder[0] < ladder[1] < ladder[2] == frozenset(Permission)
