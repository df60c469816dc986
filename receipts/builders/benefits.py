"""What a customer gets beside the goods: coupons and 혜택플러스. Never taken off a price or its VAT."""

from __future__ import annotations

from collections.abc import Sequence

from pos.domain.benefit import Benefit, BenefitKind
from receipts.builders.parts import won
from receipts.document import Line, Pair, Rule, Text

NAMES = {BenefitKind.COUPON: "쿠폰", BenefitKind.PLUS: "혜택플러스"}
NOTES = {
    BenefitKind.COUPON: "※ 쿠폰은 발행처가 부담합니다.",
    BenefitKind.PLUS: "※ 혜택플러스는 가맹점이 캐시로 드립니다.",
}


def benefit_lines(benefits: Sequence[Benefit]) -> list[Line]:
    """Return the block; nothing where there are none."""
    if not benefits:
        return []
    rows = [Pair(f"{NAMES[each.kind]} {each.name}", won(each.amount)) for each in benefits]
    notes = [Text(NOTES[kind]) for kind in dict.fromkeys(each.kind for each in benefits)]
    return [Rule(), Text("받으신 혜택", bold=True), *rows, *notes]
