"""An operator gone wild at the real till: keys, pastes, clicks and sizes by chance, and the money afterwards.

`python -m tests.ui.fuzz SEED KEYS` lives one seed again.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual import events
from textual.geometry import Size
from textual.pilot import Pilot

from composition.clock import SystemClock
from composition.training.cards import TrainingCards
from composition.training.ledger import TrainingLedger
from composition.wiring import Assembly, Devices
from config.settings import load_settings
from pos.domain.card import CardRead
from pos.domain.errors import IeumError, LedgerSilent, LedgerUnreachable
from pos.domain.events import SaleCompleted, from_record
from pos.domain.order_events import OrderReceived
from pos.domain.payment import PaymentState, fold
from pos.domain.payment_answers import Approval, Decline
from pos.domain.payment_events import PaymentEvent
from pos.domain.refund import CashReturn
from pos.domain.shift_report import drawer_of
from pos.domain.tender import CashTender
from pos.domain.won import ZERO, Won
from pos.ports import AuthorizationRequest, CardRequest
from pos.services.terminal import Terminal
from pos.ui import lone_keys, order_answer
from pos.ui.app import IeumApp
from pos.ui.burst import Burst
from pos.ui.widgets.key_bar import KeyRow
from tests.fakes import FakePrinter
from tests.pos.services.test_orders_and_feed import an_order

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config" / "sample_shop"
QUIET_S = 0.001  # A lone key counts after this; a scan's keys come in one go.
CASH, CARD, QR, BACK = "cash", "card", "qr", "back"
KEPT_STEPS = 60  # A cash payment may wait for its card to be let go first.
SIZES = (
    (1, 1),
    (2, 2),
    (20, 5),
    (40, 12),
    (80, 24),
    (80, 24),
    (80, 24),
    (120, 40),
    (200, 60),
    (500, 3),
)
KEYS = (
    *(f"f{n}" for n in range(1, 13)),
    *(
        "enter",
        "escape",
        "up",
        "down",
        "left",
        "right",
        "delete",
        "backspace",
        "tab",
        "home",
        "end",
    ),
    *(
        "insert",
        "pageup",
        "pagedown",
        "ctrl+t",
        "ctrl+q",
        "ctrl+c",
        "ctrl+a",
        "ctrl+j",
        "shift+tab",
    ),
    *("ctrl+k", "ctrl+u", "ctrl+z", "ctrl+v", "ctrl+w", "shift+left", "space"),
)
TYPED = "0123456789*/+-.%xXrcgpbsmtvuyn가나ㅅㅇㄱㅊㅌ,@ \U0001f600"
LIKELY = ("enter", "escape", "f5", "f6", "1", "2", "0")  # What gets anywhere.
# What confirms a payment, by screen: these keys, typed by a person or touched, and nothing else.
CONFIRMS = {
    "SellingScreen": {"f6": CASH, "f5": CARD, "*": QR},
    "MenuScreen": {"1": CARD, "f5": CARD, "*": QR},
    "CashScreen": {"enter": CASH, "f6": CASH, "paste": CASH, "scan": CASH},
    "PaymentScreen": {"f6": CASH, "2": CASH, "enter": CARD},
    "QrScreen": {  # A line of its own, `2`, is cash there, however it was typed.
        "f6": CASH,
        "f5": CARD,
        "enter": f"{QR} {CASH}",
        "2": CASH,
        "paste": f"{QR} {CASH}",
        "scan": f"{QR} {CASH}",
    },
    "GiveBackScreen": {"1": BACK},
}


class Broken(AssertionError):
    """Something that must never happen did."""


class Ledger(TrainingLedger):
    """One that is not there, or does not answer, now and then."""

    def __init__(self, clock: SystemClock, chance: random.Random) -> None:
        super().__init__(clock)
        self._chance = chance
        self.down = False

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        await asyncio.sleep(0)
        if self.down:
            raise LedgerUnreachable()
        card = request.sealed.removeprefix("training:")
        answer = self._post(request.payment_id, card, request.amount)
        if self._chance.random() < 0.1:
            raise LedgerSilent(payment=request.payment_id.hex)
        return answer

    async def forward(self, records: Any, *, deadline_ms: int) -> Any:
        if self.down:
            raise LedgerUnreachable()
        return await super().forward(records, deadline_ms=deadline_ms)

    async def outcome(self, payment_id: Any, *, deadline_ms: int) -> Any:
        if self.down:
            raise LedgerUnreachable()
        return await super().outcome(payment_id, deadline_ms=deadline_ms)

    def fill(self) -> None:
        """Put money on the card."""
        self._balances["full"] += Won(100_000)

    @property
    def posted(self) -> dict[Any, Won]:
        """What stands in its books, by payment."""
        return {payment: approval.amount for payment, (_card, approval) in self._posted.items()}


class Cards(TrainingCards):
    """A reader at which chance holds cards."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    async def present(self, request: CardRequest) -> CardRead:
        """Wait for a card; mostly there is one at once."""
        if self._chance.random() < 0.7:
            name = self._chance.choice(("full", "full", "full", "small", "bank"))
            asyncio.get_running_loop().call_later(0.003, self.tap, name)
        return await super().present(request)


