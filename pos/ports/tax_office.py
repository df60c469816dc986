"""The tax office's agent for cash receipts (a licensed VAN), as a Protocol. Never an implementation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pos.domain.cash_receipt import CashReceipt


class TaxOfficeSilent(Exception):
    """No answer: the same receipt goes again, and is safe to."""


@dataclass(frozen=True, slots=True)
class CashReceiptWord:
    """The agent's answer: a number of the tax office's, or why it will not have it."""

    approval_code: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class CashReceiptRequest:
    """One receipt, or one taken back, as it goes out.

    Attributes:
        key: the same for ever, so that nothing is issued twice.
        number: the buyer's, digits alone; empty where one is taken back: its first number says which.
    """

    key: str
    receipt: CashReceipt
    number: str = field(repr=False)


class TaxOffice(Protocol):
    """Hands cash receipts to the tax office.

    Guarantee: `send` is idempotent by the key, for ever; a number it answers is the office's own. It
    raises `TaxOfficeSilent` where no answer came.
    """

    async def send(self, request: CashReceiptRequest) -> CashReceiptWord:
        """Hand one over, or say what became of it."""
        ...
