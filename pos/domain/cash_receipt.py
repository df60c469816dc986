"""A cash receipt (현금영수증): for whom, over which part of a sale, under which masked id. Issues nothing.

It stands for the cash of a sale alone: what a card or voucher paid is reported to the tax office by
the card's own payment, and reporting it twice would deduct it twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pos.domain.errors import IeumError
from pos.domain.identifiers import business_number_is_valid
from pos.domain.sale import SaleRecord
from pos.domain.tax import TaxSplit, split_tax
from pos.domain.tender import CashTender
from pos.domain.won import ZERO, Won

SELF_ISSUE_ID = "0100001234"  # The tax office's own number for a buyer who gives none.
_MOBILE = re.compile(r"01[016789]\d{7,8}")
_CARD = re.compile(r"\d{15,19}")  # 13 digits would be a resident's number.
_CLEAR = re.compile(r"\d{7}")


class CashReceiptUse(StrEnum):
    """What the buyer does with it."""

    INCOME = "income"  # 소득공제용: a person
    BUSINESS = "business"  # 지출증빙용: a business
    SELF_ISSUED = "self_issued"  # 자진발급: nobody asked, or nobody gave a number


class CancelReason(StrEnum):
    """Why one is taken back, as the tax office counts: 1, 2, 3."""

    SALE_VOIDED = "1"
    ISSUED_IN_ERROR = "2"
    OTHER = "3"


class CashReceiptIdWrong(IeumError):
    """A number that no cash receipt can be issued to."""

    code = "R20"
    ko = "현금영수증 번호가 아닙니다. 발급된 것은 없습니다. 휴대폰, 사업자번호, 카드번호 중 하나를 다시 확인하세요."
    en = "Not a number a cash receipt can go to. None was issued. Check the mobile, business or card number."


@dataclass(frozen=True, slots=True)
class CashReceiptCancel:
    """What a cancelling receipt takes back."""

    reason: CancelReason
    approval_code: str
    approved_on: date


@dataclass(frozen=True, slots=True)
class CashReceipt:
    """One, as it is printed and sent.

    Attributes:
        masked_id: the buyer's number, masked; the self-issue number stands in clear.
        approval_code: the tax office's, by its agent; text, for zeros lead it.
        tax: of the cash alone; what is sent is what is printed.
        cancels: the receipt that this one takes back; None where it is a first one.

    Raises:
        ValueError: the number is not masked; a programming error, and no number of a buyer's is kept.
    """

    sale_receipt_number: str
    use: CashReceiptUse
    masked_id: str
    approval_code: str
    issued_at: datetime
    tax: TaxSplit
    cancels: CashReceiptCancel | None = None

    def __post_init__(self) -> None:
        if self.masked_id != dashed(SELF_ISSUE_ID) and _CLEAR.search(
            self.masked_id.replace("-", "")
        ):
            raise ValueError("a cash receipt keeps no number in clear")


def use_of(asked: CashReceiptUse, number: str) -> CashReceiptUse:
    """Return the use that a number goes to; the self-issue number is of one use, whatever was asked.

    Raises:
        CashReceiptIdWrong: nobody has such a number, or it does not go with the use.
    """
    digits = _digits(number)
    if digits == SELF_ISSUE_ID:
        return CashReceiptUse.SELF_ISSUED
    if asked is CashReceiptUse.BUSINESS and business_number_is_valid(digits):
        return asked
    if _MOBILE.fullmatch(digits) or _CARD.fullmatch(digits):
        return CashReceiptUse.INCOME if asked is CashReceiptUse.SELF_ISSUED else asked
    raise CashReceiptIdWrong()  # A resident's number is never taken.


def mask_id(number: str) -> str:
    """Return a number as it may be printed: `010-****-1234`, `123-45-*****`, `629099******1234`.

    Raises:
        CashReceiptIdWrong: nobody has such a number.
    """
    digits = _digits(number)
    if digits == SELF_ISSUE_ID:
        return dashed(digits)
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}-{'*' * (len(digits) - 7)}-{digits[-4:]}"
    if business_number_is_valid(digits):
        return f"{digits[:3]}-{digits[3:5]}-*****"
    if _CARD.fullmatch(digits):
        return f"{digits[:6]}{'*' * (len(digits) - 10)}{digits[-4:]}"
    raise CashReceiptIdWrong()


def dashed(mobile: str) -> str:
    """Return a mobile number as people write it."""
    return f"{mobile[:3]}-{mobile[3:-4]}-{mobile[-4:]}"


def cash_of(sale: SaleRecord) -> Won:
    """Return what of a sale was paid in cash, the only part a cash receipt is issued for."""
    return Won.total(each.amount for each in sale.tenders if isinstance(each, CashTender))


def cash_tax(sale: SaleRecord) -> TaxSplit:
    """Return the tax split of a sale's cash: exempt goods and service charge by their share of the sale.

    Raises:
        ValueError: it was not paid in cash at all.
    """
    cash = cash_of(sale)
    if cash <= ZERO:
        raise ValueError("a cash receipt is issued for cash")
    if cash == sale.total:
        return sale.tax
    exempt, service = (
        Won((2 * part.amount * cash.amount + sale.total.amount) // (2 * sale.total.amount))
        for part in (sale.tax.exempt, sale.tax.service_charge)
    )
    return split_tax(cash, exempt=min(exempt, cash), service_charge=min(service, cash - exempt))


def _digits(number: str) -> str:
    if set(number) - set("0123456789- "):
        raise CashReceiptIdWrong()
    return number.replace("-", "").replace(" ", "")