@dataclass
class Seen:
    """What the operator's till has done."""

    keys: int = 0
    payments: Counter[str] = field(default_factory=Counter)
    cash: int = 0  # Won, into the drawer and out of it, as the use cases told it.
    exits: int = 0
    screens: Counter[str] = field(default_factory=Counter)


class Operator:
    """Presses whatever chance says, and watches what it leads to."""

    def __init__(
        self, seed: int, app: IeumApp, pilot: Pilot[Any], ledger: Ledger, terminal: Terminal
    ) -> None:
        self.chance = random.Random(seed)
        self.seen = Seen()
        self._app, self._pilot, self._ledger, self._terminal = app, pilot, ledger, terminal
        self._confirmed: dict[str, deque[int]] = {kind: deque() for kind in (CASH, CARD, QR, BACK)}
        self._orders = 0
        products = (SAMPLE / "products.csv").read_text(encoding="utf-8").splitlines()[1:]
        self._codes = [row.split(",")[0] for row in products]
        self.last: deque[str] = deque(maxlen=40)
        self._watch()

    def _watch(self) -> None:
        """Have each payment ask whether somebody confirmed it."""
        terminal = self._terminal
        for kind, desk, name in (
            (CASH, terminal.take_cash, "pay"),
            (CARD, terminal.take_card, "pay"),
            (BACK, terminal.refund, "refund"),
            (QR, terminal.take_qr, "show"),
            (QR, terminal.take_qr, "scanned"),
        ):
            setattr(desk, name, self._asking(kind, getattr(desk, name)))
        self._app.exit = self._left  # type: ignore[method-assign]

    def _left(self, *_args: object, **options: Any) -> None:
        if options.get("return_code"):
            raise Broken(f"the program would have ended: {options}")
        self.seen.exits += 1

    def _asking(self, kind: str, do: Any) -> Any:
        async def watched(*args: Any, **options: Any) -> Any:
            waiting = self._confirmed[kind]
            while waiting and waiting[0] < self.seen.keys - KEPT_STEPS:
                waiting.popleft()
            if not waiting:
                raise Broken(f"{kind} without its key; last: {list(self.last)}")
            waiting.popleft()
            self.seen.payments[kind] += 1
            result = await do(*args, **options)
            if kind == CASH:
                self.seen.cash += sum(
                    t.amount.amount for t in result.tenders if isinstance(t, CashTender)
                )
            elif kind == BACK:
                self.seen.cash -= sum(
                    r.amount.amount for r in result.returns if isinstance(r, CashReturn)
                )
            return result

        return watched

    async def step(self) -> None:
        """Do one thing."""
        chance, roll = self.chance, self.chance.random()
        self.seen.keys += 1
        self.seen.screens[type(self._app.screen).__name__] += 1
        if roll < 0.30:
            await self._key(chance.choice(KEYS))
        elif roll < 0.45:
            await self._key(chance.choice(LIKELY))
        elif roll < 0.70:
            await self._key(chance.choice(TYPED))
        elif roll < 0.86:
            await self._scan()
        elif roll < 0.90:
            await self._paste()
        elif roll < 0.96:
            await self._click()
        elif roll < 0.98:
            self._resize(*chance.choice(SIZES))
        else:
            self._world()
        await self._idle()

    async def _idle(self) -> None:
        """Let what was pressed be taken, without the pilot's own wait of 20 ms."""
        quiet = 0
        for _ in range(200):
            await asyncio.sleep(0)
            pumps = (self._app, self._app.screen, self._app.focused)
            empty = all(each is None or each._message_queue.empty() for each in pumps)
            quiet = quiet + 1 if empty else 0
            if quiet > 3:
                return

    def _noted(self, kind: str, what: str) -> str:
        screen = type(self._app.screen).__name__
        self.last.append(f"{screen}:{what}")
        confirms = CONFIRMS.get(screen, {}).get(kind)
        for each in (confirms or "").split():
            self._confirmed[each].append(self.seen.keys)
        return screen

    async def _key(self, key: str) -> None:
        self._noted(key, key)
        self._app.post_message(events.Key(key, key if len(key) == 1 else None))
        if len(key) == 1 or key == "enter":
            await asyncio.sleep(QUIET_S * 2)

    async def _scan(self) -> None:
        code = (
            self.chance.choice(self._codes)
            if self.chance.random() < 0.8
            else "1" * self.chance.randrange(1, 200)
        )
        if type(self._app.screen).__name__ == "PinScreen":
            return
        self._noted("scan", f"scan {code}")
        self._app.post_message(Burst(code))
        self._app.post_message(events.Key("enter", "\r"))
        await asyncio.sleep(QUIET_S * 2)

    async def _paste(self) -> None:
        chance = self.chance
        text = "".join(
            chance.choice(TYPED + "\n\r\x1b\x00") for _ in range(chance.randrange(0, 300))
        )
        self._noted("paste", "paste")
        self._app.post_message(events.Paste(text))

    async def _click(self) -> None:
        width, height = self._app.size
        x, y = self.chance.randrange(max(1, width)), self.chance.randrange(max(1, height))
        bars = [each for each in self._app.screen.query(KeyRow) if each.region.height]
        if bars and self.chance.random() < 0.6:
            region = self.chance.choice(bars).region
            x, y = region.x + self.chance.randrange(max(1, region.width)), region.y
        try:
            widget, region = self._app.screen.get_widget_at(x, y)
        except Exception:
            return
        key = widget.key_at(x - region.x) if isinstance(widget, KeyRow) else "click"
        self._noted({"asterisk": "*"}.get(key, key), f"click {key}")
        for kind in (events.MouseDown, events.MouseUp):
            self._app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
        await asyncio.sleep(QUIET_S * 2)

    def _resize(self, width: int, height: int) -> None:
        self.last.append(f"resize {width}x{height}")
        size = Size(width, height)
        self._app.post_message(events.Resize(size, size))

    def _world(self) -> None:
        roll = self.chance.random()
        if roll < 0.3:
            self._ledger.down = not self._ledger.down
        elif roll < 0.6:
            self._ledger.fill()
        elif roll < 0.8:
            self._orders += 1
            order = an_order(f"Z{self._orders}")
            self._terminal.orders.take_in([OrderReceived(order, self._terminal.clock.now())])
        elif self._terminal.scanner is None:
            self._app.scanned(self.chance.choice(self._codes))
            self._noted("scan", "scanner")


