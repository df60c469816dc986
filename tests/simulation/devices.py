"""Cards, reader and printer of a simulated shop, and what came out on paper. Never remembers for the till."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from pos.domain.card import CardEntry, CardRead, Cryptogram
from pos.domain.codec import Json
from pos.domain.errors import CardCancelled, CardRemoved
from pos.domain.won import Won
from pos.ports import CardRequest, DeviceStatus, PrintKind, PrintOutcome, PrintResult
from tests.ledger.plain_cards import seal
from tests.simulation.chance import Chance
from tests.simulation.ledger_side import CARDS


@dataclass
class Purse:
    """A card in somebody's hand: its counter, and what it may still approve by itself."""

    name: str
    offline_left: int
    atc: int = 0


def purses() -> list[Purse]:
    return [Purse(each.id, each.offline_limit.amount) for each in CARDS]


class Reader:
    """A customer with a card stands before it."""

    def __init__(self, chance: Chance, cards: list[Purse], point: Callable[[str], None]) -> None:
        self._chance, self._cards, self._point = chance, cards, point
        self._cancelled = asyncio.Event()

    async def present(self, request: CardRequest) -> CardRead:
        draw = self._chance.of("cards")
        self._cancelled.clear()
        try:
            await asyncio.wait_for(self._cancelled.wait(), draw.choice((0.3, 1, 4)))
        except TimeoutError:
            pass
        else:
            raise CardCancelled()
        card = draw.choice(self._cards)
        card.atc += 1
        cid, amount = "arqc", request.amount.amount
        if not request.online and amount <= card.offline_left:
            cid = "tc"
            card.offline_left -= amount
        self._point("card counted")
        if self._chance.strikes("card removed"):
            raise CardRemoved()
        return CardRead(
            masked_pan=f"629099******{CARDS[0].pan[-4:]}",
            card_ref=card.name.encode().hex().rjust(32, "0"),
            sealed=seal(request.payment_id, request.amount, card.atc, card=card.name, cid=cid),
            entry=CardEntry.CONTACTLESS_CHIP,
            cryptogram=Cryptogram(cid),
            genuine=True,
            expired=False,
            offline_available=Won(card.offline_left),
        )

    async def cancel(self) -> None:
        self._cancelled.set()

    async def status(self) -> DeviceStatus:
        return DeviceStatus("simulated reader", ready=True)


class Renderer:
    """Says what the document is; how receipts look is tested elsewhere."""

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        subject = body.get("id") or f"{body.get('channel')}/{body.get('number')}"
        return json.dumps([kind.value, subject, copy]).encode()


@dataclass
class Printer:
    """Paper, and a drawer. `whole` and `torn` are all that ever came out: (kind, subject, copy)."""

    chance: Chance
    name: str
    point: Callable[[str], None]
    whole: list[tuple[str, str, int]] = field(default_factory=list)
    torn: list[tuple[str, str, int]] = field(default_factory=list)
    kicks: int = 0

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        kind, subject, copy = json.loads(data)
        await asyncio.sleep(0.05)
        if self.chance.strikes("paper out"):
            return PrintResult(PrintOutcome.NOT_STARTED, "paper_out")
        self.kicks += kick_drawer
        self.point("drawer kicked")
        if self.chance.strikes("broken off"):
            paper = self.chance.of("paper").choice((self.whole, self.torn))
            paper.append((kind, subject, copy))
            self.chance.tell(self.name, f"broken off in {kind} {subject[-6:]} copy {copy}")
            return PrintResult(PrintOutcome.BROKEN_OFF, "offline")
        self.whole.append((kind, subject, copy))
        self.chance.tell(self.name, f"{kind} {subject[-6:]} copy {copy}, kick {kick_drawer}")
        self.point("paper out of the slot")
        await asyncio.sleep(0.5)
        return PrintResult(PrintOutcome.CONFIRMED)

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        self.kicks += 1
        return PrintResult(PrintOutcome.CONFIRMED)

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        return DeviceStatus("simulated printer", ready=True)
