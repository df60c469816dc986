"""Who is at the till, who may do what, and who allows it. Never sees a PIN longer than it takes to check it.

Where nobody was entered, nobody signs in: the shop's own name stands for the person, and all is
allowed. A try is counted durably before its PIN is looked at, so that no kill and no power cut
gives a free one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from pos.domain.events import to_record
from pos.domain.people import (
    PERMISSIONS,
    Grant,
    Permission,
    PermissionAllowed,
    Person,
    PersonChanged,
    PinFailed,
    Role,
    SignedIn,
    free_number,
    has_a_manager,
    pin_is_good,
    split_code,
)
from pos.domain.people_errors import (
    NoRoomForPerson,
    NotPermitted,
    PersonLocked,
    PersonNameTaken,
    PinTooSimple,
    PinWrong,
    ShopNeedsManager,
)
from pos.ports import Change, Clock, Store


class PinHasher(Protocol):
    """Makes and checks hashes of PINs, slowly on purpose, and not on the event loop."""

    async def hash(self, pin: str) -> str:
        """Return a new salted hash."""
        ...

    async def verify(self, pin_hash: str, pin: str) -> bool:
        """Tell whether the PIN is the hash's."""
        ...


class Staff:
    """The people of one till.

    Attributes:
        on_duty: who is signed in; None where nobody is or has to.
    """

    def __init__(
        self,
        *,
        store: Store,
        hasher: PinHasher,
        clock: Clock,
        shop_name: str,
        wanted: bool = True,
        permissions: Mapping[Role, frozenset[Permission]] = PERMISSIONS,
    ) -> None:
        """Take the ports; `wanted` is False where the settings switch signing in off."""
        self._store = store
        self._hasher = hasher
        self._clock = clock
        self._shop_name = shop_name
        self._wanted = wanted
        self._permissions = permissions
        self._people: dict[int, Person] = {}
        self._turn = asyncio.Lock()
        self.on_duty: Person | None = None

    async def load(self) -> None:
        """Read the people from the store.

        Raises:
            StoreError: they can't be read.
        """
        self._people = {each.number: each for each in await self._store.people()}

    @property
    def everyone(self) -> tuple[Person, ...]:
        """All that were ever entered, by number."""
        return tuple(self._people[number] for number in sorted(self._people))

    @property
    def in_use(self) -> bool:
        """Tell whether people sign in here."""
        return self._wanted and any(each.active for each in self._people.values())

    @property
    def switched_off(self) -> bool:
        """Tell whether the settings switch signing in off."""
        return not self._wanted

    @property
    def name(self) -> str:
        """Who stands in records and on paper; the shop where nobody signs in."""
        if not self.in_use:
            return self._shop_name
        return self.on_duty.name if self.on_duty is not None else ""

    def holds(self, person: Person, permission: Permission) -> bool:
        """Tell whether a person has a permission."""
        return person.active and permission in self._permissions[person.role]

    def may(self, permission: Permission) -> bool:
        """Tell whether whoever is at the till has a permission."""
        if not self.in_use:
            return True
        return self.on_duty is not None and self.holds(self.on_duty, permission)

    def grant(self, permission: Permission) -> Grant | None:
        """Return the permission of whoever is at the till; None if somebody else has to allow it."""
        return Grant(permission, self.name) if self.may(permission) else None

    async def sign_in(self, code: str) -> Person:
        """Take the till over by number and PIN.

        Raises:
            PinWrong, PersonLocked: whoever was signed in still is.
            StoreUnavailable: it could not be written; so is that.
        """
        async with self._turn:
            person = await self._check(code)
            signed_in = SignedIn(person.number, person.name, self._clock.now())
            await self._store.commit(Change(records=(to_record(signed_in),)))
            self.on_duty = person
            return person

    def sign_out(self) -> None:
        """Leave the till; the open sale stays for whoever comes."""
        self.on_duty = None

    async def approve(self, permission: Permission, code: str, about: str) -> Grant:
        """Let somebody who has a permission allow an act once; who did is on record before it begins.

        Raises:
            PinWrong, PersonLocked, NotPermitted: nothing was allowed.
            StoreUnavailable: it could not be written; nothing was allowed.
        """
        async with self._turn:
            person = await self._check(code)
            if not self.holds(person, permission):
                raise NotPermitted(name=person.name)
            by = self.name
            allowed = PermissionAllowed(permission, by, person.name, about, self._clock.now())
            await self._store.commit(Change(records=(to_record(allowed),)))
            return Grant(permission, by, person.name)

    async def add(self, grant: Grant, name: str, role: Role, pin: str) -> Person:
        """Enter somebody new.

        Raises:
            PersonError: nobody was entered.
            StoreUnavailable: nothing was written.
        """
        async with self._turn:
            number = free_number(self._people.values())
            if number is None:
                raise NoRoomForPerson(count=len(self._people))
            if any(each.name == name for each in self._people.values()):
                raise PersonNameTaken(name=name)
            person = Person(number, name, role, await self._hash(pin))
            return await self._put(person, grant.by, new_pin=True)

    async def change(
        self, grant: Grant, number: int, *, role: Role | None = None, active: bool | None = None
    ) -> Person:
        """Give somebody another role, retire them or bring them back.

        Raises:
            ShopNeedsManager: nothing changed.
            StoreUnavailable: nothing was written.
        """
        async with self._turn:
            old = self._people[number]
            changed = replace(
                old,
                role=old.role if role is None else role,
                active=old.active if active is None else active,
            )
            return await self._put(changed, grant.by, new_pin=False)

    async def set_pin(
        self, grant: Grant, number: int, pin: str, *, recovered: bool = False
    ) -> None:
        """Give somebody a new PIN, which also ends a lock.

        Raises:
            PinTooSimple: nothing changed.
            StoreUnavailable: nothing was written.
        """
        async with self._turn:
            person = replace(self._people[number].cleared(), pin_hash=await self._hash(pin))
            await self._put(person, grant.by, new_pin=True, recovered=recovered)

    async def _hash(self, pin: str) -> str:
        if not pin_is_good(pin):
            raise PinTooSimple()
        return await self._hasher.hash(pin)

    async def _check(self, code: str) -> Person:
        split = split_code(code)
        person = self._people.get(split[0]) if split is not None else None
        if split is None or person is None or not person.active:
            raise PinWrong()
        now = self._clock.now()
        if person.is_locked(now):
            raise self._locked(person)
        tried = person.tried(now)
        await self._keep(tried)
        if not await self._hasher.verify(person.pin_hash, split[1]):
            failed = PinFailed(person.number, person.name, tried.tries, now)
            await self._store.commit(Change(records=(to_record(failed),)))
            if tried.is_locked(now):
                raise self._locked(tried)
            raise PinWrong()
        right = person.cleared()
        await self._keep(right)
        return right

    def _locked(self, person: Person) -> PersonLocked:
        assert person.locked_until is not None
        seconds = (person.locked_until - self._clock.now()).total_seconds()
        return PersonLocked(name=person.name, minutes=max(1, -(-int(seconds) // 60)))

    async def _keep(self, person: Person) -> None:
        await self._store.commit(Change(people=(person,)))
        self._people[person.number] = person

    async def _put(
        self, person: Person, by: str, *, new_pin: bool, recovered: bool = False
    ) -> Person:
        after = {**self._people, person.number: person}
        if not has_a_manager(after.values()):
            raise ShopNeedsManager()
        changed = PersonChanged(
            number=person.number,
            name=person.name,
            role=person.role,
            active=person.active,
            new_pin=new_pin,
            by=by,
            at=self._clock.now(),
            recovered=recovered,
        )
        await self._store.commit(Change(records=(to_record(changed),), people=(person,)))
        self._people = after
        if self.on_duty is not None and self.on_duty.number == person.number:
            self.on_duty = person if person.active else None
        return person
