"""The part of a receipt that stands for one voucher card payment. Never a number unmasked or guessed."""

from __future__ import annotations

from pos.domain.identifiers import Stan
from pos.domain.tender import ApprovalMode, Purse, VoucherTender
from pos.domain.won import Won
from receipts.builders.parts import (
    CARD_NAME,
    ENTRIES,
    MODES,
    korean_time,
    masked,
    wallet_lines,
    won,
)
from receipts.document import Blank, Line, Pair, Text

PURSES = {
    Purse.POLICY: "정책지원금",
    Purse.CHARGED: "충전금",
    Purse.CASHBACK: "캐시",
}
SIGNATURE_LINE = "_" * 18


def voucher_lines(tender: VoucherTender, no_signature_max: Won) -> list[Line]:
    """Return the slip of a payment that stands, from its name down to the signature."""
    return [
        Text(CARD_NAME, bold=True),
        Pair("승인금액", won(tender.amount), bold=True),
        Pair("할부", "일시불"),
        *wallet_lines(tender.wallet),
        Pair("카드번호", masked(tender.masked_pan)),
        *([Pair("입력방식", ENTRIES[tender.entry])] if tender.entry else []),
        *_approval(tender),
        *_purses(tender),
        *_signature(tender.amount, no_signature_max),
    ]


def coupon_lines(tender: VoucherTender) -> list[Line]:
    """Return what stands for a coupon that was shown: no card, no purse, no signature."""
    name = next((each.name for each in tender.benefits), "")
    return [
        Pair(f"쿠폰 {name}".strip(), won(tender.amount), bold=True),
        Pair("쿠폰번호", tender.masked_pan, indent=2),
        Pair("승인번호", tender.approval_code, indent=2),
    ]


def _approval(tender: VoucherTender) -> list[Line]:
    lines: list[Line] = [Pair("승인구분", MODES[tender.mode], bold=True)]
    if tender.approval_code:
        lines.append(Pair("승인번호", tender.approval_code))
    if tender.rrn:
        lines.append(Pair("거래번호(RRN)", tender.rrn))
    return [
        *lines,
        Pair("승인일시", korean_time(tender.approved_at)),
        Pair("추적번호", str(Stan.of(tender.payment_id))),
    ]


def _purses(tender: VoucherTender) -> list[Line]:
    lines: list[Line] = []
    if tender.purses:
        lines.append(Text("차감 내역"))
        lines += [Pair(PURSES[draw.purse], won(draw.amount), indent=2) for draw in tender.purses]
    if tender.cashback or not tender.cashback_is_estimate:
        label = "캐시백(예상)" if tender.cashback_is_estimate else "캐시백 적립"
        lines.append(Pair(label, won(tender.cashback)))
    if tender.balance is not None:
        lines.append(Pair("카드잔액", won(tender.balance)))
    if tender.mode is not ApprovalMode.ONLINE:
        lines.append(Text("※ 사용액·캐시백은 전송 후 확정"))
    return lines


def _signature(amount: Won, no_signature_max: Won) -> list[Line]:
    if abs(amount.amount) <= no_signature_max.amount:
        return [Text("무서명거래")]
    return [Blank(), Pair("서명", SIGNATURE_LINE), Blank()]
