"""Tills without a screen that sell as fast as they can, until they are killed. Each says what it told a customer.

`python -m tests.e2e.worker HOME LEDGER_PORT PRINTER_PORT`

All that a till is made of is loaded once. Each line on stdin, a seed, then forks off one till; seed
0 sells nothing and only lets everything drain. On stdout, a line each:

    till PID                a till is there; from now on it may be killed
    paid PAYMENT_ID WON     a customer was told that the card payment is approved
    sale NUMBER WON         a customer was told that the sale is closed
    gone STATUS             the till has ended, as `waitpid` says it
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import random
import signal
import sys
from importlib import import_module
from pathlib import Path

from composition.clock import SystemClock
from composition.demo.cable import Cable
from composition.demo.cards import CardTable, CardWorld
from composition.demo.home import Home
from composition.paper import rates_file, renderer_of
from composition.wiring import Assembly, Devices
from config.rates import load_rates
from config.settings import load_settings
from drivers.printers.escpos_network import EscposNetworkPrinter
from drivers.simulators.card.profiles import CardProfile
from ledger.client import HttpLedger
from pos.domain.sale import SaleRecord
from pos.domain.tender import VoucherTender
from pos.domain.won import Won
from pos.services.card_outcome import (
    PaidInFull,
    PaidInPart,
)
from pos.services.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LAZY = ("anyio._backends._asyncio", "httpcore", "httpx", "ledger.mapping", "drivers.cards.slot")
CARDS = ("rich", "policy", "offline", "poor")


class DeepPurses(Home):
    """The demo's folder, with more on its cards than a thousand tills could spend."""

    @property
    def cards(self) -> Path:
        return self.folder / "cards.toml"

    def make(self, *, fresh: bool) -> tuple[CardProfile, ...]:
        if not self.cards.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            text = super().cards.read_text(encoding="utf-8")
            self.cards.write_text(text.replace("charged = 500_000", "charged = 1_000_000_000"))
        return super().make(fresh=fresh)


def say(*words: object) -> None:
    """Say one line; in the pipe it outlives the one who said it."""
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def say_sale(record: SaleRecord) -> None:
    say("sale", record.receipt_number, record.total.amount)


def say_paid(tender: VoucherTender) -> None:
    say("paid", tender.payment_id.hex, tender.amount.amount)


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
        say_sale(await self.terminal.take_cash.pay())

    async def card(self) -> None:
        due = self.terminal.counter.sale.due
        part = Won(max(1, due.amount // 2)) if self.chance.random() < 0.2 else None
        await self.table.cards.insert(self.chance.choice(CARDS))
        outcome = await self.terminal.take_card.pay(part)
        await self.table.cards.remove()
        if isinstance(outcome, PaidInFull):
            say_paid(outcome.tender)
            say_sale(outcome.record)
            return
        if isinstance(outcome, PaidInPart):
            say_paid(outcome.tender)
            if self.chance.random() < 0.3:
                await self.terminal.counter.drop()
                return
        await self.cash()


async def sell(home: Home, ledger_port: int, printer_port: int, seed: int) -> None:
    """Be one till."""
    profiles = home.make(fresh=False)
    settings = load_settings(home.settings)
    cable = Cable(ledger_port)
    await cable.plug()
    url, device = f"http://127.0.0.1:{cable.port}", settings.terminal.device
    table = CardWorld(home, profiles).start()
    devices = Devices(
        reader=table.reader,
        printer=EscposNetworkPrinter("127.0.0.1", printer_port),
        ledger=lambda signer: HttpLedger(url, device, signer),
        clock=SystemClock(),
    )
    assembly = Assembly(settings, home.folder, devices)
    terminal = await assembly.start()
    assembly.run_tasks(lambda error: sys.exit(f"a task failed: {error}"))
    for sale in terminal.recovered.completed:
        say_sale(sale)
    if terminal.counter.sale.lines:
        say_sale(await terminal.take_cash.pay())
    if seed == 0:
        await asyncio.Event().wait()
    await Seller(terminal, table, cable, seed).sell_for_ever()


def load_all(home: Home) -> None:
    """Load what a till loads only when it is needed, so that the forked ones have it."""
    settings = load_settings(home.settings)
    renderer_of(settings, load_rates(rates_file(settings, home.folder))).warm_up()
    for name in LAZY:
        import_module(name)


def main() -> None:
    die_with_parent()
    home = DeepPurses(Path(sys.argv[1]), ROOT)
    home.make(fresh=False)
    load_all(home)
    for line in sys.stdin:
        till = os.fork()
        if till == 0:
            die_with_parent()
            asyncio.run(sell(home, int(sys.argv[2]), int(sys.argv[3]), int(line)))
            os._exit(1)
        say("till", till)
        _, status = os.waitpid(till, 0)
        say("gone", status)


def die_with_parent() -> None:
    """Ask the kernel to be killed with the parent: a test that fails leaves no till behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
