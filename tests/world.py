"""Wires the real services to the fakes, as the composition root wires them to the world."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.simulators.rider import SimulatedAgency
from drivers.simulators.taxi import SimulatedTaxis
from pos.domain.events import Event, from_record
from pos.domain.offline import OfflineLimits
from pos.domain.payment import Payment, fold
from pos.domain.payment_events import PaymentEvent
from pos.domain.shift import ShiftRules
from pos.services.ask_balance import AskBalance
from pos.services.build_sale import Counter
from pos.services.call_rider import RiderDesk
from pos.services.call_taxi import TaxiDesk
from pos.services.card_outcome import (
    Deadlines,
)
from pos.services.cash_receipts import CashReceiptDesk
from pos.services.e_receipt import EReceipt
from pos.services.finish_sale import FinishSale
from pos.services.follow_feed import FollowFeed
from pos.services.handle_orders import OrderDesk
from pos.services.hotlist import Hotlist
from pos.services.ids import IdSource
from pos.services.line import Line
from pos.services.news import NewsDesk
from pos.services.offer_in_mall import MallWindow
from pos.services.receivables import Receivables
from pos.services.recover import Recover, Recovered
from pos.services.refund_sale import RefundSale
from pos.services.reprint import Reprint
from pos.services.resend import Resend
from pos.services.settle_day import SettleDay
from pos.services.shift import ShiftDesk
from pos.services.show_customer import ShowCustomer
from pos.services.show_day import ShowDay
from pos.services.staff import Staff
from pos.services.take_card import (
    TakeCard,
)
from pos.services.take_cash import TakeCash
from pos.services.take_coupon import TakeCoupon
from pos.services.take_external import TakeExternal
from pos.services.take_qr import TakeQr
from pos.services.terminal import Shop, Terminal
from tests.fakes import (
    DEVICE,
    LIMITS,
    RATES,
    FakePrinter,
    FixedClock,
    MemoryStore,
    PlainHasher,
    ScriptedLedger,
    ScriptedReader,
    Waker,
    catalogue,
)


@dataclass
class World:
    """One terminal on fakes. `restart` builds a new terminal over the same store, as after kill -9."""

    store: MemoryStore = field(default_factory=MemoryStore)
    ledger: ScriptedLedger = field(default_factory=ScriptedLedger)
    reader: ScriptedReader = field(default_factory=ScriptedReader)
    printer: FakePrinter = field(default_factory=FakePrinter)
    clock: FixedClock = field(default_factory=FixedClock)
    spool: Waker = field(default_factory=Waker)
    sync: Waker = field(default_factory=Waker)
    limits: OfflineLimits = LIMITS
    language: str = "ko"
    training: bool = False
    rules: ShiftRules = ShiftRules()
    e_receipt: EReceipt | None = None
    customer: ShowCustomer | None = None
    plus_bp: int = 0

    def __post_init__(self) -> None:
        self._build(0)

    async def restart(self) -> Recovered:
        """Start anew on what the store holds, and recover."""
        self._build(await self.store.last_sequence())
        recovered = await self.recover.run()
        await self.orders.load()
        return recovered

    def _build(self, last_sequence: int) -> None:
        store, clock = self.store, self.clock
        self.ids = IdSource(
            device=DEVICE, incarnation=store.incarnation, last_sequence=last_sequence
        )
        self.line = Line(clock.now())
        self.counter = Counter(catalogue=catalogue(), store=store, ids=self.ids, clock=clock)
        self.staff = Staff(
            store=store, hasher=PlainHasher(), clock=clock, shop_name="부평 이음마트"
        )
        self.finish = FinishSale(
            counter=self.counter,
            store=store,
            spool=self.spool,
            sync=self.sync,
            clock=clock,
            by=lambda: self.staff.name,
        )
        self.shift = ShiftDesk(
            store=store,
            spool=self.spool,
            printer=self.printer,
            counter=self.counter,
            rates=lambda _: RATES,
            clock=clock,
            rules=self.rules,
        )
        self.cash = TakeCash(counter=self.counter, finish=self.finish)
        self.card = TakeCard(
            counter=self.counter,
            finish=self.finish,
            reader=self.reader,
            ledger=self.ledger,
            store=store,
            sync=self.sync,
            line=self.line,
            limits=self.limits,
            rates=lambda: RATES,
            deadlines=Deadlines(),
            clock=clock,
        )
        self.qr = TakeQr(
            counter=self.counter,
            finish=self.finish,
            ledger=self.ledger,
            store=store,
            sync=self.sync,
            line=self.line,
            sign=lambda message: message[:64].ljust(64, b"."),
            terminal_number="IE-0001-01",
            deadlines=Deadlines(),
            clock=clock,
        )
        self.coupon = TakeCoupon(
            counter=self.counter,
            finish=self.finish,
            ledger=self.ledger,
            store=store,
            sync=self.sync,
            line=self.line,
            deadlines=Deadlines(),
            clock=clock,
        )
        self.external = TakeExternal(
            counter=self.counter, finish=self.finish, store=store, clock=clock
        )
        self.balance = AskBalance(
            counter=self.counter,
            reader=self.reader,
            ledger=self.ledger,
            line=self.line,
            deadlines=Deadlines(),
            clock=clock,
        )
        self.orders = OrderDesk(
            store=store, spool=self.spool, sync=self.sync, ids=self.ids, clock=clock
        )
        self.orders.watch(self.counter, self.finish)
        self.agency = SimulatedAgency(clock)
        self.riders = RiderDesk(store=store, orders=self.orders, clock=clock, agency=self.agency)
        self.mall = MallWindow(
            store=store, catalogue=self.counter.catalogue, sync=self.sync, clock=clock
        )
        self.taxis = SimulatedTaxis(clock)
        self.taxi = TaxiDesk(store=store, ids=self.ids, clock=clock, service=self.taxis)
        self.hotlist = Hotlist()
        self.news = NewsDesk()
        self.feed = FollowFeed(
            ledger=self.ledger,
            store=store,
            orders=self.orders,
            hotlist=self.hotlist,
            catalogue=self.counter.catalogue,
            news=self.news,
            line=self.line,
            sync=self.sync,
            spool=self.spool,
            clock=clock,
            salt=lambda: "5a" * 16,
            wait_ms=0,
        )
        self.recover = Recover(
            counter=self.counter,
            finish=self.finish,
            ledger=self.ledger,
            store=store,
            sync=self.sync,
            clock=clock,
        )
        self.day = ShowDay(store=store, rates=lambda _: RATES, clock=clock)
        self.settle = SettleDay(
            store=store, ledger=self.ledger, rates=lambda _: RATES, line=self.line, clock=clock
        )
        self.refund = RefundSale(
            store=store, spool=self.spool, sync=self.sync, ids=self.ids, clock=clock
        )
        self.receivables = Receivables(store=store, clock=clock)
        self.reprint = Reprint(store=store, spool=self.spool)
        self.cash_receipts = CashReceiptDesk(store=store, spool=self.spool, clock=clock)

    def events(self) -> list[Event]:
        """Return everything the journal holds."""
        return [from_record(record) for record in self.store.journal]

    def payments(self) -> list[Payment]:
        """Return every payment's state, from the journal alone."""
        return list(fold([e for e in self.events() if isinstance(e, PaymentEvent)]).values())

    def terminal(self, recovered: Recovered | None = None) -> Terminal:
        """Return the bundle that the screens take."""
        return Terminal(
            shop=Shop(
                "부평 이음마트",
                "IE-0001-01",
                self.language,
                self.training,
                plus_bp=self.plus_bp,
            ),
            counter=self.counter,
            take_cash=self.cash,
            take_card=self.card,
            take_qr=self.qr,
            take_coupon=self.coupon,
            take_external=self.external,
            balance=self.balance,
            orders=self.orders,
            day=self.day,
            settle=self.settle,
            reprint=self.reprint,
            resend=Resend(store=self.store, sync=self.sync),
            refund=self.refund,
            receivables=self.receivables,
            line=self.line,
            spool=self.spool,
            sync=self.sync,
            store=self.store,
            reader=self.reader,
            printer=self.printer,
            clock=self.clock,
            staff=self.staff,
            shift=self.shift,
            recovered=recovered or Recovered(),
            news=self.news,
            riders=self.riders,
            taxi=self.taxi,
            mall=self.mall,
            cash_receipts=self.cash_receipts,
            e_receipt=self.e_receipt,
            customer=self.customer,
        )


def make_terminal(**parts: object) -> Terminal:
    """Return a terminal on fakes; parts as `World` takes them."""
    return World(**parts).terminal()  # type: ignore[arg-type]
