"""The owner's day, added up from the journal's events. Never from a screen or a running total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from pos.domain.benefit import Benefit
from pos.domain.card import Wallet
from pos.domain.codec import WHEN_SET
from pos.domain.events import Event, SaleCompleted, SaleRefunded
from pos.domain.identifiers import TransactionId
from pos.domain.order_events import (
    OrderAccepted,
    OrderLeftUnpaid,
    OrderNotPosted,
    OrderPosted,
    OrderRefunded,
)
from pos.domain.payment_events import (
    AdviceAccepted,
    AdviceDeclined,
    OfflineApproved,
    ReceivableClosed,
    RefundAcknowledged,
    RefundAsked,
    ReversalAsked,
    ReversalDeclined,
)
from pos.domain.rates import ChannelRate, cost
from pos.domain.refund import CardReturn, CashReturn, ExternalReturn, RefundRecord
from pos.domain.sale import SaleRecord
from pos.domain.tender import ApprovalMode, CashTender, ExternalTender, Tender, VoucherTender
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class TenderSum:
    """How often and how much was paid one way."""

    count: int = 0
    amount: Won = ZERO

    def plus(self, amount: Won) -> TenderSum:
        """Count one more."""
        return TenderSum(self.count + 1, self.amount + amount)

    def minus(self, amount: Won) -> TenderSum:
        """Take one back."""
        return TenderSum(self.count - 1, self.amount - amount)


@dataclass(frozen=True, slots=True)
class DaySummary:
    """What one business day brought.

    Attributes:
        tenders: by `cash`, `coupon` (one that was shown), `external` and `ApprovalMode` value.
        wallets: what of the card payments came out of a wallet, by `Wallet` value.
        qr: the online ones among them that were paid by QR.
        benefits: coupons that lay on cards and 혜택플러스, by `BenefitKind` value, as far as the ledger
            has said it; neither is off the sales.
        cashback: given to the customers, as far as the ledger has said it.
        cashback_estimated: for payments not yet forwarded.
        receivable: approved offline, declined by the ledger afterwards.
        reversed: what reversals gave or will give back; not in the sales.
        orders: accepted delivery orders; `order_commission` is the ledger's word, and
            `order_saving` what the same orders would have cost on a private app, less it.
        order_refunds: given back of orders, whose commission and private cost are less for it.
        order_unpaid: door money that was never taken.
        refunds: voids and refunds made on this day, of whichever day's sales; `sales` and `tenders`
            are before them. `refunded_to` says how much by `cash`, `card`, `coupon` and `external`, `refund_vat` the
            VAT in them, and `cashback_taken` what customers' cards gave back of their cashback.
        head: the day's last record, `SEQUENCE:HASH12`; on paper, it proves that none was cut off.
    """

    day: date
    sales: TenderSum = TenderSum()
    vat: Won = ZERO
    tenders: Mapping[str, TenderSum] = field(default_factory=dict[str, TenderSum])
    cashback: Won = ZERO
    cashback_estimated: Won = ZERO
    receivable: TenderSum = TenderSum()
    reversed: TenderSum = TenderSum()
    orders: TenderSum = TenderSum()
    order_commission: Won = ZERO
    order_private_cost: Won = ZERO
    head: str = ""
    refunds: TenderSum = TenderSum()
    refunded_to: Mapping[str, TenderSum] = field(default_factory=dict[str, TenderSum])
    refund_vat: Won = ZERO
    cashback_taken: Won = ZERO
    wallets: Mapping[str, TenderSum] = field(
        default_factory=dict[str, TenderSum], metadata=WHEN_SET
    )
    qr: TenderSum = TenderSum()
    benefits: Mapping[str, TenderSum] = field(
        default_factory=dict[str, TenderSum], metadata=WHEN_SET
    )
    order_refunds: TenderSum = TenderSum()
    order_unpaid: TenderSum = TenderSum()

    @property
    def net(self) -> Won:
        """Sales less what was given back."""
        return self.sales.amount - self.refunds.amount

    @property
    def order_net(self) -> Won:
        """Orders less what was given back of orders on this day."""
        return self.orders.amount - self.order_refunds.amount

    @property
    def order_saving(self) -> Won:
        """What 배달e음 saved against a private app, for orders the ledger has posted."""
        return self.order_private_cost - self.order_commission

    @property
    def voucher(self) -> TenderSum:
        """All voucher card payments, online and offline."""
        sums = [self.tenders.get(mode.value, TenderSum()) for mode in ApprovalMode]
        return TenderSum(sum(each.count for each in sums), Won.total(each.amount for each in sums))


def summarize(day: date, events: Iterable[Event], private_app: ChannelRate) -> DaySummary:
    """Add up a day's events, in the journal's order."""
    summary = DaySummary(day)
    estimates: dict[TransactionId, Won] = {}
    declined: dict[TransactionId, Won] = {}
    reversed_by: dict[TransactionId, Won] = {}
    for event in events:
        summary = _count(summary, event, private_app)
        match event:
            case OfflineApproved(payment_id=payment):
                estimates[payment] = event.cashback_estimate
            case AdviceDeclined(payment_id=payment, amount=amount):
                declined[payment] = amount
                summary = _less_estimate(summary, estimates.pop(payment, ZERO))
            case AdviceAccepted(payment_id=payment):
                summary = _less_estimate(summary, estimates.pop(payment, ZERO))
            case ReversalAsked(payment_id=payment, amount=amount):
                reversed_by[payment] = amount
                summary = _less_estimate(summary, estimates.pop(payment, ZERO))
                if payment in declined:  # Its sale was dropped: nobody owes it.
                    summary = _owed_less(summary, declined.pop(payment), whole=True)
            case ReversalDeclined(payment_id=payment) if payment in reversed_by:
                taken_back = summary.reversed.minus(reversed_by.pop(payment))
                summary = replace(summary, reversed=taken_back)
            case RefundAsked(payment_id=payment, amount=amount) if payment in declined:
                declined[payment] -= amount
                summary = _owed_less(summary, amount, whole=not declined[payment])
            case ReceivableClosed(payment_id=payment) if payment in declined:
                summary = _owed_less(summary, declined.pop(payment), whole=True)
            case _:
                pass
    return summary


def tender_name(tender: Tender) -> str:
    """Return what a tender is counted under."""
    if isinstance(tender, CashTender):
        return "cash"
    if isinstance(tender, ExternalTender):
        return "external"
    return "coupon" if tender.by_coupon else tender.mode.value


def return_name(back: CashReturn | CardReturn | ExternalReturn) -> str:
    """Return what giving back is counted under."""
    if isinstance(back, CashReturn):
        return "cash"
    if isinstance(back, ExternalReturn):
        return "external"
    return "coupon" if back.by_coupon else "card"


def with_benefits(
    sums: Mapping[str, TenderSum], more: Iterable[Benefit]
) -> Mapping[str, TenderSum]:
    """Return the benefits given so far with these counted in."""
    counted = dict(sums)
    for each in more:
        name = each.kind.value
        counted[name] = counted.get(name, TenderSum()).plus(each.amount)
    return counted


def _less_estimate(day: DaySummary, estimate: Won) -> DaySummary:
    """The ledger has spoken, or the payment is taken back: its estimate counts no more."""
    return replace(day, cashback_estimated=day.cashback_estimated - estimate)


def _owed_less(day: DaySummary, amount: Won, *, whole: bool) -> DaySummary:
    """Less is owed to the shop; with the whole of it, one receivable fewer."""
    owed = TenderSum(day.receivable.count - whole, day.receivable.amount - amount)
    return replace(day, receivable=owed)


def _count(day: DaySummary, event: Event, private_app: ChannelRate) -> DaySummary:
    match event:
        case SaleCompleted(sale=sale):
            return _count_sale(day, sale)
        case OfflineApproved(cashback_estimate=estimate):
            return replace(day, cashback_estimated=day.cashback_estimated + estimate)
        case AdviceAccepted(approval=approval):
            benefits = with_benefits(day.benefits, approval.benefits)
            return replace(day, cashback=day.cashback + approval.cashback, benefits=benefits)
        case AdviceDeclined(amount=amount):
            return replace(day, receivable=day.receivable.plus(amount))
        case ReversalAsked(amount=amount):
            return replace(day, reversed=day.reversed.plus(amount))
        case SaleRefunded(refund=refund):
            return _count_refund(day, refund)
        case RefundAcknowledged(given_back=given_back):
            return replace(day, cashback_taken=day.cashback_taken + given_back.cashback_taken)
        case OrderAccepted(total=total):
            return replace(day, orders=day.orders.plus(total))
        case OrderNotPosted(total=total):
            return replace(day, orders=day.orders.minus(total))
        case OrderPosted(total=total, commission=commission):
            return replace(
                day,
                order_commission=day.order_commission + commission,
                order_private_cost=day.order_private_cost + cost(total, private_app),
            )
        case OrderRefunded(amount=amount, commission_back=back):
            return replace(
                day,
                order_refunds=day.order_refunds.plus(amount),
                order_commission=day.order_commission - back,
                order_private_cost=day.order_private_cost - cost(amount, private_app),
            )
        case OrderLeftUnpaid(amount=amount):
            return replace(day, order_unpaid=day.order_unpaid.plus(amount))
        case _:
            return day


def _count_refund(day: DaySummary, refund: RefundRecord) -> DaySummary:
    to = dict(day.refunded_to)
    for each in refund.returns:
        name = return_name(each)
        to[name] = to.get(name, TenderSum()).plus(each.amount)
    return replace(
        day,
        refunds=day.refunds.plus(refund.total),
        refunded_to=to,
        refund_vat=day.refund_vat + refund.tax.vat,
    )


def _count_sale(day: DaySummary, sale: SaleRecord) -> DaySummary:
    tenders, wallets = dict(day.tenders), dict(day.wallets)
    cashback, qr, benefits = day.cashback, day.qr, day.benefits
    for tender in sale.tenders:
        name = tender_name(tender)
        tenders[name] = tenders.get(name, TenderSum()).plus(tender.amount)
        if not isinstance(tender, VoucherTender) or tender.by_coupon:
            continue
        if not tender.cashback_is_estimate:
            cashback += tender.cashback
        if tender.wallet is not Wallet.NONE:
            name = tender.wallet.value
            wallets[name] = wallets.get(name, TenderSum()).plus(tender.amount)
        if tender.by_qr:
            qr = qr.plus(tender.amount)
        benefits = with_benefits(benefits, tender.benefits)
    return replace(
        day,
        sales=day.sales.plus(sale.total),
        vat=day.vat + sale.tax.vat,
        tenders=tenders,
        wallets=wallets,
        cashback=cashback,
        qr=qr,
        benefits=benefits,
    )
