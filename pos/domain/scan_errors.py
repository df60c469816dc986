"""What can be wrong with a scanned code, its scanner, or a payment by QR. Never an outcome of the ledger's.

IeumError
* ScanError              a code that was not taken; nothing was added, nothing was charged
  - CodeUnreadable  - CodeTooLong  - CheckDigitWrong  - PriceCodeWrong  - ProductExpired
  - ScannerUnavailable
* QrError                a payment by QR that did not come about; nothing was charged
  - NotAPaymentCode  - PaymentCodeDamaged  - QrNeedsLine  - QrCancelled  - QrNotPaidInTime
* DisplayError           the customer's display; the sale goes on without it
"""

from __future__ import annotations

from pos.domain.errors import IeumError


class ScanError(IeumError):
    """A scan that was not taken. Nothing was added to the sale and nothing was charged."""


class CodeUnreadable(ScanError):
    """Half a code, noise of the line, or characters that no code has."""

    code = "B01"
    ko = (
        "코드를 읽지 못했습니다({problem}). 추가되지 않았습니다. 다시 스캔하거나 번호를 입력하세요."
    )
    en = "The code was not read ({problem}). Nothing was added. Scan again or type the number."


class CodeTooLong(ScanError):
    """More characters than any code has: a jammed scanner or a wrong speed of the line."""

    code = "B02"
    ko = "코드가 너무 깁니다({limit}자 초과). 추가되지 않았습니다. 스캐너 설정과 케이블을 확인하세요."
    en = "The code is too long (over {limit}). Nothing was added. Check the scanner's settings and cable."


class CheckDigitWrong(ScanError):
    """A digit was misread or mistyped: the last one does not fit the others."""

    code = "B03"
    ko = "바코드 {barcode}의 검증 숫자가 맞지 않습니다. 추가되지 않았습니다. 다시 스캔하거나 번호를 확인하세요."
    en = "The check digit of {barcode} is wrong. Nothing was added. Scan again or check the number."


class PriceCodeWrong(ScanError):
    """A code with a price or a weight in it that no sale can have."""

    code = "B04"
    ko = "바코드 {barcode}의 가격·중량을 쓸 수 없습니다({problem}). 추가되지 않았습니다. 저울에서 다시 인쇄하세요."
    en = "The price or weight in {barcode} can't be used ({problem}). Nothing was added. Print it anew."


class ProductExpired(ScanError):
    """The code itself says until when it may be sold."""

    code = "B05"
    ko = "{product}: 유통기한({until})이 지났습니다. 추가되지 않았습니다. 진열대에서 빼 주세요."
    en = "{product}: sold only until {until}. Nothing was added. Take it off the shelf."


class ScannerUnavailable(ScanError):
    """The scanner's line is gone. Typing goes on, and it is looked for again."""

    code = "B06"
    ko = "스캐너({scanner})와 연결이 끊겼습니다. 판매는 그대로입니다. 번호를 입력하거나 케이블을 확인하세요."
    en = "The scanner ({scanner}) is gone. The sale is as it was. Type the numbers, or check its cable."


class QrError(IeumError):
    """A payment by QR that did not come about; nothing was charged."""


class NotAPaymentCode(QrError):
    """Another kind of code than a customer's payment code."""

    code = "Q01"
    ko = "결제 코드가 아닙니다. 결제되지 않았습니다. 손님 앱의 결제 화면을 스캔하세요."
    en = "This is no payment code. Nothing was charged. Scan the payment screen of the customer's app."


class PaymentCodeDamaged(QrError):
    """A customer's code with letters missing, added or changed."""

    code = "Q02"
    ko = "손님의 결제 코드를 읽지 못했습니다. 결제되지 않았습니다. 다시 스캔하거나 코드를 새로 띄워 달라고 하세요."
    en = (
        "The customer's code can't be read. Nothing was charged. Scan again, or ask for a new code."
    )


class QrNeedsLine(QrError):
    """Without the ledger nobody can tell whether a code is genuine, fresh and unused."""

    code = "Q03"
    ko = (
        "통신이 끊겨 QR 결제를 할 수 없습니다. 코드는 서버만 확인할 수 있습니다. 결제되지 않았습니다. "
        "카드(오프라인 승인)나 현금을 받으세요."
    )
    en = (
        "No QR payment while the line is down: only the ledger can check a code. Nothing was charged. "
        "Take the card (offline) or cash."
    )


class QrCancelled(QrError):
    """The cashier took the shop's code back."""

    code = "Q04"
    ko = (
        "QR 결제를 취소했습니다. 이 코드로는 더 결제되지 않으며, 이미 빠져나간 돈은 자동으로 되돌립니다. "
        "다른 결제 방법을 고르세요."
    )
    en = (
        "QR payment cancelled. The code pays no more; what was drawn already is given back by itself. "
        "Choose another way to pay."
    )


class QrNotPaidInTime(QrError):
    """Nobody paid by the shop's code while it was good."""

    code = "Q05"
    ko = (
        "시간 안에 결제되지 않아 코드를 거두었습니다. 늦게 낸 돈은 자동으로 되돌립니다. "
        "코드를 새로 띄우거나 다른 방법으로 받으세요."
    )
    en = (
        "Nobody paid in time; the code pays no more, and a late payment is given back by itself. "
        "Show a new code or take another way."
    )


class DisplayError(IeumError):
    """The customer's display does not show what it should. No sale waits for it."""

    code = "V01"
    ko = "고객 표시기({display})가 응답하지 않습니다. 판매와 결제에는 영향이 없습니다. 케이블과 전원을 확인하세요."
    en = "The customer display ({display}) does not answer. Sales go on. Check its cable and power."
