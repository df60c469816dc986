"""What can go wrong with a shift, in both languages. Never a difference in the cash: that is a value."""

from __future__ import annotations

from pos.domain.errors import IeumError


class ShiftError(IeumError):
    """Nothing was written, and no cash was to move."""


class ShiftOpenAlready(ShiftError):
    """It has its float."""

    code = "T01"
    ko = "이미 준비금 {amount}원으로 시작했습니다. 바뀐 것은 없습니다. 돈을 더 넣었으면 입금으로 적으세요."
    en = "It was opened with {amount} won already. Nothing changed. Record more as paid in."


class NothingToClose(ShiftError):
    """Nothing happened since the last close."""

    code = "T02"
    ko = "마감할 것이 없습니다: 지난 마감 뒤에 거래가 없습니다. 바뀐 것은 없습니다. 판매 화면으로 돌아가세요."
    en = "Nothing to close: nothing happened since the last Z. Nothing changed. Go back to selling."


class SaleStillOpen(ShiftError):
    """A close would cut a sale in two."""

    code = "T03"
    ko = "계산하지 않은 판매({total}원)가 있습니다. 마감하지 않았습니다. 계산하거나 그만둔 뒤 다시 하세요."
    en = "A sale of {total} won is open. Nothing was closed. Finish or drop it, then close."


class ShiftMovedOn(ShiftError):
    """Cash moved between the count and the close."""

    code = "T04"
    ko = "센 뒤에 현금이 움직였습니다. 마감하지 않았습니다. 다시 세어 주세요."
    en = "Cash moved after the count. Nothing was closed. Count again."


class DifferenceNotAccepted(ShiftError):
    """The count is off by more than the shop lets stand."""

    code = "T05"
    ko = "차액 {difference}원은 한도 {limit}원을 넘습니다. 마감하지 않았습니다. 다시 세거나 관리자가 인정해야 합니다."
    en = "The difference of {difference} won is above {limit}. Nothing was closed. Count again, or have a manager accept it."


class NothingToUndo(ShiftError):
    """No close, or a new shift has its float already."""

    code = "T06"
    ko = "되돌릴 마감이 없습니다(이미 새로 시작했거나 마감이 없음). 바뀐 것은 없습니다. 차이는 입금·출금으로 적으세요."
    en = "No close can be undone (none, or a new shift was opened). Nothing changed. Record differences as paid in or out."


class AmountNotRight(ShiftError):
    """No amount that cash can move by."""

    code = "T07"
    ko = "금액이 맞지 않습니다. 적지 않았습니다. 1원부터 {limit}원까지 다시 입력하세요."
    en = "That is no amount. Nothing was recorded. Type 1 to {limit} won."


class ReasonMissing(ShiftError):
    """Cash moves, and drawers open, for a reason."""

    code = "T08"
    ko = "사유가 필요합니다. 적지 않았습니다. 짧게 사유를 쓰세요."
    en = "A reason is needed. Nothing was recorded. Write one, shortly."
