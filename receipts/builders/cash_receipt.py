"""A cash receipt (현금영수증), issued or taken back. Never a buyer's number in clear, never an amount computed."""

from __future__ import annotations

from pos.domain.cash_receipt import CancelReason, CashReceipt, CashReceiptUse
from pos.domain.codec import Json, decode
from pos.domain.tax import TaxSplit
from receipts.builders.parts import farewell, finish, korean_time, tax_lines, titled, won
from receipts.document import BigAmount, Document, Line, Pair, Rule, RuleStyle, Text
from receipts.shop import ShopFacts

USES = {
    CashReceiptUse.INCOME: "소득공제용",
    CashReceiptUse.BUSINESS: "지출증빙용",
    CashReceiptUse.SELF_ISSUED: "자진발급",
}
REASONS = {
    CancelReason.SALE_VOIDED: "거래취소",
    CancelReason.ISSUED_IN_ERROR: "오류발급",
    CancelReason.OTHER: "기타",
}
ASK = "현금영수증 문의 국번없이 126"
TO_BE_SENT = "전송 대기"
NOT_YET = "※ 국세청 승인 전입니다. 승인번호가 나온 뒤 다시 인쇄할 수 있습니다."
REGISTER = "홈택스에서 이 승인번호로 내 것으로 등록할 수 있습니다."


def build_cash_receipt(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return a cash receipt; the amounts of a cancelling one stand negative.

    Args:
        body: `encode(CashReceipt)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no cash receipt, or copy is below 1.
    """
    paper = decode(CashReceipt, body)
    back, told = paper.cancels is not None, bool(paper.approval_code)
    title = "현금영수증 취소" if back else "현금영수증"
    lines = [
        *titled(title if told or back else f"{title} 신청", _use(paper), shop),
        Pair("영수증번호", paper.sale_receipt_number),
        Pair(_when(back=back, told=told), korean_time(paper.issued_at)),
        Pair("단말기번호", shop.terminal_number),
        Rule(RuleStyle.STRONG),
        *_amounts(paper.tax, shop, back=back),
        Rule(RuleStyle.STRONG),
        Pair("발급번호", paper.masked_id),
        Pair("승인번호", paper.approval_code or TO_BE_SENT, bold=True),
        *_taken_back(paper),
    ]
    if not told:
        lines.append(Text(NOT_YET))
    elif paper.use is CashReceiptUse.SELF_ISSUED and not back:
        lines.append(Text(REGISTER))
    return finish([*lines, *farewell(shop, ASK)], copy=copy, training=shop.training)


def _use(paper: CashReceipt) -> str:
    asked = paper.cancels is not None and not paper.approval_code
    return f"{USES[paper.use]}, 신청" if asked else USES[paper.use]


def _when(*, back: bool, told: bool) -> str:
    if not told:
        return "신청일시"
    return "취소일시" if back else "발급일시"


def _amounts(tax: TaxSplit, shop: ShopFacts, *, back: bool) -> list[Line]:
    total = -tax.total if back else tax.total
    return [*tax_lines(tax, shop, back=back), BigAmount("현금 합계", won(total))]


def _taken_back(paper: CashReceipt) -> list[Line]:
    if paper.cancels is None:
        return []
    return [
        Pair("취소사유", REASONS[paper.cancels.reason]),
        Pair("원승인번호", paper.cancels.approval_code or TO_BE_SENT),
        Pair(
            "원승인일" if paper.cancels.approval_code else "원신청일",
            f"{paper.cancels.approved_on:%Y-%m-%d}",
        ),
    ]
