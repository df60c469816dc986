"""What a terminal is given at its enrolment: public keys and the hotlist's. Never a card's or a private key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ledger.contract.enrolment_models import CaKey, EnrolmentAnswer
from ledger.server.devices import Enrolled


@dataclass(frozen=True, slots=True)
class Handout:
    """The same for all terminals.

    Attributes:
        sealing_public: card numbers are sealed to it (X25519).
        ledger_public: the ledger's heads are checked with it (Ed25519).
        ca_keys: of the card scheme: index, modulus in hex, exponent.
        hotlist_key: makes the hash that stopped cards are named by.
    """

    sealing_public: bytes
    ledger_public: bytes
    hotlist_key: bytes = field(repr=False)
    ca_keys: tuple[tuple[int, str, int], ...] = ()

    def answer(self, enrolled: Enrolled, at: datetime) -> EnrolmentAnswer:
        """Return the answer to an enrolment."""
        return EnrolmentAnswer(
            device=enrolled.device,
            merchant=enrolled.merchant,
            sealing_public=self.sealing_public.hex(),
            ca_keys=tuple(
                CaKey(index=index, modulus=modulus, exponent=exponent)
                for index, modulus, exponent in self.ca_keys
            ),
            hotlist_key=self.hotlist_key.hex(),
            ledger_public=self.ledger_public.hex(),
            at=at,
        )
