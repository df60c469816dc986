"""Turns what comes down the feed into the wire's words and back. Never calls anyone."""

from __future__ import annotations

from datetime import UTC
from typing import cast

from ledger.contract import models as wire
from pos.domain.catalogue import CatalogueChange, Product
from pos.domain.door_money import DoorMoney
from pos.domain.news import NextKey, Notice, NoticeChange
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.rates import ChannelRate, Rates
from pos.domain.tax import TaxKind
from pos.domain.won import Won
from pos.ports import FeedItem, FeedPage, HotlistChange


def order_to_wire(order: Order) -> wire.WireOrder:
    """Return an order as it travels; its state does not, for it is new."""
    return wire.WireOrder(
        channel=order.channel,
        number=order.number,
        short_number=order.short_number,
        placed_at=order.placed_at,
        accept_by=order.accept_by,
        lines=tuple(
            wire.WireOrderLine(
                name=line.name,
                quantity=line.quantity,
                amount=line.amount.amount,
                options=line.options,
            )
            for line in order.lines
        ),
        total=order.total.amount,
        paid_in_app=order.paid_in_app,
        disposables=order.disposables,
        shop_note=order.shop_note,
        rider_note=order.rider_note,
        address_masked=order.address_masked,
        phone_masked=order.phone_masked,
    )


def order_from_wire(order: wire.WireOrder) -> Order:
    """Read an order, new."""
    lines = tuple(
        OrderLine(line.name, line.quantity, Won(line.amount), line.options) for line in order.lines
    )
    return Order(
        channel=order.channel,
        number=order.number,
        short_number=order.short_number,
        placed_at=order.placed_at.astimezone(UTC),
        accept_by=order.accept_by.astimezone(UTC),
        lines=lines,
        total=Won(order.total),
        paid_in_app=order.paid_in_app,
        disposables=order.disposables,
        shop_note=order.shop_note,
        rider_note=order.rider_note,
        address_masked=order.address_masked,
        phone_masked=order.phone_masked,
    )


def item_to_wire(item: FeedItem) -> wire.FeedItem:
    """Return a feed item as it travels.

    Raises:
        ValueError: it says nothing.
    """
    if item.hotlist is not None:
        return wire.CardHotlisted(hot_ref=item.hotlist.hot_ref, stopped=item.hotlist.stopped)
    if item.notice is not None:
        return _notice_to_wire(item.notice)
    if item.next_key is not None:
        key = item.next_key
        return wire.LedgerKeyAnnounced(public=key.public, signature=key.signature)
    if item.rates:
        return wire.RatesChanged(rates=tuple(map(_rates_to_wire, item.rates)))
    if item.catalogue is not None:
        return _catalogue_to_wire(item.catalogue)
    if item.order is not None:
        return wire.OrderPlaced(order=order_to_wire(item.order))
    if item.door is not None:
        door = item.door
        return wire.OrderDoorTaken(
            order_key=item.order_key, till=door.till, receipt=door.receipt, at=door.at
        )
    if item.amount is not None and item.commission_back is not None:
        return wire.OrderRefundMade(
            order_key=item.order_key,
            reference=item.reference,
            amount=item.amount.amount,
            commission_back=item.commission_back.amount,
        )
    if item.state is None:
        raise ValueError("a feed item that says nothing")
    state = cast("wire.OrderStateName", item.state.value)
    return wire.OrderMoved(order_key=item.order_key, state=state)


def _notice_to_wire(change: NoticeChange) -> wire.NoticePosted:
    notice = change.notice
    return wire.NoticePosted(
        id=notice.id,
        ko=notice.ko,
        en=notice.en,
        at=notice.at,
        until=notice.until,
        withdrawn=change.withdrawn,
    )


def _notice_from_wire(item: wire.NoticePosted) -> NoticeChange:
    until = None if item.until is None else item.until.astimezone(UTC)
    notice = Notice(item.id, item.ko, item.en, item.at.astimezone(UTC), until)
    return NoticeChange(notice, item.withdrawn)


def _rates_to_wire(rates: Rates) -> wire.WireRates:
    return wire.WireRates(
        valid_from=rates.valid_from,
        cashback_bp=rates.cashback_bp,
        no_signature_max=rates.no_signature_max.amount,
        channels=tuple(map(_channel_to_wire, rates.channels)),
        private_app=_channel_to_wire(rates.private_app),
    )


def _rates_from_wire(rates: wire.WireRates) -> Rates:
    return Rates(
        valid_from=rates.valid_from,
        cashback_bp=rates.cashback_bp,
        no_signature_max=Won(rates.no_signature_max),
        channels=tuple(map(_channel_from_wire, rates.channels)),
        private_app=_channel_from_wire(rates.private_app),
    )


def _channel_to_wire(rate: ChannelRate) -> wire.WireChannelRate:
    return wire.WireChannelRate(
        channel=rate.channel,
        commission_bp=rate.commission_bp,
        payment_bp=rate.payment_bp,
        vat_bp=rate.vat_bp,
        ad_bp=rate.ad_bp,
    )


def _channel_from_wire(rate: wire.WireChannelRate) -> ChannelRate:
    return ChannelRate(rate.channel, rate.commission_bp, rate.payment_bp, rate.vat_bp, rate.ad_bp)


def _catalogue_to_wire(change: CatalogueChange) -> wire.CatalogueChanged:
    return wire.CatalogueChanged(
        products=tuple(
            wire.WireProduct(
                code=each.code,
                name=each.name,
                price=each.price.amount,
                tax=each.tax.value,
            )
            for each in change.products
        ),
        removed=change.removed,
    )


def _catalogue_from_wire(item: wire.CatalogueChanged) -> CatalogueChange:
    products = tuple(
        Product(each.code, each.name, Won(each.price), TaxKind(each.tax)) for each in item.products
    )
    return CatalogueChange(products, item.removed)


def page_from_wire(answer: wire.FeedAnswer) -> FeedPage:
    """Read a page of the feed."""
    items = tuple(_item_from_wire(each) for each in answer.items)
    return FeedPage(answer.cursor, items, answer.at.astimezone(UTC))


def _item_from_wire(item: wire.FeedItem) -> FeedItem:
    match item:
        case wire.OrderPlaced():
            return FeedItem(item.kind, order=order_from_wire(item.order))
        case wire.OrderMoved():
            return FeedItem(item.kind, order_key=item.order_key, state=OrderState(item.state))
        case wire.OrderRefundMade():
            return FeedItem(
                item.kind,
                order_key=item.order_key,
                reference=item.reference,
                amount=Won(item.amount),
                commission_back=Won(item.commission_back),
            )
        case wire.OrderDoorTaken():
            door = DoorMoney(item.till, item.receipt, item.at.astimezone(UTC))
            return FeedItem(item.kind, order_key=item.order_key, door=door)
        case wire.CardHotlisted():
            return FeedItem(item.kind, hotlist=HotlistChange(item.hot_ref, item.stopped))
        case wire.NoticePosted():
            return FeedItem(item.kind, notice=_notice_from_wire(item))
        case wire.CatalogueChanged():
            return FeedItem(item.kind, catalogue=_catalogue_from_wire(item))
        case wire.RatesChanged():
            return FeedItem(item.kind, rates=tuple(map(_rates_from_wire, item.rates)))
        case wire.LedgerKeyAnnounced():
            return FeedItem(item.kind, next_key=NextKey(item.public, item.signature))
