"""Settles what is due, once each business day, for as long as the ledger runs. Never decides what is due."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from ledger.policy.policy import Policy
from ledger.server import accounts, grants, settlement
from ledger.server.database import Database, DatabaseUnfit, LedgerUnavailable, Tx, open_reader
from ledger.server.writer import Writer
from pos.domain.business_day import business_day

LOOK_EVERY_S = 60.0
SHOPS_AT_ONCE = 20  # Looked at in one go; about a tenth of a second.


async def settle_for_ever(
    database: Database,
    writer: Writer,
    policy: Callable[[], Policy],
    now: Callable[[], datetime],
) -> None:
    """Settle at the start, when another day has begun and when rules have changed; a task of the server's."""
    settled: tuple[date, Policy] | None = None
    while True:
        due = business_day(now()), policy()
        if settled is None or settled[0] != due[0] or settled[1] is not due[1]:
            try:
                with contextlib.closing(open_reader(database)) as reader:
                    for problem in await settle(writer, reader, due[1], now()):
                        sys.stderr.write(f"ledger: {problem}\n")
                settled = due
            except (LedgerUnavailable, DatabaseUnfit):
                pass  # Said to whoever asks; what was not settled is due still.
        await asyncio.sleep(LOOK_EVERY_S)


async def settle(writer: Writer, reader: Tx, policy: Policy, at: datetime) -> list[str]:
    """Pay every shop what is due by now, and take back what is left of programmes that have ended.

    Each pay-out is a transaction of its own, so that payments go on between them. A city's shops are
    many, and most have nothing due: they are looked at beside everything else, over a line of their own.

    Returns:
        What could not be settled, in words: a year without holidays holds up only who is paid in it.

    Raises:
        LedgerUnavailable: a pay-out could not be made durable; the others before it stand.
    """
    today, problems = business_day(at), list[str]()
    half = accounts.half_before(today)
    shops = await asyncio.to_thread(settlement.all_shops, reader)
    for start in range(0, len(shops), SHOPS_AT_ONCE):
        some = shops[start : start + SHOPS_AT_ONCE]
        for due in await asyncio.to_thread(_look, reader, some, policy, today):
            for day in due.days:
                await writer.run(partial(settlement.pay_out, shop_id=due.shop, day=day, at=at))
            if due.support:
                pay = partial(settlement.pay_support, shop_id=due.shop, half=half, at=at)
                await writer.run(pay)
            if due.problem:
                problems.append(f"{due.shop} is not paid: {due.problem}")
    await writer.run(lambda tx: grants.take_back_ended(tx, policy, at), heavy=True)
    return problems


@dataclass(frozen=True, slots=True)
class _Due:
    """What a shop is to get.

    Attributes:
        support: whether the city owes it fees of the half-year that is over.
        problem: why the rest can't be said, or empty.
    """

    shop: str
    days: tuple[date, ...] = ()
    support: bool = False
    problem: str = ""


def _look(reader: Tx, shops: list[str], policy: Policy, today: date) -> list[_Due]:
    return [_due(reader, shop, policy, today) for shop in shops]


def _due(reader: Tx, shop: str, policy: Policy, today: date) -> _Due:
    days: tuple[date, ...] = ()
    try:
        days = tuple(settlement.due_days(reader, shop, policy, today))
        half = accounts.half_before(today)
        support = policy.calendar.is_business_day(today) and settlement.owes_support(
            reader, shop, half
        )
    except LookupError as error:
        return _Due(shop, days, problem=str(error))
    return _Due(shop, days, support)
