"""Bugs of refunds, taxes, fees and orders. Only ever planted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from ledger.server import refund_rules
from ledger.server.refund_rules import Standing
from pos.domain import refund
from pos.domain.order import Order
from pos.domain.refund import CashReturn, RefundRecord
from pos.domain.sale import Sale, SaleRecord
from pos.domain.tax import TaxKind, TaxSplit, split_tax
from pos.domain.won import ZERO, Won
from pos.services.handle_orders import OrderDesk
from pos.services.refund_sale import RefundSale


def refunded_at_each_press(patch: pytest.MonkeyPatch) -> None:
    """A second press does not wait for the first, and finds nothing given back yet."""
    real = RefundSale.refund

    async def give_back(self: RefundSale, *args: Any, **named: Any) -> RefundRecord:
        self._turn = asyncio.Lock()
        return await real(self, *args, **named)

    patch.setattr(RefundSale, "refund", give_back)


def card_refunded_in_cash(patch: pytest.MonkeyPatch) -> None:
    """What a voucher card paid comes back out of the drawer."""

    def returns(
        _: SaleRecord, __: Sequence[RefundRecord], total: Won, ___: Callable[[], Any]
    ) -> Any:
        return (CashReturn(total),)

    patch.setattr(refund, "_returns", returns)


def fee_kept_on_refund(patch: pytest.MonkeyPatch) -> None:
    """A payment given back costs the shop its fee all the same."""
    real = refund_rules._as_if_for

    def as_if_for(kept: Any, before: Standing, *rest: Any) -> Standing:
        return replace(real(kept, before, *rest), fee=before.fee, fee_support=before.fee_support)

    patch.setattr(refund_rules, "_as_if_for", as_if_for)


def tax_by_line(patch: pytest.MonkeyPatch) -> None:
    """Each line's tax is rounded to the won, and then summed."""

    def tax(sale: Sale) -> TaxSplit:
        taxable = [each.total for each in sale.lines if each.tax is TaxKind.TAXABLE]
        splits = [split_tax(won) for won in taxable]
        whole = Won.total(taxable)
        vat = Won.total(each.vat for each in splits)
        return TaxSplit(whole - vat, vat, sale.total - whole, ZERO)

    patch.setattr(Sale, "tax", property(tax))


def order_accepted_at_each_press(patch: pytest.MonkeyPatch) -> None:
    """A second press takes the order once more, under a decision of its own."""
    real = OrderDesk._holding

    def holding(self: OrderDesk, key: str) -> AbstractContextManager[Order]:
        self._busy.discard(key)
        return real(self, key)

    patch.setattr(OrderDesk, "_holding", holding)
