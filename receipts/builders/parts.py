"""Words and pieces that several documents share. Never a document of its own."""

from __future__ import annotations

import re
from datetime import datetime

from pos.domain.business_day import KOREA
from pos.domain.card import CardEntry, Wallet
from pos.domain.tax import TaxSplit
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from receipts.document import Blank, Cut, Document, Line, Notice, Pair, Rule, Text, Title
from receipts.rows import Align
from receipts.shop import ShopFacts

CARD_NAME = "인천e음(인천사랑상품권)"
EXEMPT_MARK = "*"
EXEMPT_NOTE = f"{EXEMPT_MARK} 표시 상품은 면세입니다."
TRAINING = "교육용 (거래 아님)"
REPRINT = "재발행"
_CHANNELS = {"baedal-eum": "배달e음", "eum-mall": "인천e음 몰", "webhook": "제휴 주문"}
_CLEAR_DIGITS = re.compile(r"(?<=\d{6})\d(?=[\d*]{4})")
MODES = {
    ApprovalMode.ONLINE: "온라인 승인",
    ApprovalMode.OFFLINE_GUARANTEED: "오프라인 승인(보장)",
    ApprovalMode.OFFLINE_AT_RISK: "오프라인 승인(미보장)",
}

ENTRIES = {
    CardEntry.CONTACT_CHIP: "IC",
    CardEntry.CONTACTLESS_CHIP: "비접촉(RF)",
    CardEntry.MST: "MST",
    CardEntry.CUSTOMER_QR: "QR(고객 코드)",
    CardEntry.SHOP_QR: "QR(매장 코드)",
    CardEntry.COUPON: "쿠폰",
}
WALLETS = {Wallet.SAMSUNG_PAY: "삼성페이"}


def won(amount: Won) -> str:
    """Return an amount with its unit: `-1,500원`."""
    return f"{amount}원"


def korean_time(at: datetime) -> str:
    """Return a moment as the shop's clock shows it: `2026-11-24 12:00:00`."""
    return at.astimezone(KOREA).strftime("%Y-%m-%d %H:%M:%S")


def channel_name(channel: str) -> str:
    """Return what people call a delivery channel; an unknown one keeps its own name."""
    return _CHANNELS.get(channel, channel)


def masked(number: str) -> str:
    """Return a card number with digits 7 to n-4 hidden, also where it came in clear by mistake."""
    return _CLEAR_DIGITS.sub("*", number)


def wallet_lines(wallet: Wallet) -> list[Line]:
    """Return which wallet paid; nothing for the plastic itself."""
    return [Pair("결제수단", WALLETS[wallet], bold=True)] if wallet in WALLETS else []


def shop_lines(shop: ShopFacts) -> list[Line]:
    """Return who sells: what the tax law wants at the head of a receipt."""
    return [
        Text(shop.name, bold=True),
        Pair("사업자번호", shop.business_number),
        Pair("대표자", shop.representative),
        Pair("전화", shop.phone),
        Text(shop.address),
    ]


def titled(title: str, audience: str, shop: ShopFacts) -> list[Line]:
    """Return the top of a paper that a customer keeps: logo, the owner's header, title, who sells."""
    words = shop.words
    logo: list[Line] = [words.logo] if words.logo else []
    name: list[Line] = [Title(title), Text(f"({audience})", Align.CENTER), Blank()]
    return [*logo, *words.header, *name, *shop_lines(shop), Rule()]


def farewell(shop: ShopFacts, usual: str) -> list[Line]:
    """Return its end: the owner's notice and footer, or the usual words where there is no footer."""
    words = shop.words
    notice: list[Line] = [Rule(), *words.notice] if words.notice else []
    if words.footer:
        rule: list[Line] = [] if isinstance(words.footer[0], Rule) else [Rule()]
        return [*notice, *rule, *words.footer]
    return [*notice, Rule(), Text(usual, Align.CENTER)]


def tax_lines(tax: TaxSplit, shop: ShopFacts, *, back: bool = False) -> list[Line]:
    """Return the parts of a total, as they stand in the record; negative where they are taken back."""
    split = TaxSplit(-tax.supply, -tax.vat, -tax.exempt, -tax.service_charge) if back else tax
    lines: list[Line] = []
    if shop.show_vat:
        lines.append(Pair("과세물품가액", won(split.supply)))
        lines.append(Pair("부가세", won(split.vat)))
    if split.exempt and shop.show_vat:
        lines.append(Pair("면세물품가액", won(split.exempt)))
    if split.service_charge:
        lines.append(Pair("봉사료", won(split.service_charge)))
    return lines


def finish(lines: list[Line], *, copy: int, training: bool) -> Document:
    """Close a document: the marks of a copy and of training, and the cut.

    Raises:
        ValueError: copies count from 1.
    """
    if copy < 1:
        raise ValueError(f"copies count from 1, not {copy}")
    top: list[Line] = [Notice(TRAINING)] if training else []
    if copy > 1:
        top.append(Notice(f"{REPRINT} {copy - 1}"))
    bottom: list[Line] = [Notice(TRAINING)] if training else []
    return Document((*top, *lines, *bottom, Cut()))
