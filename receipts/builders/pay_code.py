"""The shop's payment code on paper, for a customer who can't see a screen. Never a receipt."""

from __future__ import annotations

from pos.domain.codec import Json
from pos.domain.shop_code import read_shop_code
from receipts.builders.parts import finish, korean_time, shop_lines, won
from receipts.document import BigAmount, Document, Line, Pair, Qr, Rule, Text, Title
from receipts.rows import Align
from receipts.shop import ShopFacts

TOO_LARGE = "※ 결제 코드가 용지보다 커서 인쇄하지 않았습니다."


def build_pay_code(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return a slip with the code, what it asks for and until when it is good.

    Args:
        body: `{"code": ...}`, the code's text.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body holds no such code, or copy is below 1.
    """
    text = body.get("code")
    if not isinstance(text, str):
        raise ValueError("a slip without a code")
    code = read_shop_code(text)
    lines: list[Line] = [
        Title("QR 결제"),
        Text("(영수증 아님)", Align.CENTER),
        *shop_lines(shop),
        Rule(),
        BigAmount("결제금액", won(code.amount)),
        Pair("유효시간", f"{korean_time(code.expires_at)}까지"),
        Qr(text, "인천e음 앱으로 스캔해 주세요", TOO_LARGE),
        Text("결제가 끝나면 영수증을 드립니다.", Align.CENTER),
    ]
    return finish(lines, copy=copy, training=shop.training)
