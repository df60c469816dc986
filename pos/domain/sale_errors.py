"""What a sale refuses beyond codes and quantities: weights, discounts, holding. Nothing was charged."""

from __future__ import annotations

from pos.domain.errors import SaleError


class WeightOutOfRange(SaleError):
    """A weight below 1 g or above the limit."""

    code = "S10"
    ko = "무게 {weight}g은(는) 넣을 수 없습니다(1~{limit}g). 추가되지 않았습니다. 다시 재세요."
    en = "A weight of {weight} g is not 1 to {limit} g. Nothing was added. Weigh it again."


class DiscountTakesAll(SaleError):
    """Nothing would be left to pay."""

    code = "S11"
    ko = "할인 {off}원이면 받을 금액이 없습니다. 할인은 적용되지 않았습니다. 금액을 줄이세요."
    en = "{off} won off leaves nothing to pay. The discount was not given. Make it smaller."


class DiscountNeedsPermission(SaleError):
    """More than may be given without asking."""

    code = "S12"
    ko = "할인 {off}원은 허락이 필요합니다(혼자서는 {limit}원까지). 할인은 적용되지 않았습니다. 책임자를 부르세요."
    en = "{off} won off needs permission (alone up to {limit}). The discount was not given. Ask the manager."


class PriceNeeded(SaleError):
    """A product whose price, weight or options are asked for at each sale came without."""

    code = "S13"
    ko = "{product}은(는) 가격이나 무게를 넣어야 합니다. 추가되지 않았습니다. 금액(원)이나 무게를 먼저 입력하세요."
    en = "{product} needs a price or a weight. Nothing was added. Type it first."


class NotASlip(SaleError):
    """What was typed is no approval number or no issuer: it may even be a card's number."""

    code = "S16"
    ko = (
        "승인번호(영문·숫자 4~12자)나 카드사 이름이 아닙니다({what}…). 기록하지 않았습니다. "
        "다른 단말기 전표를 보고 다시 입력하세요. 카드번호는 넣지 마세요."
    )
    en = (
        "No approval number (4 to 12 letters and digits) or issuer ({what}...). Nothing was noted. "
        "Copy it from the other terminal's slip; never a card's number."
    )


class SlipNotedTwice(SaleError):
    """The same approval number again in one sale."""

    code = "S17"
    ko = "승인번호 {code}은(는) 이 판매에 이미 기록했습니다. 다시 기록하지 않았습니다. 전표를 확인하세요."
    en = "Approval {code} stands on this sale already. It was not noted again. Check the slip."


class SaleNotHeld(SaleError):
    """No held sale like this is there any more."""

    code = "S14"
    ko = "보류된 판매가 없습니다. 바뀐 것은 없습니다. 보류 목록을 다시 여세요."
    en = "That sale is not on hold any more. Nothing changed. Open the list again."


class SaleOpen(SaleError):
    """A sale is open where there must be none."""

    code = "S15"
    ko = "진행 중인 판매가 있습니다. 불러오지 않았습니다. 먼저 계산하거나 보류하세요."
    en = "A sale is open. Nothing was recalled. Finish it or put it on hold first."
