"""The settlement statement (정산 명세서). Never adds an entry up: it says what the ledger stated."""

from __future__ import annotations

from pos.domain.codec import Json, decode
from pos.domain.settlement_paper import SettledDay, SettlementPaper
from pos.domain.won import Won
from receipts.builders.parts import finish, won
from receipts.document import (
    BigAmount,
    Document,
    Item,
    Items,
    Line,
    Pair,
    Rule,
    RuleStyle,
    Text,
    Title,
)
from receipts.rows import Align
from receipts.shop import ShopFacts

TAKEN = {
    "sales": "카드 매출",
    "reversed_": "망취소",
    "refunds": "취소·반품",
    "orders": "배달앱 수금",
    "carried": "이월",
}
OFF = {"fee": "카드 수수료", "commission": "중개수수료", "merchant_funded": "혜택플러스(가맹점)"}


def build_settlement(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return what the shop is paid, when, and what went off.

    Args:
        body: `encode(SettlementPaper)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no statement, or copy is below 1.
    """
    paper = decode(SettlementPaper, body)
    first, last = paper.days[0].day, paper.days[-1].day
    span = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} ~ {last:%Y-%m-%d}"
    lines: list[Line] = [
        Title("정산 명세서"),
        Text(span, Align.CENTER, bold=True),
        Text(shop.name),
        Pair("사업자번호", shop.business_number),
        Rule(RuleStyle.STRONG),
        *(Pair(name, won(paper.sum_of(part))) for part, name in TAKEN.items()),
        Rule(),
        *(Pair(name, won(-paper.sum_of(part))) for part, name in OFF.items()),
        Rule(RuleStyle.STRONG),
        BigAmount("정산액", won(paper.sum_of("net"))),
        *_support(paper.sum_of("fee_support_due")),
        *_days(paper),
    ]
    return finish(lines, copy=copy, training=shop.training)


def _support(due: Won) -> list[Line]:
    if not due:
        return []
    return [
        Pair("수수료 지원금(별도)", won(due)),
        Text("※ 지원금은 반기별로 따로 입금됩니다."),
    ]


def _days(paper: SettlementPaper) -> list[Line]:
    table = Items(Item("영업일 → 입금일", "", "정산액"), tuple(_day(each) for each in paper.days))
    return [Rule(), table, Text("* 아직 지급되지 않은 날")] if _open(paper) else [Rule(), table]


def _open(paper: SettlementPaper) -> bool:
    return any(not each.closed for each in paper.days)


def _day(each: SettledDay) -> Item:
    mark = "" if each.closed else "*"
    return Item(f"{mark}{each.day:%m-%d} → {each.pay_on:%m-%d}", "", str(each.net))
