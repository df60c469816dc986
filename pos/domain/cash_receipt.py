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
_APPROVAL = re.compile(r"[0-9A-Za-z]{4,12}")
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


class CashReceiptGiven(IeumError):
    """One stands for this sale already."""

    code = "R21"
    ko = "이 판매({number})에는 현금영수증이 이미 있습니다. 더 신청하지 않았습니다. 바꾸려면 먼저 취소하세요."
    en = "Sale {number} has a cash receipt already. No other was asked for. To change it, cancel it first."


class CashReceiptNoCash(IeumError):
    """None of the sale's money is cash that the shop still has."""

    code = "R22"
    ko = "이 판매({number})에는 현금으로 받은 돈이 없습니다. 신청하지 않았습니다. 카드 결제분은 이미 신고됩니다."
    en = "Sale {number} holds no cash. No cash receipt was asked for: what a card paid is reported already."


class CashReceiptNone(IeumError):
    """There is none to act on."""

    code = "R23"
    ko = "이 판매({number})에는 취소하거나 바꿀 현금영수증이 없습니다. 바뀐 것은 없습니다. 다른 판매인지 확인하세요."
    en = "Sale {number} has no cash receipt to act on. Nothing changed. Check that it is the right sale."


class ApprovalCodeWrong(IeumError):
    """Not a number that the tax office gives out."""

    code = "R24"
    ko = "국세청 승인번호가 아닙니다. 적힌 것은 없습니다. 홈택스에 나온 그대로 숫자와 영문 4~12자로 입력하세요."
    en = "Not a tax office's number. Nothing was noted. Type it as Hometax shows it: 4 to 12 letters or digits."


@dataclass(frozen=True, slots=True)
class CashReceiptCancel:
    """What a cancelling receipt takes back; without a number where the office has not answered yet."""

    reason: CancelReason
    approval_code: str
    approved_on: date


@dataclass(frozen=True, slots=True)
class CashReceipt:
    """One, as it is printed and sent.

    Attributes:
        masked_id: the buyer's number, masked; the self-issue number stands in clear.
        approval_code: the tax office's, by its agent; text, for zeros lead it. Empty until the
            office has been told and has answered: then it is none yet, and the paper says so.
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


def check_approval(code: str) -> None:
    """Refuse what no approval number looks like.

    Raises:
        ApprovalCodeWrong: it is none.
    """
    if not _APPROVAL.fullmatch(code):
        raise ApprovalCodeWrong()


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
    return share_of_split(sale.tax, cash)


def share_of_split(whole: TaxSplit, part: Won) -> TaxSplit:
    """Return the split of a part of a total: exempt goods and service charge by their share of it."""
    if part == whole.total:
        return whole
    exempt, service = (
        Won((2 * each.amount * part.amount + whole.total.amount) // (2 * whole.total.amount))
        for each in (whole.exempt, whole.service_charge)
    )
    return split_tax(part, exempt=min(exempt, part), service_charge=min(service, part - exempt))


def digits_of(number: str) -> str:
    """Return a number's digits, as they are sent.

    Raises:
        CashReceiptIdWrong: it holds anything but digits, dashes and spaces.
    """
    return _digits(number)


def _digits(number: str) -> str:
    if set(number) - set("0123456789- "):
        raise CashReceiptIdWrong()
    return number.replace("-", "").replace(" ", "")
