"""The demo's side panel, made real: taps, the cable, the printer, a customer. Never in a real shop."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from composition.demo.cable import Cable
from drivers.simulators.card.profiles import CardKind, CardProfile
from drivers.simulators.card.virtual_cards import VirtualCards
from drivers.simulators.phone.phone import Phone, PhoneRefused, code_on
from drivers.simulators.scanner import HandScanner

CONTROL_S = 3.0
JAM = "jam_midway"


class DemoPanel:
    """What F12 can do to the world around the till."""

    def __init__(
        self,
        *,
        profiles: Sequence[CardProfile],
        cards: VirtualCards,
        cable: Cable,
        scanner: HandScanner,
        printer_control: Path,
        ledger_url: str,
        token: str,
        language: str,
        display: Path,
        facts: Sequence[tuple[str, str]],
    ) -> None:
        self._profiles = profiles
        self._cards = cards
        self._cable = cable
        self._scanner = scanner
        self._display = display
        self._printer_control = printer_control
        self._ledger_url = ledger_url
        self._token = token
        self._language = language
        self._facts = tuple(facts)

    def cards(self) -> Sequence[tuple[str, str]]:
        """Return the dozen cards as (id, label)."""
        korean = self._language == "ko"
        return [(each.id, each.label_ko if korean else each.label_en) for each in self._profiles]

    async def tap(self, card_id: str) -> None:
        """Hold a card to the reader until it has answered."""
        await self._cards.tap(card_id)

    async def pull_network(self, down: bool) -> None:
        """Pull the cable or plug it in."""
        await (self._cable.pull() if down else self._cable.plug())

    async def jam_printer(self, jammed: bool) -> None:
        """Jam the printer in the middle of its next paper, or clear it."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CONTROL_S):
                reader, writer = await asyncio.open_unix_connection(self._printer_control)
                fault = JAM if jammed else "none"
                writer.write(json.dumps({"fault": fault}).encode() + b"\n")
                await reader.readline()
                writer.close()

    async def send_order(self) -> None:
        """Let a customer order on 배달e음; the ledger has its own line to the platform."""
        import httpx

        headers = {"Authorization": f"Bearer {self._token}"}
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=CONTROL_S, headers=headers) as client:
                await client.post(f"{self._ledger_url}/demo/orders")

    async def show_phone(self) -> None:
        """Let the customer's phone show a code, and the shop's scanner read it."""
        with contextlib.suppress(PhoneRefused):
            self._scanner.give(await self._phone().show_code())

    async def pay_by_phone(self) -> None:
        """Let the customer's phone pay the code that the customer's display shows."""
        with contextlib.suppress(PhoneRefused, OSError, TimeoutError):
            await self._phone().pay(await code_on(self._display, CONTROL_S))

    def _phone(self) -> Phone:
        card = next(each.id for each in self._profiles if each.kind is CardKind.VOUCHER)
        return Phone(self._ledger_url, self._token, card)

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Where the receipts and the ledger are, and how the cards are read."""
        return self._facts
