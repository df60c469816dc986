"""Every screen of the till, reached as a person reaches it, in one of the states that it has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from textual.pilot import Pilot

from pos.domain.cash_receipt import CashReceiptUse
from pos.domain.codec import Json
from pos.domain.errors import StoreUnavailable
from pos.domain.order_events import OrderReceived
from pos.domain.shift import ShiftRules
from pos.ports import PrintJobFacts, PrintJobState, PrintKind
from pos.ports.screen import ScreenChoice, Unkept
from pos.services.e_receipt import EReceipt
from pos.services.recover import Recovered
from pos.ui.app import IeumApp
from tests.fakes import ScriptedReader
from tests.pos.services.test_orders_and_feed import an_order
from tests.ui.test_other_screens import Panel, killed_while_asking
from tests.ui.test_papers import PHONE
from tests.ui.test_permit import risky
from tests.ui.test_qr import Customer, RealSleeps
from tests.ui.test_receivables import owing
from tests.ui.test_refund import sold as rung_up
from tests.ui.test_settlement import sold
from tests.ui.test_shift_pictures import day
from tests.ui.till import MILK, RICE_CAKE, SNACK
from tests.world import World

Make = Callable[[], Awaitable[World]]


@dataclass(frozen=True)
class Scene:
    """A world, the keys that lead to a screen in it, and that screen's name."""

    screen: str
    world: Make
    keys: tuple[str, ...] = ()
    recovered: bool = False
    panel: bool = False
    fails: bool = False


async def plain() -> World:
    return World()


async def busy() -> World:
    world = World()
    for code in (SNACK, MILK, RICE_CAKE):
        world.counter.scan(code)
    return world


async def peopled() -> World:
    world = World(rules=ShiftRules())
    await day(world)
    return world


async def as_cashier() -> World:
    world = await peopled()
    await world.staff.sign_in("24569")
    return world


async def waiting() -> World:
    world = World(reader=ScriptedReader(None))
    world.counter.scan(RICE_CAKE)
    return world


async def by_code() -> World:
    world = World(ledger=Customer(), clock=RealSleeps())
    world.counter.scan(RICE_CAKE)
    return world


async def at_risk() -> World:
    world = risky()
    world.counter.scan(RICE_CAKE)
    return world


async def ordered() -> World:
    world = World()
    now = world.clock.now()
    orders = [an_order("A1", minutes=5), an_order("A2", minutes=9)]
    world.orders.take_in([OrderReceived(each, now) for each in orders])
    return world


async def printing() -> World:
    world = World()
    job = PrintJobFacts(9, PrintKind.SALE_RECEIPT, "a", PrintJobState.WAITING, 0, reprint=False)
    world.spool.listed = [job]
    return world


class Links:
    """Where phones fetch receipts, in a world without phones."""

    def put(self, kind: PrintKind, body: Mapping[str, Json]) -> str:
        return "http://192.168.100.100:8080/r/0123456789abcdef0123456789abcdef"


async def fetched() -> World:
    world = World()
    await rung_up(world, RICE_CAKE, SNACK, card=5_000)
    world.e_receipt = EReceipt(store=world.store, links=Links())
    return world


async def owed_to_the_tax_office() -> World:
    world = World()
    record = await rung_up(world, RICE_CAKE)
    await world.cash_receipts.ask(record, CashReceiptUse.INCOME, PHONE)
    return world


async def offline() -> World:
    world = await busy()
    world.line.failed(world.clock.now())
    return world


