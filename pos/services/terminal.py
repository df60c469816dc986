"""The use cases of one terminal, bundled for the screens. Never builds an adapter."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos.ports import CardReader, Clock, Printer, PrintSpool, Store, SyncEngine
from pos.ports.screen import ScreenKeeper, Unkept
from pos.services.ask_balance import AskBalance
from pos.services.build_sale import Counter
from pos.services.call_rider import RiderDesk
from pos.services.call_taxi import TaxiDesk
from pos.services.cash_receipts import CashReceiptDesk
from pos.services.e_receipt import EReceipt
from pos.services.handle_orders import OrderDesk
from pos.services.line import Line
from pos.services.listen_scanner import ListenScanner
from pos.services.news import NewsDesk
from pos.services.offer_in_mall import MallWindow
from pos.services.printer_watch import PrinterWatch
from pos.services.receivables import Receivables
from pos.services.recover import Recovered
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
from pos.services.training import Training, TrainingCards


@dataclass(frozen=True, slots=True)
class Shop:
    """What the screens say about the shop and the terminal.

    Attributes:
        plus_bp: 혜택플러스, what the shop adds to a card's cashback; shown before the tap.
        scan_prefix: what a scanner at the keyboard puts before each code; mostly nothing.
    """

    name: str
    terminal_number: str
    language: str
    training: bool = False
    scan_prefix: str = ""
    order_sound: str = "until_answered"  # Or `once`, or `off`.
    order_sound_every_ms: int = 3_000
    plus_bp: int = 0


@dataclass(frozen=True, slots=True)
class Terminal:
    """Everything a screen may call.

    Attributes:
        recovered: what the start found.
        watch: how the printer is between jobs; None where nobody asks it.
        e_receipt: None where no phone can fetch a receipt.
        training: begins and ends training; none on the training terminal itself.
        training_cards: only there.
        screen: how the screens look, and where that is kept.
    """

    shop: Shop
    counter: Counter
    take_cash: TakeCash
    take_card: TakeCard
    take_qr: TakeQr
    take_coupon: TakeCoupon
    take_external: TakeExternal
    balance: AskBalance
    orders: OrderDesk
    day: ShowDay
    settle: SettleDay
    reprint: Reprint
    resend: Resend
    refund: RefundSale
    receivables: Receivables
    line: Line
    spool: PrintSpool
    sync: SyncEngine
    store: Store
    reader: CardReader
    printer: Printer
    clock: Clock
    staff: Staff
    shift: ShiftDesk
    riders: RiderDesk
    taxi: TaxiDesk
    mall: MallWindow
    cash_receipts: CashReceiptDesk
    recovered: Recovered = Recovered()
    news: NewsDesk = field(default_factory=NewsDesk)
    watch: PrinterWatch | None = None
    e_receipt: EReceipt | None = None
    scanner: ListenScanner | None = None
    customer: ShowCustomer | None = None
    training: Training | None = None
    training_cards: TrainingCards | None = None
    screen: ScreenKeeper = field(default_factory=Unkept)
