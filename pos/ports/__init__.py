"""What the use cases need of the world, as Protocols. Never an implementation.

Each port's docstring states its guarantee; one contract suite per port runs on every adapter.
All methods that may wait are `async` and never block the event loop.
"""

from __future__ import annotations

from pos.ports.devices import (
    CardReader,
    CardRequest,
    CustomerDisplay,
    DeviceStatus,
    DocumentRenderer,
    Printer,
    PrintOutcome,
    PrintResult,
    Scanner,
)
from pos.ports.ledger import (
    AuthorizationRequest,
    DayBooks,
    FeedItem,
    FeedPage,
    Ledger,
    PaymentFate,
    WholeLedger,
)
from pos.ports.store import (
    Backlog,
    CashReceiptDue,
    Change,
    HotlistChange,
    NewPrintJob,
    PrintKind,
    Store,
)
from pos.ports.tasks import (
    Clock,
    Listener,
    PrintJobFacts,
    PrintJobState,
    PrintSpool,
    ReceiptLinks,
    SyncEngine,
)

__all__ = [
    "AuthorizationRequest",
    "Backlog",
    "CardReader",
    "CardRequest",
    "CashReceiptDue",
    "Change",
    "Clock",
    "CustomerDisplay",
    "DayBooks",
    "DeviceStatus",
    "DocumentRenderer",
    "FeedItem",
    "FeedPage",
    "HotlistChange",
    "Ledger",
    "Listener",
    "NewPrintJob",
    "PaymentFate",
    "PrintJobFacts",
    "PrintJobState",
    "PrintKind",
    "PrintOutcome",
    "PrintResult",
    "PrintSpool",
    "Printer",
    "ReceiptLinks",
    "Scanner",
    "Store",
    "SyncEngine",
    "WholeLedger",
]
