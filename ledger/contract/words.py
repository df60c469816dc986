"""The words that all of the contract is written in: amounts, texts, digests, and the base. Names no operation."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

AMOUNT_MAX = 99_999_999  # Eight digits, what a slip's amount field holds.
BALANCE_MAX = 999_999_999_999
DEVICE_MAX = (1 << 48) - 1

Amount = Annotated[int, Field(ge=1, le=AMOUNT_MAX)]
Balance = Annotated[int, Field(ge=0, le=BALANCE_MAX)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
PublicKey = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Signature = Annotated[str, Field(pattern="^[0-9a-f]{128}$")]  # Ed25519 (RFC 8032).
ShortText = Annotated[str, Field(max_length=200)]
LongText = Annotated[str, Field(max_length=1_000)]


class Wire(BaseModel):
    """The base: no coercion, no unknown fields, no change after it was read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
