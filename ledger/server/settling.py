"""Settles what is due, once each business day, for as long as the ledger runs. Never decides what is due."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from ledger.policy.policy import Policy
from ledger.server import accounts, grants, settlement
from ledger.server.database import LedgerUnavailable, Tx
from ledger.server.writer import Writer
from pos.domain.business_day import business_day

LOOK_EVERY_S = 60.0


async def settle_for_ever(
    writer: Writer, reader: Tx, policy: Callable[[], Policy], now: Callable[[], datetime]
) -> None:
    """Settle at the start, when another day has begun and when rules have changed; a task of the server's."""
    settled: tuple[date, Policy] | None = None
    while True:
        due = business_day(now()), policy()
        if settled is None or settled[0] != due[0] or settled[1] is not due[1]:
            try:
                for problem in await settle(writer, reader, due[1], now()):
                    sys.stderr.write(f"ledger: {problem}\n")
                settled = due
            except LedgerUnavailable:
                pass  # Said to whoever asks; what was not settled is due still.
        await asyncio.sleep(LOOK_EVERY_S)


async def settle(writer: Writer, reader: Tx, policy: Policy, at: datetime) -> list[str]:
    """Pay every shop what is due by now, and take back what is left of programmes that have ended.

    Each pay-out is a transaction of its own, so that payments go on between them.

    Returns:
        What could not be settled, in words: a year without holidays holds up only who is paid in it.

    Raises:
        LedgerUnavailable: a pay-out could not be made durable; the others before it stand.
    """
    today, problems = business_day(at), list[str]()
    half = accounts.half_before(today)
    for shop in settlement.all_shops(reader):
        try:
            for day in list(settlement.due_days(reader, shop, policy, today)):
                await writer.run(partial(settlement.pay_out, shop_id=shop, day=day, at=at))
            if policy.calendar.is_business_day(today):
                await writer.run(partial(settlement.pay_support, shop_id=shop, half=half, at=at))
        except LookupError as error:
            problems.append(f"{shop} is not paid: {error}")
        await asyncio.sleep(0)  # A city's shops are many; payments come first.
    await writer.run(lambda tx: grants.take_back_ended(tx, policy, at), heavy=True)
    return problems
