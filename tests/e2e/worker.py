"""A till without a screen that sells as fast as it can, until it is killed. Says each sale it closed.

`python -m tests.e2e.worker HOME LEDGER_PORT PRINTER_PORT SEED`
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from composition.clock import SystemClock
from composition.demo.cable import Cable
from composition.demo.cards import CardTable, CardWorld
from composition.demo.home import Home
from composition.wiring import Assembly, Devices
from config.secrets import read_secret
from config.settings import load_settings
from drivers.printers.escpos_network import EscposNetworkPrinter
from ledger.client import HttpLedger
from pos.domain.sale import SaleRecord
from pos.domain.won import Won
from pos.services.take_card import NotApproved, PaidInFull, PaidInPart
from pos.services.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
CARDS = ("rich", "policy", "offline", "poor")


def witness(record: SaleRecord) -> None:
    """Say what the customer was told; the test holds the terminal to it."""
    sys.stdout.write(f"{record.receipt_number} {record.total.amount}\n")
    sys.stdout.flush()


class Seller:
    def __init__(self, terminal: Terminal, table: CardTable, cable: Cable, seed: int) -> None:
        self.terminal = terminal
        self.table = table
        self.cable = cable
        self.chance = random.Random(seed)
        codes = (ROOT / "config/sample_shop/products.csv").read_text(encoding="utf-8")
        self.codes = [row.split(",")[0] for row in codes.splitlines()[1:12]]

    async def sell_for_ever(self) -> None:
        while True:
            if self.chance.random() < 0.15:
                await (self.cable.plug() if self.cable.pulled else self.cable.pull())
            for _ in range(self.chance.randint(1, 3)):
                self.terminal.counter.scan(self.chance.choice(self.codes))
            await (self.cash() if self.chance.random() < 0.3 else self.card())

    async def cash(self) -> None:
        witness(await self.terminal.take_cash.pay())

    async def card(self) -> None:
        due = self.terminal.counter.sale.due
        part = Won(max(1, due.amount // 2)) if self.chance.random() < 0.2 else None
        await self.table.cards.insert(self.chance.choice(CARDS))
        outcome = await self.terminal.take_card.pay(part)
        await self.table.cards.remove()
        match outcome:
            case PaidInFull(record=record):
                witness(record)
            case PaidInPart() if self.chance.random() < 0.3:
                await self.terminal.counter.drop()
            case NotApproved(decline=decline) if decline.balance and self.chance.random() < 0.5:
                await self.cash()
            case _:
                await self.cash()


async def main() -> None:
    home = Home(Path(sys.argv[1]), ROOT)
    profiles = home.make(fresh=False)
    settings = load_settings(home.settings)
    cable = Cable(int(sys.argv[2]))
    await cable.plug()
    token = read_secret(home.token)
    url, device = f"http://127.0.0.1:{cable.port}", settings.terminal.device
    table = CardWorld(home, profiles).start()
    devices = Devices(
        reader=table.reader,
        printer=EscposNetworkPrinter("127.0.0.1", int(sys.argv[3])),
        ledger=lambda signer: HttpLedger(url, token, device, signer),
        clock=SystemClock(),
    )
    assembly = Assembly(settings, home.folder, devices)
    terminal = await assembly.start()
    assembly.run_tasks(lambda error: sys.exit(f"a task failed: {error}"))
    for sale in terminal.recovered.completed:
        witness(sale)
    seller = Seller(terminal, table, cable, int(sys.argv[4]))
    if terminal.counter.sale.lines:
        witness(await terminal.take_cash.pay())
    if int(sys.argv[4]) == 0:  # The last run: only let everything drain.
        await asyncio.Event().wait()
    await seller.sell_for_ever()


if __name__ == "__main__":
    asyncio.run(main())