async def live(seed: int, keys: int, folder: Path) -> Seen:
    """Live one seed, and hold the money together afterwards.

    Raises:
        Broken: what must never happen did; any other error is the till's own.
    """
    for name in ("settings.toml", "products.csv"):
        shutil.copyfile(SAMPLE / name, folder / name)
    lone_keys.QUIET_SECONDS = order_answer.QUIET_SECONDS = QUIET_S  # type: ignore[misc]
    chance, clock = random.Random(seed + 1), SystemClock()
    ledger = Ledger(clock, chance)
    devices = Devices(Cards(chance), FakePrinter(), lambda _signer: ledger, clock)
    assembly = Assembly(load_settings(folder / "settings.toml"), folder, devices)
    failures: list[BaseException] = []
    terminal = await assembly.start()
    app = IeumApp(terminal)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            assembly.run_tasks(failures.append)
            operator = Operator(seed, app, pilot, ledger, terminal)
            for _ in range(keys):
                await operator.step()
                if failures or app._exception is not None or app.stopped:
                    raise Broken(
                        f"{failures or app._exception or 'stopped'}; last: {list(operator.last)}"
                    )
            await settle(operator, app, terminal)
        ledger.down = False
        await reconcile(assembly, ledger, operator.seen)
        return operator.seen
    finally:
        await assembly.stop()


