"""Keeps the customer's displays at what the sale is. Never makes a sale wait: the newest view is all that counts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pos.domain.card_balance import CardBalance
from pos.domain.customer_view import (
    CustomerView,
    Moment,
    view_of_balance,
    view_of_end,
    view_of_sale,
)
from pos.domain.sale import SaleRecord
from pos.domain.scan_errors import DisplayError
from pos.domain.shop_code import ShopCode
from pos.ports import Clock, CustomerDisplay, DeviceStatus
from pos.services.ask_balance import AskBalance
from pos.services.build_sale import Counter
from pos.services.finish_sale import FinishSale
from pos.services.take_qr import TakeQr

SHOW_S = 5.0  # A display that takes longer is taken for dead; its driver may go on trying.
AGAIN_MS, AGAIN_MS_MAX = 1_000, 30_000  # After a failure, doubled each time.


class ShowCustomer:
    """One task a display, each at its own pace.

    Attributes:
        view: what is to be seen now.
    """

    def __init__(
        self, *, counter: Counter, shop: str, language: str, displays: Sequence[CustomerDisplay]
    ) -> None:
        self._counter = counter
        self._shop = shop
        self._language = language
        self._displays = tuple(displays)
        self._code: ShopCode | None = None
        self._news = tuple(asyncio.Event() for _ in displays)
        self.view = view_of_sale(counter.sale, shop, language, None)

    def follow(self, finish: FinishSale, qr: TakeQr, balance: AskBalance) -> None:
        """Follow the sale from now on."""
        balance.on_balance(self._balance_shown)
        self._counter.on_change(self._sale_changed)
        finish.on_finish(self._finished)
        qr.on_code(self._code_shown)
        self._sale_changed()

    async def statuses(self) -> tuple[DeviceStatus, ...]:
        """Return whether each display can be used."""
        return tuple([await each.status() for each in self._displays])

    async def run(self, clock: Clock) -> None:
        """Show what is new, for ever; a task of the composition root's."""
        await asyncio.gather(
            *(
                self._keep(display, news, clock)
                for display, news in zip(self._displays, self._news, strict=True)
            )
        )

    async def _keep(self, display: CustomerDisplay, news: asyncio.Event, clock: Clock) -> None:
        again_ms = AGAIN_MS
        while True:
            await news.wait()
            news.clear()
            try:
                async with asyncio.timeout(SHOW_S):
                    await display.show(self.view)
            except (DisplayError, TimeoutError):
                await clock.sleep_ms(again_ms)
                again_ms = min(again_ms * 2, AGAIN_MS_MAX)
                news.set()  # It may be there again, and then it must not show what was.
            else:
                again_ms = AGAIN_MS

    def _sale_changed(self) -> None:
        sale = self._counter.sale
        if self._code is None or sale.lines:
            self._set(view_of_sale(sale, self._shop, self._language, self._code))

    def _code_shown(self, code: ShopCode | None) -> None:
        was, self._code = self._code, code
        if self._counter.sale.lines or was is None:  # After the last tender, the thanks stay.
            self._sale_changed()

    def show_receipt(self, link: str) -> None:
        """Show where the last receipt can be fetched, until it is taken off (empty) or a sale begins."""
        if not link:
            self._sale_changed()
        elif not self._counter.sale.lines:
            self._set(
                CustomerView(Moment.TAKE_RECEIPT, self._shop, code=link, language=self._language)
            )

    def _balance_shown(self, balance: CardBalance | None) -> None:
        if balance is None:
            self._sale_changed()
        else:
            self._set(view_of_balance(balance.here, self._shop, self._language))

    def _finished(self, sale: SaleRecord) -> None:
        self._set(view_of_end(sale, self._shop, self._language))

    def _set(self, view: CustomerView) -> None:
        self.view = view
        for news in self._news:
            news.set()
