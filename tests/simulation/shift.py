"""A till's working hours, and what befalls it between two acts: crashes, copies, rot, clocks. Never sells itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from tests.simulation.cashier import Cashier
from tests.simulation.chance import Chance
from tests.simulation.faults import Fault
from tests.simulation.ledger_side import LedgerSide
from tests.simulation.till import Till

PAUSES_S = (0.2, 1, 5, 30)
SOON_S = 6.0  # Within an act, more often than not.
STEPS = 300  # About what an act takes of the event loop.
JUMPS_S = (-9 * 3_600, -90, 60, 5 * 3_600)
SKEW_MAX_S = 20 * 3_600


class Shift:
    """One till and who works it."""

    def __init__(self, till: Till, chance: Chance, ledger: LedgerSide) -> None:
        self.till, self.chance, self._ledger = till, chance, ledger
        self.cashier = Cashier(till, chance)
        self._draw = chance.of(f"mishaps of {till.name}")

    async def work(self, acts: int) -> None:
        if not self.till.up:
            await self.cashier.restart()
        for _ in range(acts):
            await asyncio.sleep(self._draw.choice(PAUSES_S))
            if self._draw.random() < 0.08:
                self._ledger.place_order(self.till.shop)
            await self._mishaps()
            if not self.till.up:
                await self.cashier.restart()
            await self.cashier.act()

    async def _mishaps(self) -> None:
        self._clock()
        chance = self.chance
        loop = self.till.loop
        if chance.wants(Fault.CRASH):
            loop.call_later(self._draw.uniform(0, SOON_S), self._if_up(self._crash))
        if chance.wants(Fault.CRASH):
            loop.doom(self._draw.randrange(1, STEPS), self._if_up(self._crash_at_await))
        if chance.wants(Fault.POWER_LOSS, 0.5):
            loop.call_later(self._draw.uniform(0, SOON_S), self._if_up(self._pull_plug))
        if chance.wants(Fault.OPERATOR, 0.3):
            loop.call_later(self._draw.uniform(0, SOON_S), self._if_up(self._power_button))
        if chance.wants(Fault.BIT_ROT, 0.3):
            await self._rot()
        if self.till.printer.whole and chance.wants(Fault.OPERATOR, 0.03):
            await self._steal()
        await self._copies()

    def _if_up(self, what: Callable[[], None]) -> Callable[[], None]:
        def strike() -> None:
            if self.till.up and not self.chance.healed:
                what()

        return strike

    def _crash(self) -> None:
        self.till.die("killed", "at a moment")

    def _crash_at_await(self) -> None:
        self.till.die("killed at an await", "at an await")

    def _pull_plug(self) -> None:
        self.till.die("the plug is pulled", "at a moment", Fault.POWER_LOSS)

    def _power_button(self) -> None:
        self.chance.struck(Fault.OPERATOR, "power button", self.till.name)
        self.chance.tell(self.till.name, "the power button is pressed")
        self.till.shut_down()

    async def _rot(self) -> None:
        self.till.kill()
        await self.till.reap()
        self.till.technician.rot()

    async def _steal(self) -> None:
        self.till.kill()
        await self.till.reap()
        self.chance.struck(Fault.OPERATOR, "stolen", self.till.name)
        self.till.steal()
        self.chance.tell(self.till.name, f"is stolen; {len(self.till.stolen)} papers are left")

    async def _copies(self) -> None:
        """A copy is made and, some time later, put back, at whatever moment it is."""
        chance, till = self.chance, self.till
        wanted = {Fault.OLD_COPY, Fault.BIT_ROT} & chance.on
        if wanted and till.up and till.technician.copy is None:
            till.technician.back_up()
        elif till.technician.copy is not None and chance.wants(Fault.OLD_COPY, 0.5):
            till.kill()
            await till.reap()
            till.technician.put_back()

    def _clock(self) -> None:
        clock, chance = self.till.clock, self.chance
        if clock.frozen is not None and self._draw.random() < 0.2:
            clock.frozen = None
        if not chance.wants(Fault.CLOCK):
            return
        how = self._draw.choice((*JUMPS_S, None))
        delay = self._draw.uniform(0, SOON_S)
        if how is None:
            self.till.loop.call_later(delay, self._if_up(self._freeze))
        elif abs(clock.skew.total_seconds() + how) < SKEW_MAX_S:
            self.till.loop.call_later(delay, self._if_up(lambda: self._jump(how)))

    def _freeze(self) -> None:
        self.chance.struck(Fault.CLOCK, "frozen", self.till.name)
        self.chance.tell(self.till.name, "the clock stands still")
        self.till.clock.frozen = self.till.clock.now()

    def _jump(self, seconds: int) -> None:
        self.chance.struck(Fault.CLOCK, "jump", self.till.name)
        self.chance.tell(self.till.name, f"the clock jumps by {seconds} s")
        self.till.clock.skew += timedelta(seconds=seconds)
