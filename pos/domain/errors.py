"""Every error a person can meet, each with a code. Never an outcome: a decline is a value.

IeumError
* SaleError              the sale as typed can't be
  - ProductUnknown  - QuantityOutOfRange  - SaleTooLarge  - SaleEmpty  - SaleHasTender
  - CashTooLittle   - PaymentPending  - AmountOutOfRange
  - RefundError     . SaleNotFound  . RefundNothingLeft  . RefundExceedsSale  . RefundByHand
* CardError              the card or its reader; nothing was charged
  - NoCardInTime  - CardRemoved  - CardUnreadable  - ForeignCard  - CardCancelled
  - ReaderUnavailable (. ReaderNotSecure)  - SwipeNotTaken  - PhoneLocked
* LedgerError            the line or the ledger
  - LedgerUnreachable (nothing was sent)  - LedgerSilent (the outcome is unknown)
  - LedgerRefused (the ledger took the request as malformed)
    . TerminalNotAccepted (it does not know this terminal or address; no request can help)
      (. TerminalRevoked: it did, and does no more)
* StoreError             the terminal's own disk: selling stops
  - StoreUnavailable (. StoreInUse  . StoreMissing  . StoreOfOtherVersion)  - StoreDamaged
* ConfigError            a setting that can't be used
* PersonError, ShiftError: `people_errors.py`, `shift_errors.py`

Each says what happened, what it means for the money and what to do next, in both languages.
"""

from __future__ import annotations

from typing import ClassVar

BOTH = " / "  # Between the Korean and the English half of a fact.


class IeumError(Exception):
    """The base. `ko` and `en` are templates filled from the keyword arguments.

    Attributes:
        code: short, stable, for support (`C03`).
    """

    code: ClassVar[str] = "E00"
    ko: ClassVar[str] = "알 수 없는 오류입니다. 돈은 움직이지 않았습니다. 관리자에게 알려 주세요."
    en: ClassVar[str] = "Unknown error. No money moved. Tell your technician."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(f"{self.code} {self.message('en')}")

    def message(self, language: str) -> str:
        """Return what the cashier reads, in `ko` or `en`."""
        template = self.ko if language == "ko" else self.en
        facts = {name: _spoken(fact, language) for name, fact in self.facts.items()}
        return template.format(**facts)


def _spoken(fact: object, language: str) -> object:
    """Return the half of a fact given in both languages, `한국어 / English`; others as they are."""
    if not isinstance(fact, str) or BOTH not in fact:
        return fact
    korean, _, english = fact.partition(BOTH)
    return korean if language == "ko" else english


class SaleError(IeumError):
    """The sale as typed can't be; nothing was charged."""


class ProductUnknown(SaleError):
    """No product has this code."""

    code = "S01"
    ko = "등록되지 않은 상품입니다: {product}. 추가되지 않았습니다. 상품명으로 찾거나 다시 스캔하세요."
    en = "No such product: {product}. Nothing was added. Search by name or scan again."


class QuantityOutOfRange(SaleError):
    """A quantity below 1 or above the limit."""

    code = "S02"
    ko = "수량 {quantity}은(는) 넣을 수 없습니다(1~{limit}). 바뀐 것은 없습니다. 다시 입력하세요."
    en = "Quantity {quantity} is not 1 to {limit}. Nothing changed. Type it again."


class SaleTooLarge(SaleError):
    """Too many lines or too large a total."""

    code = "S03"
    ko = "한 번에 {limit}원을 넘게 팔 수 없습니다(합계 {total}원). 추가되지 않았습니다. 나누어 계산하세요."
    en = "A sale can't exceed {limit} won (total {total}). Nothing was added. Split the sale."


class SaleEmpty(SaleError):
    """Payment was asked for with nothing to pay."""

    code = "S04"
    ko = "계산할 상품이 없습니다. 돈은 움직이지 않았습니다. 먼저 상품을 스캔하세요."
    en = "There is nothing to pay. No money moved. Scan a product first."


