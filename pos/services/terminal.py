"""The use cases of one terminal, bundled for the screens. Never builds an adapter."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos.ports import CardReader, Clock, Printer, PrintSpool, Store, SyncEngine
from pos.services.build_sale import Counter
from pos.services.call_rider import RiderDesk
from pos.services.call_taxi import TaxiDesk
from pos.services.handle_orders import OrderDesk
from pos.services.line import Line
from pos.services.news import NewsDesk
from pos.services.offer_in_mall import MallWindow
from pos.services.receivables import Receivables
from pos.services.recover import Recovered
from pos.services.refund_sale import RefundSale
from pos.services.reprint import Reprint
from pos.services.resend import Resend
from pos.services.show_day import ShowDay
from pos.services.take_card import (
    TakeCard,
)
from pos.services.take_cash import TakeCash


@dataclass(frozen=True, slots=True)
class Shop:
    """What the screens say about the shop and the terminal."""

    name: str
    terminal_number: str
    language: str
    training: bool = False
    order_sound: str = "until_answered"  # Or `once`, or `off`.
    order_sound_every_ms: int = 3_000


@dataclass(frozen=True, slots=True)
class Terminal:
    """Everything a screen may call. `recovered` is what the start found."""

    shop: Shop
    counter: Counter
    take_cash: TakeCash
    take_card: TakeCard
    orders: OrderDesk
    day: ShowDay
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
    riders: RiderDesk
    taxi: TaxiDesk
    mall: MallWindow
    recovered: Recovered = Recovered()
    news: NewsDesk = field(default_factory=NewsDesk)
