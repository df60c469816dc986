"""The use cases of one terminal, bundled for the screens. Never builds an adapter."""

from __future__ import annotations

from dataclasses import dataclass, field

from pos.ports import CardReader, Clock, Printer, PrintSpool, Store, SyncEngine
from pos.services.build_sale import Counter
from pos.services.handle_orders import OrderDesk
from pos.services.line import Line
from pos.services.news import NewsDesk
from pos.services.receivables import Receivables
from pos.services.recover import Recovered
from pos.services.refund_sale import RefundSale
from pos.services.reprint import Reprint
from pos.services.resend import Resend
from pos.services.shift import ShiftDesk
from pos.services.show_day import ShowDay
from pos.services.staff import Staff
from pos.services.take_card import (
    TakeCard,
)
from pos.services.take_cash import TakeCash
from pos.services.training import Training, TrainingCards


@dataclass(frozen=True, slots=True)
class Shop:
    """What the screens say about the shop and the terminal."""

    name: str
    terminal_number: str
    language: str
    training: bool = False


@dataclass(frozen=True, slots=True)
class Terminal:
    """Everything a screen may call.

    Attributes:
        recovered: what the start found.
        training: begins and ends training; none on the training terminal itself.
        training_cards: only there.
    """

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
    staff: Staff
    shift: ShiftDesk
    recovered: Recovered = Recovered()
    news: NewsDesk = field(default_factory=NewsDesk)
    training: Training | None = None
    training_cards: TrainingCards | None = None