class SaleHasTender(SaleError):
    """Lines can't change, or the sale be dropped, after a part was paid."""

    code = "S05"
    ko = "이미 {paid}원을 받은 판매입니다. 상품을 바꿀 수 없습니다. 나머지를 받거나 결제를 취소하세요."
    en = "{paid} won is already paid on this sale. Lines can't change. Take the rest or undo the payment."


class CashTooLittle(SaleError):
    """Less cash than is due."""

    code = "S06"
    ko = "받은 돈 {received}원이 받을 돈 {due}원보다 적습니다. 아직 받지 않았습니다. 다시 입력하세요."
    en = "{received} won is less than the {due} won due. Nothing was taken. Type it again."


class PaymentPending(SaleError):
    """A second payment or a change while one is under way."""

    code = "S07"
    ko = "진행 중인 결제가 있습니다. 새 결제는 시작되지 않았습니다. 끝날 때까지 기다리거나 취소(Esc)하세요."
    en = "A payment is under way. No new one was started. Wait for it or cancel it (Esc)."


class AmountOutOfRange(SaleError):
    """An amount to pay that is not between 1 won and what is due."""

    code = "S08"
    ko = "결제 금액 {amount}원이 맞지 않습니다(1~{due}원). 돈은 움직이지 않았습니다. 다시 입력하세요."
    en = "{amount} won is not 1 to {due}. No money moved. Type it again."


class RefundError(SaleError):
    """A void or refund as asked for can't be; nothing was given back."""


class SaleNotFound(RefundError):
    """No finished sale has this receipt number on this terminal."""

    code = "R01"
    ko = "영수증 {number}의 판매가 이 단말기에 없습니다. 돌려준 돈은 없습니다. 번호와 단말기를 확인하세요."
    en = "This terminal has no sale {number}. Nothing was given back. Check the number and the terminal."


class RefundNothingLeft(RefundError):
    """All of it was given back before, or nothing was chosen."""

    code = "R02"
    ko = "영수증 {number}에 더 돌려줄 것이 없습니다. 돌려준 돈은 없습니다. 이미 취소·반품했는지 확인하세요."
    en = "Nothing is left to give back of {number}. Nothing moved. See whether it was refunded before."


class RefundExceedsSale(RefundError):
    """More of a line than was sold and not yet given back."""

    code = "R03"
    ko = "{name}: {quantity}은(는) 돌려줄 수 있는 {left}보다 많습니다. 돌려준 돈은 없습니다. 다시 고르세요."
    en = "{name}: {quantity} is more than the {left} that can come back. Nothing moved. Choose again."


class RefundByHand(RefundError):
    """The ledger never posted the payment and a person has closed it: no rule can tell what is owed."""

    code = "R04"
    ko = (
        "영수증 {number}의 카드 결제는 승인되지 않아 미수금으로 정리된 것입니다. 돌려준 돈은 없습니다. "
        "사장님이 손님과 직접 정산하세요."
    )
    en = (
        "The card payment of {number} was declined later and closed as a receivable. Nothing was "
        "given back. The owner settles it with the customer by hand."
    )


class CardError(IeumError):
    """The card or its reader; the ledger was not asked and nothing was charged."""


class NoCardInTime(CardError):
    """Nobody presented a card."""

    code = "C01"
    ko = "카드가 감지되지 않았습니다. 결제되지 않았습니다. 결제 키를 다시 누르고 카드를 대 주세요."
    en = "No card was presented. Nothing was charged. Press the pay key and tap again."


class CardRemoved(CardError):
    """The card left before it had answered."""

    code = "C02"
    ko = "카드를 너무 빨리 뗐습니다. 결제되지 않았습니다. 다시 대고 소리가 날 때까지 기다려 주세요."
    en = "The card was removed too early. Nothing was charged. Tap again and hold it."


