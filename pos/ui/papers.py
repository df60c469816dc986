"""The papers of a finished sale beside its receipt: gift receipt, card slips, phone, cash receipt. Never prints."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from pos.domain.card_slip import SlipFor, cards_of
from pos.domain.cash_receipt import cash_of
from pos.domain.errors import IeumError
from pos.domain.sale import SaleRecord
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.cash_receipts import CashReceiptDialogs, Say
from pos.ui.i18n import _
from pos.ui.screens.pick import PickScreen


class Papers:
    """The list behind / where a sale is looked up; its digits never change their meaning."""

    def __init__(
        self,
        screen: Screen[None],
        terminal: Terminal,
        *,
        say: Say,
        refuse: Callable[[IeumError], None],
    ) -> None:
        self._screen, self._terminal = screen, terminal
        self._say, self._refuse = say, refuse
        self.cash_receipts = CashReceiptDialogs(screen, terminal, say=say, refuse=refuse)

    def offer(self, sale: SaleRecord) -> None:
        """Offer them for one sale."""
        card = "" if cards_of(sale) else _("no card")
        cash = "" if cash_of(sale) else _("no cash")
        offers: tuple[tuple[tuple[str, str], Callable[[], object]], ...] = (
            ((_("Receipt once more"), ""), lambda: self._receipt(sale)),
            ((_("Gift receipt, without prices"), ""), lambda: self._gift(sale)),
            (
                (_("Card slip, customer's copy"), card),
                lambda: self._slip(sale, SlipFor.CUSTOMER),
            ),
            ((_("Card slip, shop's copy"), card), lambda: self._slip(sale, SlipFor.MERCHANT)),
            ((_("Receipt on the customer's phone"), ""), lambda: self._phone(sale)),
            ((_("Cash receipt"), cash), lambda: self.cash_receipts.open(sale)),
        )

        def picked(place: int | None) -> None:
            if place is not None:
                act(self._screen, offers[place][1](), self._refuse)  # type: ignore[arg-type]

        title = _("Papers of {number}", number=sale.receipt_number)
        self._screen.app.push_screen(PickScreen(title, [row for row, _do in offers]), picked)

    async def _receipt(self, sale: SaleRecord) -> None:
        await self._terminal.reprint.receipt(sale)
        self._say(_("Printing again: {number}", number=sale.receipt_number), "done")

    async def _gift(self, sale: SaleRecord) -> None:
        await self._terminal.reprint.gift_receipt(sale)
        self._say(_("Printing the gift receipt: {number}", number=sale.receipt_number), "done")

    async def _slip(self, sale: SaleRecord, audience: SlipFor) -> None:
        if await self._terminal.reprint.card_slips(sale, audience):
            text = _("Printing the card slip again: {number}", number=sale.receipt_number)
            self._say(text, "done")
        else:
            self._say(_("No card paid for this sale: there is no slip."), "error")

    async def _phone(self, sale: SaleRecord) -> None:
        links = self._terminal.e_receipt
        if links is None:
            self._say(_("Phones can't fetch receipts here: phone_host is not set."), "error")
            return
        from pos.ui.screens.phone_receipt import PhoneReceiptScreen  # Seldom needed.

        link = await links.link(sale)
        self._screen.app.push_screen(PhoneReceiptScreen(self._terminal, link))
