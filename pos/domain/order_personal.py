"""What is the customer's own of an order, kept beside the journal until it is erased. Never inside it.

The journal holds a salted commitment: as long as the words are there, anyone can check that they are
those that came; once they and the salt are gone, nothing can be told from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from pos.domain.codec import encode
from pos.domain.order import Order
from pos.domain.order_events import OrderReceived
from pos.domain.record import canonical

FIELDS = ("shop_note", "rider_note", "address_masked", "phone_masked")
"""Of an order; a note may hold a door's code, so it is the customer's own, too."""


@dataclass(frozen=True, slots=True)
class Personal:
    """The customer's own words.

    Attributes:
        salt: random, so that the commitment can't be tried out on every address of a street.
    """

    order_key: str
    shop_note: str
    rider_note: str
    address_masked: str
    phone_masked: str
    salt: str
    received_at: datetime

    @property
    def commitment(self) -> str:
        """What the journal holds in their place: 64 hex digits."""
        said = {name: encode(getattr(self, name)) for name in (*FIELDS, "order_key", "salt")}
        return hashlib.sha256(b"ieum-pos personal v1" + canonical(said)).hexdigest()

    def put_back(self, order: Order) -> Order:
        """Return the order with the words in it."""
        return replace(order, **{name: getattr(self, name) for name in FIELDS})


def personal_of(order: Order, salt: str, at: datetime) -> Personal:
    """Return an order's own words, to be kept."""
    words = {name: str(getattr(order, name)) for name in FIELDS}
    return Personal(order_key=order.key, salt=salt, received_at=at, **words)


def with_words(event: OrderReceived, words: Personal | None) -> OrderReceived:
    """Return an order as it came; words that are not those the journal is committed to are left out."""
    if words is None or words.commitment != event.personal:
        return event
    return replace(event, order=words.put_back(event.order))
