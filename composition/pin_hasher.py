"""Argon2id for PINs, in a thread of its own. Never keeps a PIN; never waits on the event loop."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from config.settings import Settings
from pos.ports import Clock, Store
from pos.services.staff import Staff

# RFC 9106's second choice asks 64 MiB, a till's share is less: OWASP's for 19 MiB, and then some.
MEMORY_KIB, PASSES, LANES = 32 * 1_024, 3, 1


def staff_of(settings: Settings, store: Store, clock: Clock) -> Staff:
    """Return the people of a terminal, not read yet."""
    return Staff(
        store=store,
        hasher=Argon2Pins(),
        clock=clock,
        shop_name=settings.shop.name,
        wanted=settings.people.sign_in,
        permissions=settings.people.permissions,
    )


class Argon2Pins:
    """Makes and checks hashes; about 60 ms on a slow core, which a person does not notice."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)

    async def hash(self, pin: str) -> str:
        """Return a new salted hash in its usual text form."""
        return await asyncio.to_thread(self._hasher.hash, pin)

    async def verify(self, pin_hash: str, pin: str) -> bool:
        """Tell whether the PIN is the hash's; a damaged hash is nobody's."""
        return await asyncio.to_thread(self._verify, pin_hash, pin)

    def _verify(self, pin_hash: str, pin: str) -> bool:
        try:
            return self._hasher.verify(pin_hash, pin)
        except (VerificationError, InvalidHashError):
            return False
