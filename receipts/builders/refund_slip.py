"""The slip of a void (취소 영수증) or refund (반품 영수증). Never computes an amount; all stand negative.

Amounts travel positive and are printed negative, and the slip names the sale that it takes back:
its number, its time and each card's approval, as Korean cancel slips do.
"""

from __future__ import annotations

from collections.abc import Callable

from pos.domain.codec import Json, decode
from pos.domain.identifiers import Stan
from pos.domain.refund import (
    CardReturn,
    CashReturn,
    ExternalReturn,
    RefundKind,
    RefundLine,
    RefundRecord,
)
from pos.domain.tax import TaxKind
from receipts.builders.parts import (
    CARD_NAME,
    EXEMPT_MARK,
    EXEMPT_NOTE,
    farewell,
    finish,
    korean_time,
    masked,
    tax_lines,
    titled,
    wallet_lines,
    won,
)
from receipts.document import (
    BigAmount,
    Document,
    Item,
    Items,
    Line,
    Pair,
    Qr,
    Rule,
    RuleStyle,
    Text,
)
from receipts.shop import ShopFacts

KEEP = "원거래 영수증과 함께 보관하세요."
CODE_CAPTION = "취소·반품 진위 확인"
CODE_TOO_LARGE = "※ 확인 코드가 용지보다 커서 인쇄하지 않았습니다."
HEADER = Item("상품명", "수량", "금액")
TITLES = {RefundKind.VOID: "취소 영수증", RefundKind.REFUND: "반품 영수증"}
NAMES = {RefundKind.VOID: "취소", RefundKind.REFUND: "반품"}


RefundProof = Callable[[RefundRecord], str]
"""Returns the signed text that stands for a slip, or nothing where there is none."""


def build_refund_slip(
    body: dict[str, Json], shop: ShopFacts, *, copy: int, proof: RefundProof | None = None
) -> Document:
    """Return what the customer gets when money goes back.

    Args:
        body: `encode(RefundRecord)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.
        proof: makes the signed text by which anyone can check the slip; printed as a QR code.

    Raises:
        ValueError: the body is no refund, or copy is below 1.
    """
    refund = decode(RefundRecord, body)
    lines = [*_head(refund, shop), *_items(refund), *tax_lines(refund.tax, shop, back=True)]
    lines.append(BigAmount("합계", won(-refund.total)))
    for each in refund.returns:
        lines += [Rule(), *_return(each)]
    if proof and (code := proof(refund)):
        lines += [Rule(), Qr(code, CODE_CAPTION, CODE_TOO_LARGE)]
    lines += farewell(shop, KEEP)
    return finish(lines, copy=copy, training=shop.training)


def _head(refund: RefundRecord, shop: ShopFacts) -> list[Line]:
    lines: list[Line] = [
        *titled(TITLES[refund.kind], "고객용", shop),
        Pair("영수증번호", refund.receipt_number),
        Pair(f"{NAMES[refund.kind]}일시", korean_time(refund.refunded_at)),
        Pair("단말기번호", shop.terminal_number),
    ]
    if refund.by not in ("", shop.name):
        lines.append(Pair("담당자", refund.by))
    return [
        *lines,
        Rule(),
        Pair("원거래 영수증번호", refund.sale_receipt_number, bold=True),
        Pair("원거래일시", korean_time(refund.sale_completed_at)),
    ]


def _items(refund: RefundRecord) -> list[Line]:
    table = Items(HEADER, tuple(_item(line) for line in refund.lines))
    lines: list[Line] = [Rule(RuleStyle.STRONG), table, Rule(RuleStyle.STRONG)]
    if any(line.tax is TaxKind.EXEMPT for line in refund.lines):
        lines.append(Text(EXEMPT_NOTE))
    return lines


def _item(line: RefundLine) -> Item:
    mark = EXEMPT_MARK if line.tax is TaxKind.EXEMPT else ""
    return Item(f"{mark}{line.name}", str(-line.quantity), str(-line.amount))


def _return(back: CashReturn | CardReturn | ExternalReturn) -> list[Line]:
    if isinstance(back, ExternalReturn):
        return [
            Pair("타 단말기 취소 필요", won(-back.amount), bold=True),
            Pair("카드사", back.issuer),
            Pair("원승인번호", back.approval_code),
            Text("※ 승인한 단말기에서 취소해야 환불됩니다."),
        ]
    if isinstance(back, CashReturn):
        return [Pair("현금 환불", won(-back.amount), bold=True)]
    if back.by_coupon:
        return [
            Pair("쿠폰 환급", won(-back.amount), bold=True),
            Pair("쿠폰번호", back.masked_pan),
            Pair("원승인번호", back.approval_code),
            Text("※ 쿠폰 금액은 발행처로 돌아갑니다."),
            Text("※ 전액 취소된 쿠폰은 다시 쓸 수 있음"),
        ]
    return [
        Text(CARD_NAME, bold=True),
        Pair("카드 환불", won(-back.amount), bold=True),
        *wallet_lines(back.wallet),
        Pair("카드번호", masked(back.masked_pan)),
        Pair("원승인번호", back.approval_code),
        Pair("추적번호", str(Stan.of(back.refund_id))),
        Text("※ 같은 카드로 환불됩니다."),
        Text("※ 통신 복구 후 반영될 수 있음"),
    ]
