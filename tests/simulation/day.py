"""One shop-day out of one seed, from the first scan to the last queue run dry. Never the same seed twice differently."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.simulation import checker
from tests.simulation.cashier import Cashier
from tests.simulation.chance import Chance
from tests.simulation.clock import VirtualLoop
from tests.simulation.devices import purses
from tests.simulation.evidence import TillFacts
from tests.simulation.ledger_side import LedgerSide
from tests.simulation.till import Till

ROOM = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
LATE_S = 650  # By then the last late request has come.
DRAIN_S = 300  # Ten of the longest back-offs.


@dataclass
class Result:
    """What became of a seed."""

    seed: int
    wrong: list[str]
    trace: str
    hits: Counter[str]
    story: list[str]
    virtual_s: float


def run_day(seed: int, only: frozenset[str] | None = None, acts: int | None = None) -> Result:
    """Live a shop-day and have it checked."""
    loop = VirtualLoop()
    folder = Path(tempfile.mkdtemp(prefix="shop-day-", dir=ROOM))
    chance = Chance(seed, loop, only)
    wrong: list[str] = []
    loop.set_exception_handler(lambda _, context: _note(wrong, context))
    try:
        asyncio.set_event_loop(loop)
        digest = loop.run_until_complete(_day(folder, chance, loop, wrong, acts))
    except Exception as error:  # Whatever it is, it belongs to the seed.
        chance.tell("day", f"fails: {error!r}")
        wrong.append(f"{type(error).__name__}: {error} at {_where(error)}")
        digest = ""
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        virtual_s = loop.time()
        asyncio.set_event_loop(None)
        loop.close()
        shutil.rmtree(folder, ignore_errors=True)
    trace = hashlib.sha256((chance.trace() + digest).encode()).hexdigest()
    return Result(seed, wrong, trace, chance.hits, chance.story, virtual_s)


async def _day(
    folder: Path, chance: Chance, loop: VirtualLoop, wrong: list[str], acts: int | None
) -> str:
    shops = chance.of("shops")
    ledger = LedgerSide(folder, chance, loop)
    world = {"cards": purses(), "ledger": ledger}
    tills = [Till(1 + i, folder, chance, loop, world) for i in range(shops.choice((1, 1, 2)))]
    chance.tell("day", f"faults {sorted(chance.on)} at {chance.rate}")
    expiry = asyncio.ensure_future(ledger.expire())
    cashiers = [Cashier(till, chance, _placer(ledger, till.shop)) for till in tills]
    acts = acts or shops.randrange(8, 40)
    await asyncio.gather(*(_shift(each, acts) for each in cashiers))
    await asyncio.sleep(LATE_S)
    chance.healed = True
    chance.tell("day", "all is mended")
    for each in cashiers:
        await each.close()
        each.till.kill()  # One more start must find nothing left to do but to forward.
        await each.restart()
        await each.close()
    await asyncio.sleep(DRAIN_S)
    expiry.cancel()
    facts = []
    for till in tills:
        if not till.up:
            wrong.append(f"{till.name} is down although all is mended")
        till.kill()
        await till.reap()
        facts.append(
            TillFacts(
                till.device, till.path, till.lost, till.told, till.printer.whole,
                till.printer.torn, till.printer.kicks,
            )
        )  # fmt: skip
    ledger.writer.close()
    wrong += checker.check(ledger.path, facts)
    return checker.digest(ledger.path, [till.path for till in tills])


async def _shift(cashier: Cashier, acts: int) -> None:
    await cashier.till.start()
    await cashier.work(acts)


def _placer(ledger: LedgerSide, shop: int) -> Callable[[], None]:
    return lambda: ledger.place_order(shop)


def _note(wrong: list[str], context: dict[str, object]) -> None:
    error = context.get("exception")
    expected = ("Died", "StoreUnavailable")  # Of a process that is gone.
    if error is not None and type(error).__name__ not in expected:
        wrong.append(f"unheard: {context.get('message')} {error!r}")


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-4:])
