"""Lets in only what an enrolled terminal has signed, once and in time. Never knows what is asked for.

A request is remembered in the same transaction as what it does, so that it is taken once also across a
restart; what is older than the window needs no memory, for its time alone keeps it out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.contract.http_signature import (
    ALGORITHM,
    CONTENT_DIGEST,
    DEVICE_FIELD,
    NONCE_CHARS_MAX,
    TAG,
    Message,
    Signature,
    SignatureUnreadable,
    digest_fits,
    read_signature,
    required,
)
from ledger.server.database import ConstraintBroken, Tx
from ledger.server.device_keys import signed_by
from ledger.server.judging import Merchant
from ledger.server.problems import Refused
from ledger.server.tables import CONTACTS, REQUESTS, Needs
from pos.domain.codec import encode
from pos.domain.identifiers import DEVICE_BITS

WINDOW = timedelta(seconds=60)  # Between the request's time and ours, either way.
FORGET_AFTER = 3 * WINDOW
KEY_BYTES = 32
NONCE_CHARS_MIN = 16
CONTACT_EVERY = timedelta(minutes=1)
Admit = Callable[[int, bytes], Awaitable[Merchant]]
"""Returns the terminal that a key speaks for; raises `Refused` if it speaks for none."""
NO_DEVICE = 0  # No terminal has it; stands for the device of a key that is not enrolled yet.


@dataclass(frozen=True, slots=True)
class Caller:
    """Who has signed a request.

    Attributes:
        merchant: the terminal; None where the key is not enrolled, nor has to be.
    """

    key: bytes
    created: int
    nonce: str
    merchant: Merchant | None

    @property
    def request(self) -> tuple[int, int, str]:
        """What this request is remembered by."""
        return (
            NO_DEVICE if self.merchant is None else self.merchant.device,
            self.created,
            self.nonce,
        )

    @property
    def needs(self) -> Needs:
        """The rows that `spend` will ask for."""
        return Needs(requests=(self.request,))

    @property
    def terminal(self) -> Merchant:
        """The terminal, where it has to be one."""
        assert self.merchant is not None
        return self.merchant


async def look_at(admit: Admit, message: Message, *, enrolled: bool) -> tuple[Signature, Caller]:
    """Read who says to have signed, before anything of the body is read; nothing is verified yet.

    Raises:
        Refused: there is no signature of the kind asked for, or no enrolled terminal made it.
    """
    try:
        said = read_signature(message)
        key = bytes.fromhex(said.keyid)
        device = int(message.component(DEVICE_FIELD), 16) if enrolled else None
    except SignatureUnreadable as error:
        raise Refused("unauthorized", str(error)) from None
    except ValueError:
        raise Refused("unauthorized", "keyid or device") from None
    if device is not None and not 0 < device < 1 << DEVICE_BITS:
        raise Refused("unauthorized", "device")
    is_ours = (said.algorithm, said.tag) == (ALGORITHM, TAG) and len(key) == KEY_BYTES
    if not is_ours or not NONCE_CHARS_MIN <= len(said.nonce) <= NONCE_CHARS_MAX:
        raise Refused("unauthorized", "alg, tag, keyid or nonce")
    merchant = None if device is None else await admit(device, key)
    return said, Caller(key, said.created, said.nonce, merchant)


def verify(said: Signature, caller: Caller, message: Message, body: bytes, now: datetime) -> None:
    """Check that the signature is right, covers what it must, and was made just now.

    Raises:
        Refused: it is not so; a wrong time comes with ours.
    """
    has_device = caller.merchant is not None
    must = required(message.fields, has_body=bool(body), has_device=has_device)
    if not set(must) <= set(said.components):
        raise Refused("unauthorized", "not everything is signed")
    if body and not digest_fits(message.fields.get(CONTENT_DIGEST, ""), body):
        raise Refused("unauthorized", "the body is another")
    if not signed_by(caller.key, said.signature, said.base):
        raise Refused("unauthorized", "the signature is wrong")
    if abs(said.created - now.timestamp()) > WINDOW.total_seconds():
        raise Refused("clock_skew", at=now)


def spend(tx: Tx, caller: Caller, now: datetime) -> None:
    """Remember a request, in the transaction of what it does.

    Raises:
        Refused: it was taken before.
    """
    request = caller.request
    if tx.get(REQUESTS, *request) is not None:
        raise Refused("replayed")
    try:
        tx.put(REQUESTS, request)
    except ConstraintBroken:  # Another server on the same database has just taken it.
        raise Refused("replayed") from None
    if caller.merchant is None:
        return
    device = caller.merchant.device
    row = tx.get(CONTACTS, device)
    if row is None:
        tx.put(CONTACTS, (device, encode(now)))
    elif row[1] < encode(now - CONTACT_EVERY):
        tx.set(CONTACTS, (device,), at=encode(now))


def forget(tx: Tx, now: datetime) -> None:
    """Forget the requests that their time alone keeps out."""
    oldest = int((now - FORGET_AFTER).timestamp())
    tx.execute("DELETE FROM request_nonces WHERE created < ?", (oldest,))