class CardUnreadable(CardError):
    """The card answers, but not as a voucher card must."""

    code = "C03"
    ko = "카드를 읽을 수 없습니다. 결제되지 않았습니다. 카드를 닦아 다시 대거나 다른 카드를 받으세요."
    en = "The card can't be read. Nothing was charged. Wipe it and tap again, or take another card."


class ForeignCard(CardError):
    """A bank's card, recognised by its AID before any record was read."""

    code = "C04"
    ko = "인천e음 카드가 아닙니다({brand}). 카드 정보는 읽지 않았고 결제되지 않았습니다. 인천e음 카드나 현금을 받으세요."
    en = "Not a voucher card ({brand}). Nothing was read or charged. Take a voucher card or cash."


class CardCancelled(CardError):
    """The cashier cancelled while the card was awaited."""

    code = "C05"
    ko = "카드 결제를 취소했습니다. 결제되지 않았습니다. 다른 결제 방법을 고르세요."
    en = "Card payment cancelled. Nothing was charged. Choose another way to pay."


class ReaderUnavailable(CardError):
    """No reader, or it does not answer."""

    code = "C06"
    ko = "카드 리더기가 응답하지 않습니다. 결제되지 않았습니다. 연결을 확인하거나 현금을 받으세요."
    en = "The card reader does not answer. Nothing was charged. Check its cable or take cash."


class ReaderNotSecure(ReaderUnavailable):
    """The reader failed its integrity check, or handed over what it must keep sealed."""

    code = "C07"
    ko = (
        "카드 리더기가 보안 점검(무결성)에 실패했습니다({reason}). 결제되지 않았습니다. 이 리더기로 카드를 받지 말고 "
        "현금을 받으세요. 관리자를 부르세요."
    )
    en = (
        "The card reader failed its security check ({reason}). Nothing was charged. Take no card on "
        "it; take cash, and call your technician."
    )


class SwipeNotTaken(CardError):
    """A plastic's stripe: anyone can copy it, so the chip is asked for, also after a chip failed."""

    code = "C08"
    ko = "마그네틱은 받지 않습니다. 결제되지 않았습니다. 카드를 꽂거나 대 주세요. 칩이 고장이면 다른 카드나 현금을 받으세요."
    en = "Stripes are not taken. Nothing was charged. Insert or tap the card; if its chip is broken, take another or cash."


class PhoneLocked(CardError):
    """A wallet answered whose owner has not unlocked it for this payment."""

    code = "C09"
    ko = "휴대폰에서 본인 인증이 되지 않았습니다. 결제되지 않았습니다. 손님이 지문이나 비밀번호로 인증한 뒤 다시 대 주세요."
    en = "The phone was not unlocked for this payment. Nothing was charged. Have the customer verify on it and tap again."


class LedgerError(IeumError):
    """The line to the ledger, or the ledger itself."""


class LedgerUnreachable(LedgerError):
    """The request never left: no connection could be made. The money did not move."""

    code = "L01"
    ko = "인천e음 서버에 연결할 수 없습니다. 결제되지 않았습니다. 카드를 한 번 더 대면 오프라인으로 승인합니다."
    en = "The ledger can't be reached. Nothing was charged. Tap once more to pay offline."


class LedgerSilent(LedgerError):
    """No answer in time. The money may have moved; ask by id or reverse."""

    code = "L02"
    ko = (
        "승인 결과를 받지 못했습니다. 빠져나간 돈이 있으면 자동으로 되돌립니다(망취소). "
        "카드를 다시 받거나 현금을 받으세요."
    )
    en = (
        "No answer came. Whatever was drawn will be given back by itself (reversal). "
        "Take the card again or cash."
    )


class LedgerRefused(LedgerError):
    """The ledger says the request itself is wrong; repeating it can't help."""

    code = "L03"
    ko = "서버가 요청을 거절했습니다({reason}). 결제되지 않았습니다. 관리자에게 코드를 알려 주세요."
    en = "The ledger refused the request ({reason}). Nothing was charged. Tell your technician the code."


