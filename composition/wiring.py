"""Builds one terminal out of settings and devices, and runs its tasks. Never a rule, never a screen."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from composition import linked
from composition.after_start import look_at_reader, warm_up
from composition.paper import rates_file, renderer_of
from composition.paying import Parts, Ways, ways_to_pay
from composition.pin_hasher import staff_of
from composition.printers import stations_of
from config.products import load_catalogue
from config.rates import load_rates
from config.screen_choice import ScreenFile
from config.settings import Settings
from offline_queue.device_key import Signer
from offline_queue.forwarder import Forwarder
from offline_queue.spool import Spool
from offline_queue.store import SqliteStore
from pos.domain.business_day import business_day
from pos.domain.rates import Rates, in_force
from pos.ports import CardReader, Clock, CustomerDisplay, Printer, Scanner, WholeLedger
from pos.services.begin_counting import begin_counting
from pos.services.build_sale import Counter
from pos.services.cash_receipts import CashReceiptDesk
from pos.services.e_receipt import EReceipt
from pos.services.finish_sale import FinishSale
from pos.services.follow_feed import FollowFeed
from pos.services.handle_orders import OrderDesk
from pos.services.hotlist import Hotlist
from pos.services.ids import IdSource
from pos.services.line import Line
from pos.services.listen_scanner import ListenScanner
from pos.services.news import NewsDesk
from pos.services.offer_in_mall import MallWindow
from pos.services.printer_watch import PrinterWatch
from pos.services.receivables import Receivables
from pos.services.recover import Recover, Recovered
from pos.services.refund_sale import RefundSale
from pos.services.reprint import Reprint
from pos.services.resend import Resend
from pos.services.settle_day import SettleDay
from pos.services.shift import ShiftDesk
from pos.services.show_customer import ShowCustomer
from pos.services.show_day import ShowDay
from pos.services.terminal import Terminal
from pos.services.training import Training, TrainingCards

if TYPE_CHECKING:
    from composition.e_receipts import EReceipts

INCARNATION_BITS = 32


@dataclass(frozen=True, slots=True)
class Devices:
    """What stands around the terminal.

    Attributes:
        ledger: makes the line, once the key that signs what goes over it is there.
        hotlist: the one that the reader's driver asks; filled from the store at the start.
    """

    reader: CardReader
    printer: Printer
    ledger: Callable[[Signer], WholeLedger]
    clock: Clock
    hotlist: Hotlist = field(default_factory=Hotlist)
    scanner: Scanner | None = None
    displays: tuple[CustomerDisplay, ...] = ()


class Assembly:
    """A terminal's parts, wired; `start` makes them live, `stop` ends them."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        devices: Devices,
        *,
        training: TrainingCards | None = None,
    ) -> None:
        """Open the store and wire everything; blocks, so it comes before the screens.

        `training` makes it a training terminal, whose cards these are.

        Raises:
            ConfigError, StoreError: nothing was started.
        """
        self._cards = training
        self._training: Training | None = None
        self._on_failure: Callable[[BaseException], None] = lambda _: None
        self._folder = folder
        files, clock = settings.files, devices.clock
        catalogue = load_catalogue(folder / files.products)
        rates = load_rates(rates_file(settings, folder))
        device = settings.terminal.device
        store = SqliteStore(
            folder / files.database,
            device=device,
            new_incarnation=lambda: secrets.randbits(INCARNATION_BITS),
        )
        self._settings, self._devices, self.store = settings, devices, store
        self._catalogue, self._rates = catalogue, rates
        assert store.signer is not None  # It is not opened for reading.
        self._ledger = devices.ledger(store.signer)
        self._renderer = renderer_of(
            settings, rates, store.signer, folder, training=training is not None
        )
        self._line = Line(clock.now())
        self._hotlist = devices.hotlist
        self._news = NewsDesk()
        self._forwarder = Forwarder(
            store=store,
            ledger=self._ledger,
            clock=clock,
            answered=lambda: self._line.answered(clock.now()),
            failed=lambda: self._line.failed(clock.now()),
            jitter=random.random,
            heard=lambda events: self._orders.take_in(events),  # noqa: PLW0108 - made later.
        )
        self._spool = Spool(
            store=store,
            printer=devices.printer,
            renderer=self._renderer,
            clock=clock,
            instead=settings.printer.instead,
            instead_after_ms=settings.printer.instead_after_s * 1_000,
            others=stations_of(settings, folder, self._renderer),
        )
        self._pages: EReceipts | None = None
        self._watch = PrinterWatch(printer=devices.printer, clock=clock)
        self._scanner = None if devices.scanner is None else ListenScanner(devices.scanner)
        self._tasks: list[asyncio.Task[None]] = []

    def rates_on(self, day: date) -> Rates:
        """Return the rates in force on a day."""
        return in_force(self._news.over(self._rates), day)

    async def start(self) -> Terminal:
        """Recover what a crash left open and return the terminal, ready to sell.

        Raises:
            StoreError: nothing may be sold.
        """
        ids = IdSource(
            device=self._settings.terminal.device,
            incarnation=self.store.incarnation,
            last_sequence=await self.store.last_sequence(),
        )
        self._ids = ids
        clock = self._devices.clock
        self._counter = Counter(
            catalogue=self._catalogue,
            store=self.store,
            ids=ids,
            clock=clock,
            in_store=self._settings.scanner.layouts,
            discounts=self._settings.discounts.policy,
        )
        self._staff = staff = staff_of(self._settings, self.store, clock)
        await staff.load()
        await begin_counting(self.store, clock)
        self._finish = FinishSale(
            counter=self._counter,
            store=self.store,
            spool=self._spool,
            sync=self._forwarder,
            clock=clock,
            merchant_copy=partial(linked.keeps_a_slip, self._settings, self._renderer),
            by=lambda: staff.name,
            training=self._cards is not None,
        )
        self._customer = ShowCustomer(
            counter=self._counter,
            shop=self._settings.shop.name,
            language=self._settings.terminal.language,
            displays=self._devices.displays,
        )
        self._orders = OrderDesk(
            store=self.store,
            spool=self._spool,
            sync=self._forwarder,
            ids=ids,
            clock=clock,
            usual_minutes=self._settings.orders.usual_minutes,
            also_print=linked.papers_with_an_order(self._settings),
        )
        self._pages = await linked.pages_for_phones(self._settings, self._renderer, clock)
        self._training = await self._make_training()
        self._orders.watch(self._counter, self._finish)
        recovered = await self._recover()
        await self._orders.load()
        self._riders = linked.riders_of(self._settings, self.store, self._orders, clock)
        await self._riders.load()
        self._taxi = linked.taxis_of(self._settings, self.store, ids, clock)
        await self._taxi.load()
        await self._hotlist.load(self.store)
        await self._news.load(self.store)
        self._catalogue.apply(await self.store.catalogue())
        self._ledger.trust(self._news.keys)
        return self._terminal(recovered)

    def run_tasks(self, on_failure: Callable[[BaseException], None]) -> None:
        """Start everything that goes on in the background; a failure is handed on, never lost."""
        self._on_failure = on_failure
        feed = FollowFeed(
            ledger=self._ledger,
            store=self.store,
            orders=self._orders,
            hotlist=self._hotlist,
            catalogue=self._catalogue,
            news=self._news,
            line=self._line,
            sync=self._forwarder,
            spool=self._spool,
            clock=self._devices.clock,
            salt=lambda: secrets.token_hex(16),
            wait_ms=self._settings.ledger.feed_wait_ms,
        )

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                on_failure(error)

        for work in (
            self._forwarder.run(),
            self._spool.run(),
            self._counter.keep_draft(),
            feed.run(),
            self._watch.run(),
            self._riders.run(),
            self._taxi.run(),
            linked.eraser_of(self._settings, self.store, self._orders, self._devices.clock).run(),
            warm_up(self._devices.clock, self._renderer.warm_up, self._catalogue.warm_up),
            look_at_reader(self._devices.reader, self._devices.clock),
            self._customer.run(self._devices.clock),
            *([] if self._scanner is None else [self._scanner.run()]),
        ):
            task = asyncio.create_task(work)
            task.add_done_callback(ended)
            self._tasks.append(task)

    async def stop(self) -> None:
        """End the tasks and close the store; what is unsent or unprinted waits in it."""
        if self._training is not None:
            await self._training.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._pages is not None:
            await self._pages.close()
        for each in self._devices.displays:
            await each.close()
        if self._devices.scanner is not None:
            await self._devices.scanner.close()
        await self.store.close()

    async def _recover(self) -> Recovered:
        return await Recover(
            counter=self._counter,
            finish=self._finish,
            ledger=self._ledger,
            store=self.store,
            sync=self._forwarder,
            clock=self._devices.clock,
            outcome_deadline_ms=self._settings.ledger.outcome_ms,
        ).run()

    def _ways_to_pay(self) -> Ways:
        signer, clock = self.store.signer, self._devices.clock
        assert signer is not None  # It is not opened for reading.
        parts = Parts(
            counter=self._counter,
            finish=self._finish,
            ledger=self._ledger,
            store=self.store,
            sync=self._forwarder,
            line=self._line,
            clock=clock,
        )
        rates = lambda: self.rates_on(business_day(clock.now()))  # noqa: E731
        return ways_to_pay(self._settings, parts, self._devices.reader, signer.sign, rates)

    async def _make_training(self) -> Training | None:
        if self._cards is not None:  # There is no training within training.
            return None
        from composition.training.ground import training_beside  # Which makes assemblies itself.

        parts = (self._settings, self._folder, self._devices, self.store, self._counter)
        failed = lambda error: self._on_failure(error)  # noqa: E731, PLW0108 - it is set later.
        return await training_beside(*parts, failed)

    def _terminal(self, recovered: Recovered) -> Terminal:
        settings, clock, store = self._settings, self._devices.clock, self.store
        ways = self._ways_to_pay()
        self._customer.follow(self._finish, ways.qr, ways.balance)
        return Terminal(
            shop=linked.shop_of(settings, training=self._cards is not None),
            screen=ScreenFile(settings.screen, self._folder),
            counter=self._counter,
            take_cash=ways.cash,
            take_card=ways.card,
            take_qr=ways.qr,
            take_coupon=ways.coupon,
            take_external=ways.external,
            balance=ways.balance,
            orders=self._orders,
            day=ShowDay(store=store, rates=self.rates_on, clock=clock),
            settle=SettleDay(
                store=store,
                ledger=self._ledger,
                rates=self.rates_on,
                line=self._line,
                clock=clock,
            ),
            reprint=Reprint(store=store, spool=self._spool),
            resend=Resend(store=store, sync=self._forwarder),
            refund=RefundSale(
                store=store, spool=self._spool, sync=self._forwarder, ids=self._ids, clock=clock
            ),
            receivables=Receivables(store=store, clock=clock),
            line=self._line,
            spool=self._spool,
            sync=self._forwarder,
            store=store,
            reader=self._devices.reader,
            printer=self._devices.printer,
            clock=clock,
            staff=self._staff,
            shift=ShiftDesk(
                store=store,
                spool=self._spool,
                printer=self._devices.printer,
                counter=self._counter,
                rates=self.rates_on,
                clock=clock,
                rules=settings.shift.rules,
            ),
            recovered=recovered,
            news=self._news,
            watch=self._watch,
            e_receipt=EReceipt(store=store, links=self._pages) if self._pages else None,
            scanner=self._scanner,
            customer=self._customer,
            training=self._training,
            training_cards=self._cards,
            riders=self._riders,
            taxi=self._taxi,
            mall=MallWindow(
                store=store, catalogue=self._catalogue, sync=self._forwarder, clock=clock
            ),
            cash_receipts=CashReceiptDesk(store=store, spool=self._spool, clock=clock),
        )