SCENES = {
    "selling": Scene("SellingScreen", busy),
    "selling_empty": Scene("SellingScreen", plain),
    "selling_refused": Scene("SellingScreen", busy, (*"999", "enter")),
    "selling_asked": Scene("SellingScreen", busy, ("escape",)),
    "selling_paid": Scene("SellingScreen", busy, ("f6",)),
    "selling_offline_paid": Scene("SellingScreen", offline, ("f5",)),
    "selling_search": Scene("SellingScreen", plain, ("ㅅ",)),
    "selling_orders": Scene("SellingScreen", ordered),
    "menu": Scene("MenuScreen", busy, ("enter",)),
    "cash": Scene("CashScreen", busy, ("enter", "2")),
    "more": Scene("PickScreen", busy, ("slash",)),
    "note": Scene("AskOneScreen", busy, ("slash", "7")),
    "payment": Scene("PaymentScreen", waiting, ("f5",)),
    "qr": Scene("QrScreen", by_code, ("asterisk",)),
    "coupon": Scene("CouponScreen", waiting, ("f5", "slash", "1")),
    "external": Scene("ExternalScreen", waiting, ("f5", "slash", "2")),
    "balance": Scene("BalanceScreen", plain, ("f5",)),
    "cash_receipts_due": Scene("CashReceiptsDueScreen", owed_to_the_tax_office, ("f4", "7")),
    "phone_receipt": Scene("PhoneReceiptScreen", fetched, ("f7", "slash", "5")),
    "permit": Scene("PermitScreen", at_risk, ("f5",)),
    "orders": Scene("OrdersScreen", ordered, ("f3",)),
    "hours": Scene("ShopHoursScreen", plain, ("f3", "s")),
    "mall": Scene("MallScreen", plain, ("f3", "s", "m")),
    "taxi": Scene("TaxiScreen", plain, ("slash", "9")),
    "day": Scene("DayScreen", peopled, ("f4",)),
    "savings": Scene("SavingsScreen", plain, ("f4", "m")),
    "settlement": Scene("SettlementScreen", sold, ("f4", "2")),
    "receivables": Scene("ReceivablesScreen", owing, ("f4", "1")),
    "close_receivable": Scene("CloseScreen", owing, ("f4", "1", "1")),
    "refund": Scene("RefundScreen", peopled, ("f7",)),
    "give_back": Scene("GiveBackScreen", peopled, ("f7", "enter")),
    "technician": Scene("TechnicianScreen", peopled, ("f8",)),
    "looks": Scene("PickScreen", plain, ("f8", "7")),
    "print_jobs": Scene("PrintJobsScreen", printing, ("f8", "5")),
    "people": Scene("PeopleScreen", peopled, ("f8", "6")),
    "shift": Scene("ShiftScreen", peopled, ("f9", "1")),
    "ask": Scene("AskScreen", peopled, ("f9", "3")),
    "count": Scene("CountScreen", peopled, ("f9", "6")),
    "pin": Scene("PinScreen", peopled, ("f11", "2")),
    "allowed_by": Scene("PinScreen", as_cashier, ("f9", "5")),
    "help": Scene("HelpScreen", plain, ("f1",)),
    "recovered": Scene("RecoveredScreen", killed_while_asking, recovered=True),
    "side": Scene("SideScreen", busy, ("f12",), panel=True),
    "stopped": Scene("StoppedScreen", busy, ("f6",), fails=True),
}


async def press(pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0.08)
    await pilot.pause(0.1)


async def an_app(
    scene: Scene, *, language: str = "ko", look: str = "usual", touch: str = "off"
) -> IeumApp:
    """Return the app in the scene's world; its keys are still to be pressed."""
    world = await scene.world()
    recovered: Recovered | None = await world.restart() if scene.recovered else None
    if scene.fails:
        world.store.fail_next = StoreUnavailable(reason="disk full")
    terminal = world.terminal(recovered)
    shop = replace(terminal.shop, language=language)
    screen = Unkept(ScreenChoice(look, touch=touch))
    return IeumApp(replace(terminal, shop=shop, screen=screen), Panel() if scene.panel else None)


@asynccontextmanager
async def shown(
    name: str,
    *,
    size: tuple[int, int],
    language: str = "ko",
    look: str = "usual",
    touch: str = "off",
) -> AsyncIterator[IeumApp]:
    """Run the app up to a scene."""
    scene = SCENES[name]
    app = await an_app(scene, language=language, look=look, touch=touch)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, scene.keys)
        assert type(app.screen).__name__ == scene.screen
        yield app
