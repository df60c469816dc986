"""Every read, write, sync, open and delete of one card sale fails in turn; no won is lost or doubled.

The real store, services and forwarder, from the opening of the file to its closing, on a disk that
fails at one operation; then the terminal starts again, does what is left to do, and all is compared.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from offline_queue.audit import audit
from offline_queue.device_key import DeviceKey, PublicKeys
from offline_queue.forwarder import Forwarder
from offline_queue.store import SqliteStore
from pos.domain.errors import LedgerUnreachable, StoreUnavailable
from pos.domain.events import SaleCompleted, from_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.payment import OfflineApproved, PaymentEvent, PaymentState, ReversalAsked, fold
from pos.domain.record import Record
from pos.domain.tender import VoucherTender
from pos.domain.won import Won
from pos.ports import Change
from pos.services.card_outcome import (
    PaidInFull,
)
from tests.fakes import DEVICE, Approval, ScriptedLedger
from tests.faultdisk.disk import (
    CHANGES,
    DELETE,
    OPEN,
    READ,
    SYNC,
    TRUNCATE,
    WRITE,
    Disk,
    Fault,
    Operation,
    PowerCut,
    letting_go,
    unheard,
)
from tests.world import World

SIGNER = DeviceKey(bytes(range(32)))
ROOM = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
KINDS = ("online", "offline")
ENDS = {
    PaymentState.APPROVED,
    PaymentState.FORWARDED,
    PaymentState.REVERSED,
    PaymentState.ABANDONED,
}
NOTHING = Operation("", "", 0, 0)
LEAST = 100  # Operations of a sale, opening and closing included; fewer, and the count is broken.


class InPlace(Executor):
    """Stands for the store's one thread: does the work at once, where it is asked for."""

    def __init__(self, **_: object) -> None:
        pass

    def submit(self, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **named))
        except BaseException as error:
            future.set_exception(error)
        return future


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("offline_queue.store.ThreadPoolExecutor", InPlace)
    with unheard():
        yield


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder in memory: the bytes are the fault disk's, what lies here are names and locks."""
    folder = Path(tempfile.mkdtemp(prefix="every-io-", dir=ROOM))
    yield folder
    shutil.rmtree(folder)


class Book(ScriptedLedger):
    """The ledger stand-in, which also posts what is forwarded and gives back what it must."""

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        return tuple(self._take(record) for record in records)

    def _take(self, record: Record) -> ForwardOutcome:
        event, approval = from_record(record), None
        if isinstance(event, OfflineApproved):
            found = self._post(event.payment_id, event.amount, event.at)
            assert isinstance(found, Approval)
            approval = found
        elif isinstance(event, ReversalAsked):
            self.tombstones.add(event.payment_id)
            self.posted.pop(event.payment_id, None)
        return ForwardOutcome(record.sequence, ForwardStatus.ACCEPTED, approval)


@dataclass
class Shop:
    """A till on a disk that may fail, and an outside witness of what its cashier was told."""

    folder: Path
    kind: str
    disk: Disk = field(default_factory=Disk)
    ledger: Book = field(default_factory=Book)
    told: dict[TransactionId, Won] = field(default_factory=dict)
    store: SqliteStore | None = None
    failing: Operation = NOTHING

    @property
    def path(self) -> Path:
        return self.folder / "terminal.db"

    async def work(self, sales: int = 1) -> None:
        """Start, sell, forward, end: all that a terminal does in a day."""
        self.store = SqliteStore(
            self.path, device=DEVICE, new_incarnation=lambda: 42, signer=SIGNER, vfs=self.disk.vfs
        )
        world = World(store=self.store, ledger=self.ledger)  # type: ignore[arg-type]
        for record in (await world.restart()).completed:
            for tender in record.tenders:
                assert isinstance(tender, VoucherTender)
                self.told[tender.payment_id] = tender.amount
        while len(self.told) < sales:
            if not world.counter.sale.lines:
                world.counter.scan("101")
            if self.kind == "offline":
                self.ledger.fault_before.append(LedgerUnreachable())
            outcome = await world.card.pay()
            assert isinstance(outcome, PaidInFull)
            self.told[outcome.tender.payment_id] = outcome.tender.amount
        await self._forward()

    async def _forward(self) -> None:
        assert self.store is not None
        forwarder = Forwarder(
            store=self.store,
            ledger=self.ledger,
            clock=World().clock,
            answered=lambda: None,
            failed=lambda: None,
            jitter=lambda: 0.0,
        )
        await forwarder.drain()

    async def end(self) -> None:
        """Close the terminal, or bury what a power cut left of it."""
        if self.store is not None:
            store, self.store = self.store, None
            with letting_go():
                await store.close()

    async def check(self) -> None:
        """Compare witness, journal and ledger, all by their own words."""
        assert self.store is not None
        records = await self.store.records()
        assert await self.store.outbox(100) == ()
        events = [from_record(record) for record in records]
        payments = fold([each for each in events if isinstance(each, PaymentEvent)])
        assert {payment.state for payment in payments.values()} <= ENDS
        standing = {p.id: p.amount for p in payments.values() if p.tender is not None}
        sales = [event.sale for event in events if isinstance(event, SaleCompleted)]
        tendered = [tender for sale in sales for tender in sale.tenders]
        paid = [(t.payment_id, t.amount) for t in tendered if isinstance(t, VoucherTender)]
        assert sorted(paid) == sorted(standing.items()), (
            "a payment without its sale, or twice in one"
        )
        assert len({sale.id for sale in sales}) == len(sales)
        assert self.told.items() <= standing.items(), "told as approved, and it does not stand"
        assert len(standing) - len(self.told) <= 1, "only the one that failed may stand untold"
        posted = {key: approval.amount for key, approval in self.ledger.posted.items()}
        assert posted == standing, "the ledger drew what the journal says"
        drawn = Won.total(a.amount - a.cashback for a in self.ledger.posted.values())
        assert self.ledger.balance == ScriptedLedger.balance - drawn
        with tempfile.TemporaryDirectory(dir=ROOM) as copy:
            self.disk.copy_to(Path(copy))
            found = audit(Path(copy) / self.path.name, PublicKeys((SIGNER.public,)))
        assert found.count == len(records)


