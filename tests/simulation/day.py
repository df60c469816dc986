"""One shop-day out of one seed, from the first scan to the last queue run dry. Never the same seed twice differently."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.simulation import card_checker, checker, evidence
from tests.simulation.chance import Chance
from tests.simulation.clock import VirtualLoop
from tests.simulation.devices import purses
from tests.simulation.faults import Fault
from tests.simulation.ledger_side import LedgerSide
from tests.simulation.shift import Shift
from tests.simulation.till import Till

ROOM = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
TILLS = (1, 1, 1, 2, 2, 3)
NIGHTS = (0, 0, 0, 1, 1, 3)  # Between the two parts of the shop-day; 0: it is one.
NIGHT_S = 86_400 - 4 * 3_600
DRAIN_S = 300  # Ten of the longest back-offs.
SOON_S = 5


@dataclass
class Result:
    """What became of a seed.

    Attributes:
        hits: faults by kind and way; met: faults by kind and the state of a payment.
        tills: how many tills' days it was.
    """

    seed: int
    wrong: list[str]
    trace: str
    hits: Counter[tuple[Fault, str]]
    met: Counter[tuple[Fault, str]]
    story: list[str]
    virtual_s: float
    tills: int


def run_day(
    seed: int,
    only: frozenset[Fault] | None = None,
    acts: int | None = None,
    *,
    tell: bool = True,
) -> Result:
    """Live a shop-day and have it checked.

    Args:
        seed: its luck.
        only: these faults and no others.
        acts: what a cashier does in it; drawn if left out.
        tell: put it into words, also if nothing was wrong.
    """
    loop = VirtualLoop()
    folder = Path(tempfile.mkdtemp(prefix="shop-day-", dir=ROOM))
    chance = Chance(seed, loop, only)
    wrong: list[str] = []
    tills: list[Till] = []
    gc.disable()  # When it comes hangs on the days before; it costs a tenth of one, too.
    loop.set_exception_handler(lambda _, context: _note(wrong, context))
    try:
        asyncio.set_event_loop(loop)
        digest = loop.run_until_complete(_day(folder, chance, loop, wrong, tills, acts))
    except Exception as error:  # Whatever it is, it belongs to the seed.
        chance.tell("day", f"fails: {error!r}")
        wrong.append(f"{type(error).__name__}: {error} at {_where(error)}")
        digest = b""
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        virtual_s = loop.time()
        asyncio.set_event_loop(None)
        loop.close()
        for till in tills:
            till.scrap()
        shutil.rmtree(folder, ignore_errors=True)
        gc.enable()
    trace = hashlib.sha256(chance.trace() + digest).hexdigest()
    story = chance.story() if tell or wrong else []
    return Result(seed, wrong, trace, chance.hits, chance.met, story, virtual_s, len(tills))


async def _day(
    folder: Path,
    chance: Chance,
    loop: VirtualLoop,
    wrong: list[str],
    tills: list[Till],
    acts: int | None,
) -> bytes:
    draw = chance.of("shops")
    ledger = LedgerSide(folder, chance, loop)
    cards = purses()
    world = {"cards": cards, "ledger": ledger}
    tills += [Till(1 + i, folder, chance, loop, world) for i in range(draw.choice(TILLS))]
    chance.tell("day", f"faults {[each.value for each in Fault if each in chance.on]}")
    shifts = [Shift(till, chance, ledger) for till in tills]
    acts = acts or draw.randrange(6, 32)
    nights = draw.choice(NIGHTS)
    before = acts // 2 if nights else acts
    await asyncio.gather(*(each.work(before) for each in shifts))
    if nights:
        await _close_for(nights, shifts, chance)
        await asyncio.gather(*(each.work(acts - before) for each in shifts))
    await _mend(shifts, chance, ledger)
    await asyncio.sleep(DRAIN_S)
    facts = []
    for till in tills:
        if not till.up:
            wrong.append(f"{till.name} is down although all is mended")
        till.kill()
        await till.reap()
        facts.append(till.facts())
    ledger.writer.close()
    wrong += checker.check(ledger.path, facts)
    # A copy spends from the same reserve; whatever that comes to, the issuer bears.
    whole = {each.name: each.left for each in cards if each.clone is None}
    wrong += card_checker.uncovered(ledger.path, whole, all_whole=len(whole) == len(cards))
    return evidence.digest(ledger.path, [each.path for each in facts])


async def _close_for(nights: int, shifts: list[Shift], chance: Chance) -> None:
    """Shut the tills down as they are; late requests still arrive."""
    chance.tell("day", f"closed for {nights} night(s)")
    for each in shifts:
        each.till.shut_down()
        await each.till.reap()
    await asyncio.sleep(nights * NIGHT_S)


async def _mend(shifts: list[Shift], chance: Chance, ledger: LedgerSide) -> None:
    """Let all faults end and the last late request come; one more start must find nothing to do."""
    if ledger.last_late > asyncio.get_running_loop().time():
        for each in shifts:
            each.till.kill()
            await each.till.reap()
        await asyncio.sleep(ledger.last_late - asyncio.get_running_loop().time() + SOON_S)
    chance.healed = True
    chance.tell("day", "all is mended")
    for each in shifts:
        each.till.mend()
        await each.cashier.close()
        each.till.kill()
        await each.cashier.restart()
        await each.cashier.close()


def _note(wrong: list[str], context: dict[str, object]) -> None:
    error = context.get("exception")
    expected = ("Died", "StoreUnavailable", "PowerCut")  # Of a process that is gone.
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
