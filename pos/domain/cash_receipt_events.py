"""What the journal keeps of cash receipts. Never the buyer's number: that waits beside it, sealed, to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pos.domain.cash_receipt import CashReceipt
from pos.domain.identifiers import TransactionId


@dataclass(frozen=True, slots=True)
class CashReceiptAsked:
    """The tax office is to be told of one, or of one that is taken back.

    Attributes:
        key: the sale's id and a count; fixed here, so that it is told once.
        cancels: the key of the receipt that this one takes back; empty where it is a first one.
        by: who asked for it; empty where nobody signed in.
    """

    key: str
    sale_id: TransactionId
    receipt: CashReceipt
    at: datetime
    cancels: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class CashReceiptIssued:
    """The tax office has it.

    Attributes:
        approval_code: its own number, by its agent or as a person read it off the office's page.
        by: that person; empty where the agent answered.
    """

    key: str
    sale_id: TransactionId
    approval_code: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class CashReceiptRefused:
    """The tax office, or its agent, would not take it."""

    key: str
    sale_id: TransactionId
    why: str
    at: datetime


CashReceiptEvent = CashReceiptAsked | CashReceiptIssued | CashReceiptRefused