async def settle(operator: Operator, app: IeumApp, terminal: Terminal) -> None:
    """Let what is under way end."""
    operator._ledger.down = False
    for _ in range(200):
        if not terminal.counter.paying:
            break
        await terminal.take_card.cancel()
        app.post_message(events.Key("escape", None))
        await asyncio.sleep(0.02)
    if terminal.counter.paying:
        raise Broken(f"a payment never ended; last: {list(operator.last)}")


async def reconcile(assembly: Assembly, ledger: Ledger, seen: Seen) -> None:
    """Hold journal, ledger and drawer against each other."""
    store = assembly.store
    for _ in range(400):
        if not (await store.backlog()).count:
            break
        assembly._forwarder.wake()
        await asyncio.sleep(0.02)
    backlog = await store.backlog()
    if backlog.count or backlog.parked:
        raise Broken(f"not forwarded: {backlog}")
    happened = [from_record(record) for record in await store.records()]
    drawer = drawer_of(happened)
    in_drawer = drawer.sales.amount.amount - drawer.refunds.amount.amount
    if in_drawer != seen.cash:
        raise Broken(f"drawer: the journal says {in_drawer}, the use cases gave {seen.cash}")
    payments = fold([each for each in happened if isinstance(each, PaymentEvent)])
    gone = {
        PaymentState.DECLINED,
        PaymentState.REVERSED,
        PaymentState.ABANDONED,
        PaymentState.INTENT,
    }
    forgiven = {PaymentState.FORWARD_DECLINED, PaymentState.RECEIVABLE_CLOSED}
    mine = {each.id: each.amount for each in payments.values() if each.state not in gone | forgiven}
    if mine != ledger.posted:
        here = [payments[each] for each in mine.keys() - ledger.posted]
        there = [payments.get(each, each) for each in ledger.posted.keys() - mine]
        raise Broken(f"cards: only here {here}, only there {there}")
    for sale in (each.sale for each in happened if isinstance(each, SaleCompleted)):
        paid = Won.total(tender.amount for tender in sale.tenders)
        if paid != sale.total or sale.total < ZERO:
            raise Broken(f"a sale of {sale.total} was paid with {paid}")
    if await store.verify() < 1:
        raise Broken("no record was made")


def main(arguments: Sequence[str]) -> None:
    """Live one seed, or several: SEED[-SEED] KEYS."""
    first, _dash, last = arguments[0].partition("-")
    for seed in range(int(first), int(last or first) + 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                seen = asyncio.run(live(seed, int(arguments[1]), Path(folder)))
            except (Exception, IeumError) as error:
                sys.stdout.write(f"seed {seed}: {type(error).__name__}: {error}\n")
                raise
        sys.stdout.write(
            f"seed {seed}: {seen.keys} keys, {dict(seen.payments)}, {len(seen.screens)} screens, left {seen.exits} times\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
