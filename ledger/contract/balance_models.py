"""What travels when a till asks what a card holds. Never a payment: nothing is drawn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel

from ledger.contract.models import SEALED_MAX, DeclineAnswer, PurseName
from ledger.contract.words import Balance, Wire


class BalanceRequest(Wire):
    """The card, sealed for the id in the path, over 0 won."""

    sealed: Annotated[str, Field(min_length=1, max_length=SEALED_MAX)]


class PurseHeld(Wire):
    """What of one purse can pay here."""

    purse: PurseName
    amount: Balance


class BalanceKnown(Wire):
    """What it holds; `elsewhere` only pays in other shops, `on_card` only without the line."""

    status: Literal["known"] = "known"
    purses: Annotated[tuple[PurseHeld, ...], Field(max_length=3)]
    elsewhere: Balance
    on_card: Balance


class BalanceAnswer(
    RootModel[Annotated[BalanceKnown | DeclineAnswer, Field(discriminator="status")]]
):
    """The answer to a balance inquiry."""