class TerminalNotAccepted(LedgerRefused):
    """The ledger does not know this terminal, or there is no ledger at this address.

    It says nothing about the records that were sent: they stay in the queue.
    """

    code = "L04"
    ko = (
        "서버가 이 단말기를 받아들이지 않습니다({reason}). 결제되지 않았고 보낼 기록은 그대로 있습니다. "
        "관리자에게 등록과 주소를 확인하게 하세요."
    )
    en = (
        "The ledger does not accept this terminal ({reason}). Nothing was charged; what is unsent "
        "is kept. Have your technician check the enrolment and the address."
    )


class TerminalRevoked(TerminalNotAccepted):
    """The operator has ended this terminal's enrolment, or that of its key."""

    code = "L05"
    ko = (
        "이 단말기의 등록이 끝났습니다({reason}). 결제되지 않았고 보낼 기록은 그대로 있습니다. 현금은 받을 수 "
        "있습니다. 관리자가 새 코드로 다시 등록하면(enrol) 기록을 보냅니다."
    )
    en = (
        "This terminal's enrolment was ended ({reason}). Nothing was charged; what is unsent is kept. "
        "Cash can be taken. Once a technician enrols it anew with a new code, the records are sent."
    )


class StoreError(IeumError):
    """The terminal's own record. Selling stops until it works again."""


class StoreUnavailable(StoreError):
    """The disk is full, read-only or failing, or another process has the record open."""

    code = "D01"
    ko = (
        "판매 기록을 저장할 수 없습니다({reason}). 판매를 멈췄습니다. 마지막 결제가 되었는지는 다시 시작하면 "
        "알 수 있으니(F2 영수증) 그 전에 돈을 다시 받지 마세요. 관리자를 부르세요."
    )
    en = (
        "The sale record can't be written ({reason}). Selling has stopped. A restart tells whether "
        "the last payment stands (F2, receipt); take no money again before. Call your technician."
    )


class StoreInUse(StoreUnavailable):
    """Another process sells on the same record."""

    code = "D03"
    ko = "이 단말기는 이미 실행 중입니다. 새로 시작하지 않았습니다. 열려 있는 창에서 판매하거나 먼저 끝내세요."
    en = "This terminal is already running. Nothing was started. Use its window, or end it first."


class StoreMissing(StoreUnavailable):
    """There is no record to read."""

    code = "D04"
    ko = "아직 판매 기록이 없습니다({path}). 바뀐 것은 없습니다. 한 번 판매한 뒤에 다시 보세요."
    en = "There is no sale record yet ({path}). Nothing changed. Look again after the first sale."


class StoreOfOtherVersion(StoreUnavailable):
    """A program of another version laid the record out; opened by this one, it could lose by it."""

    code = "D05"
    ko = (
        "다른 버전의 프로그램이 만든 판매 기록입니다(기록 {version}, 프로그램 {ours}). 시작하지 않았고 바뀐 것은 "
        "없습니다. 그 버전의 프로그램을 쓰거나 관리자를 부르세요."
    )
    en = (
        "Another version of the program made this record (record {version}, program {ours}). Nothing "
        "was started or changed. Use that version, or call your technician."
    )


class StoreDamaged(StoreError):
    """The record does not verify: a byte, a row or its order changed."""

    code = "D02"
    ko = "판매 기록이 손상되었습니다({reason}). 판매를 멈췄습니다. 관리자를 부르세요. 기록을 지우지 마세요."
    en = "The sale record is damaged ({reason}). Selling has stopped. Call your technician; delete nothing."


class ConfigError(IeumError):
    """A setting that can't be used."""

    code = "K01"
    ko = "설정이 잘못되었습니다: {where}: {problem}. 시작하지 않았습니다. {hint}"
    en = "Bad setting: {where}: {problem}. Nothing was started. {hint}"
