"""How a terminal is enrolled, on the wire. Never a private key."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from ledger.contract.words import DEVICE_MAX, PublicKey, ShortText, Wire


class EnrolmentRequest(Wire):
    """A terminal's one-use code; the key that signs the request is the one to be enrolled.

    `device` is the terminal's number where it has records already: a code for another is not used up.
    """

    code: Annotated[str, Field(min_length=1, max_length=64)]
    device: Annotated[int, Field(ge=0, le=DEVICE_MAX)] | None = None


class CaKey(Wire):
    """A key of the card scheme's, by its index (EMV tag 8F); `modulus` in hex."""

    index: Annotated[int, Field(ge=0, le=255)]
    modulus: Annotated[str, Field(pattern="^[0-9a-f]{128,1024}$")]
    exponent: Annotated[int, Field(ge=3)]


class EnrolmentAnswer(Wire):
    """The terminal is enrolled: who it is, and what it checks cards and the ledger with."""

    device: Annotated[int, Field(ge=1, le=DEVICE_MAX)]
    merchant: ShortText
    sealing_public: PublicKey
    ca_keys: tuple[CaKey, ...]
    hotlist_key: PublicKey
    ledger_public: PublicKey
    at: AwareDatetime