@dataclass
class Story:
    """A day that is lived once for each operation it asks of the disk."""

    room: Path
    kind: str
    asked: list[Operation]
    closed_from: int  # From here on, the terminal is being closed.

    def shops(
        self, fault: Fault, at: Callable[[Operation], bool] = lambda _: True
    ) -> Iterator[Shop]:
        """Yield a new shop for each operation, at which it will meet the fault."""
        count = 0
        for number, operation in enumerate(self.asked, 1):
            if not at(operation):
                continue
            count += 1
            folder = self.room / f"{number}"
            folder.mkdir()
            shop = Shop(folder, self.kind, failing=operation)
            shop.disk.fail_at(number, fault)
            yield shop
            assert shop.disk.hits[fault] == 1, "the fault was never met"
            shop.disk.close()
        assert count > 20


@pytest.fixture(params=KINDS)
async def story(request: pytest.FixtureRequest, room: Path) -> Story:
    """An online or an offline sale; first as it goes when nothing fails."""
    (room / "sound").mkdir()
    shop = Shop(room / "sound", request.param)
    shop.disk.trace = []
    await shop.work()
    asked = shop.disk.trace
    closed_from = len(asked)
    await shop.end()
    shop.disk.trace = None
    await goes_on(shop)
    shop.disk.close()
    assert len(asked) > LEAST
    assert {each.kind for each in asked} == {READ, WRITE, SYNC, OPEN, DELETE, TRUNCATE}
    return Story(room, request.param, asked, closed_from)


async def goes_on(shop: Shop, sales: int = 1) -> None:
    """Start again, do what is left, and compare."""
    await shop.work(sales)
    await shop.check()
    await shop.end()


async def until_it_fails(shop: Shop) -> StoreUnavailable | None:
    """Work until the disk fails; return what the screen says, None if no one had to hear of it."""
    try:
        await shop.work()
    except StoreUnavailable as error:
        return error
    return None


async def refuses_everything(store: SqliteStore, disk: Disk) -> None:
    before = disk.count
    for ask in (store.draft, store.backlog, partial(store.commit, Change())):
        with pytest.raises(StoreUnavailable, match="disk error"):
            await ask()
    assert disk.count == before


def changes(operation: Operation) -> bool:
    return operation.kind in CHANGES or operation.kind == SYNC


async def test_a_power_cut_at_any_operation_loses_and_doubles_nothing(story: Story) -> None:
    for number, shop in enumerate(story.shops(Fault.POWER_CUT)):
        with suppress(PowerCut):
            await shop.work()
        await shop.end()
        assert shop.disk.dark
        shop.disk.power_cut(Random(number))
        await goes_on(shop)


async def test_a_power_cut_at_any_operation_of_the_start_after_one_changes_nothing(
    room: Path,
) -> None:
    """The first goes between the ledger's yes and its being written down."""
    for number in itertools.count(1):
        (room / f"{number}").mkdir()
        shop = Shop(room / f"{number}", "online")
        shop.disk.before = partial(cut_once_posted, shop.ledger)
        with suppress(PowerCut):
            await shop.work()
        await shop.end()
        assert shop.ledger.posted
        assert not shop.told
        shop.disk.before = None
        shop.disk.power_cut(Random(number))
        shop.disk.fail_at(number, Fault.POWER_CUT)
        with suppress(PowerCut):
            await shop.work()
        await shop.end()
        if not shop.disk.dark:  # It started and ended in fewer operations.
            break
        shop.disk.power_cut(Random(number))
        await goes_on(shop)
        shop.disk.close()
    assert number > LEAST // 2


def cut_once_posted(ledger: Book, operation: Operation) -> Fault | None:
    return Fault.POWER_CUT if ledger.posted else None


async def test_after_an_io_error_nothing_is_asked_of_the_disk_until_a_restart(story: Story) -> None:
    for shop in story.shops(Fault.IO_ERROR):
        error = await until_it_fails(shop)
        if error is not None and shop.store is not None and changes(shop.failing):
            await refuses_everything(shop.store, shop.disk)
        await shop.end()
        await goes_on(shop)


async def test_a_failed_write_or_sync_is_healed_by_a_restart_even_if_the_power_goes_then(
    story: Story,
) -> None:
    """A sync that failed is not made good by the next one: what a start reads may not be durable."""
    story.asked = story.asked[: story.closed_from]
    for number, shop in enumerate(story.shops(Fault.IO_ERROR, at=changes)):
        await until_it_fails(shop)
        shop.disk.kill()  # The process is gone without closing anything.
        await shop.end()
        await shop.work(sales=2)
        shop.disk.power_cut(Random(number))
        await shop.end()
        await goes_on(shop, sales=2)


async def test_a_full_disk_stops_selling_and_loses_nothing(story: Story) -> None:
    for shop in story.shops(Fault.FULL, at=lambda operation: operation.kind == WRITE):
        error = await until_it_fails(shop)
        if error is not None:
            assert "disk full" in str(error)
        await shop.end()
        shop.disk.full = False
        await goes_on(shop)
