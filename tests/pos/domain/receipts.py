"""Receipts of every shape, for the tests of their codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from pos.domain.card import CardEntry, CardRead, Cryptogram, Wallet
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import OfflineApproved
from pos.domain.receipt_body import ReceiptBody
from pos.domain.sale import SaleRecord
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind, TaxSplit, split_tax
from pos.domain.tender import ApprovalMode, CashTender, Tender, VoucherTender
from pos.domain.won import WON_MAX, Won

NOON = datetime(2026, 11, 24, 3, 0, 5, 123_456, tzinfo=UTC)
SALE_ID = TransactionId(0xA1B2_C3D4_E5F6, 0x9ABC_DEF0, 1_041)
SEALED = "AQ" + "aZ09-_bQ" * 41  # 330 letters, as a sealed card has them.
CARD = CardRead(
    masked_pan="629099******1234",
    card_ref="00112233445566778899aabbccddeeff",
    sealed=SEALED,
    entry=CardEntry.CONTACTLESS_CHIP,
    cryptogram=Cryptogram.TC,
    genuine=True,
    expired=False,
    offline_available=Won(100_000),
)
ONLINE = VoucherTender(
    payment_id=replace(SALE_ID, sequence=1_042),
    amount=Won(58_500),
    mode=ApprovalMode.ONLINE,
    masked_pan="629099******1234",
    approval_code="00812345",
    approved_at=NOON - timedelta(seconds=2),
    rrn="632903000042",
)
ADVICE = OfflineApproved(
    payment_id=ONLINE.payment_id,
    sale_id=SALE_ID,
    amount=Won(58_500),
    card=CARD,
    mode=ApprovalMode.OFFLINE_GUARANTEED,
    approval_code="F0001042",
    cashback_estimate=Won(5_850),
    at=NOON - timedelta(seconds=1),
)


def tender_of(advice: OfflineApproved) -> VoucherTender:
    """Return the tender that an offline approval makes."""
    return VoucherTender(
        advice.payment_id,
        advice.amount,
        advice.mode,
        advice.card.masked_pan,
        advice.approval_code,
        advice.at,
    )


def sale_of(*tenders: Tender) -> SaleRecord:
    """Return a finished sale that these tenders pay."""
    total = Won.total(each.amount for each in tenders)
    line = SaleLine(1, "8801234000024", "참치김밥", total, 1, TaxKind.TAXABLE)
    return SaleRecord(SALE_ID, "20261124-0007", NOON, (line,), tenders, split_tax(total))


ONLINE_BODY = ReceiptBody(sale_of(ONLINE))
OFFLINE_BODY = ReceiptBody(sale_of(tender_of(ADVICE)), (ADVICE,))
CASH_BODY = ReceiptBody(sale_of(CashTender(Won(9_000), Won(10_000), Won(1_000))))

_WON = st.integers(-WON_MAX, WON_MAX).map(Won)
_PART = st.integers(-(10**8), 10**8).map(Won)
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.text("0123456789abcdef", max_size=40),
    st.text("ABCabc012-_", max_size=400),
)
_PANS = st.one_of(st.from_regex(r"[0-9]{6}\*{3,9}[0-9]{4}", fullmatch=True), _TEXTS)
_NEAR_IDS = st.integers(0, 2**48 - 1).map(lambda number: replace(SALE_ID, sequence=number))
_IDS = st.one_of(
    _NEAR_IDS,
    st.builds(
        TransactionId,
        st.integers(0, 2**48 - 1),
        st.integers(0, 2**32 - 1),
        st.integers(0, 2**48 - 1),
    ),
)
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_CARDS = st.builds(
    CardRead,
    masked_pan=_PANS,
    card_ref=_TEXTS,
    sealed=_TEXTS,
    entry=st.sampled_from(
        [each for each in CardEntry if not each.is_qr and each is not CardEntry.COUPON]
    ),
    cryptogram=st.sampled_from(Cryptogram),
    genuine=st.booleans(),
    expired=st.booleans(),
    offline_available=st.none() | _WON,
    hotlisted=st.booleans(),
    wallet=st.sampled_from(Wallet),
)


def _advices(sale_id: TransactionId) -> st.SearchStrategy[OfflineApproved]:
    return st.builds(
        OfflineApproved,
        payment_id=_IDS,
        sale_id=st.just(sale_id),
        amount=_WON,
        card=_CARDS,
        mode=st.sampled_from(ApprovalMode),
        approval_code=_TEXTS,
        cashback_estimate=_WON,
        at=_TIMES,
        permitted_by=_TEXTS,
    )


_ONLINE_TENDERS = st.builds(
    VoucherTender,
    payment_id=_IDS,
    amount=_WON,
    mode=st.sampled_from(ApprovalMode),
    masked_pan=_PANS,
    approval_code=_TEXTS,
    approved_at=_TIMES,
)
_CASH = st.builds(CashTender, _WON, _WON, _WON)


@st.composite
def bodies(draw: st.DrawFn) -> ReceiptBody:
    """Give receipts with any tenders in any order, well beyond what a shop could make."""
    sale_id = draw(_IDS)
    advices = draw(
        st.lists(_advices(sale_id), max_size=2, unique_by=lambda advice: advice.payment_id)
    )
    taken = {advice.payment_id for advice in advices}
    online = draw(
        st.lists(
            _ONLINE_TENDERS.filter(lambda each: each.payment_id not in taken),
            max_size=2,
            unique_by=lambda each: each.payment_id,
        )
    )
    tenders: list[Tender] = [*map(tender_of, advices), *online]
    tenders += draw(st.lists(_CASH, max_size=2))
    sale = SaleRecord(
        id=sale_id,
        receipt_number=draw(_TEXTS),
        completed_at=draw(_TIMES),
        lines=(),
        tenders=tuple(draw(st.permutations(tenders))),
        tax=TaxSplit(*(draw(_PART) for _ in range(4))),
        training=draw(st.booleans()),
    )
    return ReceiptBody(sale, tuple(draw(st.permutations(advices))))
