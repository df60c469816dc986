"""Cards, reader and printer of a simulated shop, and what came out on paper. Never remembers for the till."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pos.domain.card import CardEntry, CardRead, CardUpdate, Cryptogram
from pos.domain.codec import Json
from pos.domain.errors import CardCancelled, CardRemoved
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from pos.ports import CardRequest, DeviceStatus, PrintKind, PrintOutcome, PrintResult
from tests.ledger.plain_cards import seal
from tests.simulation.chance import Chance
from tests.simulation.faults import Fault
from tests.simulation.ledger_side import CARDS

TAP_S = (0.3, 1, 4)


@dataclass
class Purse:
    """A card in somebody's hand: its counter, what was set aside for it and what it spent of that."""

    name: str
    limit: int
    spent: int = 0
    atc: int = 0
    clone: Purse | None = None  # In somebody else's hand.

    @property
    def left(self) -> int:
        return self.limit - self.spent

    def hear(self, for_card: bytes) -> None:
        """Take a new limit, if it answers this very tap."""
        atc, limit = json.loads(for_card)
        if atc == self.atc and limit is not None:
            assert limit >= self.limit, (limit, self.limit)
            self.limit = limit


def purses() -> list[Purse]:
    return [Purse(each.id, each.offline_limit.amount) for each in CARDS]


class Reader:
    """A customer with a card stands before it; the same card may stand before another at once."""

    def __init__(
        self,
        chance: Chance,
        till: str,
        cards: list[Purse],
        point: Callable[[str], None],
        is_stopped: Callable[[str], bool],
    ) -> None:
        self._chance, self._till, self._cards, self._point = chance, till, cards, point
        self._is_stopped = is_stopped
        self._cancelled = asyncio.Event()
        self._asked: tuple[TransactionId, Purse] | None = None

    async def present(self, request: CardRequest) -> CardRead:
        draw = self._chance.of(f"cards of {self._till}")
        self._cancelled.clear()
        try:
            await asyncio.wait_for(self._cancelled.wait(), draw.choice(TAP_S))
        except TimeoutError:
            pass
        else:
            raise CardCancelled()
        card = self._in_hand(draw.choice(self._cards))
        card.atc += 1
        cid, amount = "arqc", request.amount.amount
        if not request.online and amount <= card.left:
            cid = "tc"
            card.spent += amount
        self._asked = (request.payment_id, card)
        self._point("card counted")
        if self._chance.strikes(Fault.CARD, "removed", self._till):
            raise CardRemoved()
        return CardRead(
            masked_pan=f"629099******{CARDS[0].pan[-4:]}",
            card_ref=card.name.encode().hex().rjust(32, "0"),
            sealed=_sealed(request, card, cid),
            entry=CardEntry.CONTACTLESS_CHIP,
            cryptogram=Cryptogram(cid),
            genuine=True,
            expired=False,
            offline_available=Won(card.left),
            hotlisted=self._is_stopped(card.name),
        )

    def _in_hand(self, card: Purse) -> Purse:
        """Now and then it is not the card but its copy, which counts on from where it was made."""
        if self._chance.strikes(Fault.CARD, "cloned", self._till, 0.5):
            card.clone = card.clone or replace(card)
            return card.clone
        return card

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        asked, self._asked = self._asked, None
        if asked is None or asked[0] != payment_id or not for_card:
            return CardUpdate()
        self._point("card about to be answered")
        if self._chance.strikes(Fault.CARD, "removed", self._till):
            return CardUpdate()
        asked[1].hear(for_card)
        self._point("card answered")
        return CardUpdate(reached=True, authenticated=True)

    async def cancel(self) -> None:
        self._cancelled.set()

    async def status(self) -> DeviceStatus:
        return DeviceStatus("simulated reader", ready=True)


def _sealed(request: CardRequest, card: Purse, cid: str) -> str:
    holds = (card.limit, card.spent) if request.online else None
    return seal(request.payment_id, request.amount, card.atc, card=card.name, cid=cid, holds=holds)


class Renderer:
    """Says what the document is; how receipts look is tested elsewhere.

    Attributes:
        receipts: what each sale's receipt says, by the sale's id.
    """

    def __init__(self, receipts: dict[str, dict[str, Json]]) -> None:
        self.receipts = receipts

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        inner = body.get("sale")
        record = inner if isinstance(inner, dict) else body
        if kind is PrintKind.SALE_RECEIPT:
            self.receipts[str(record["id"])] = body
        subject = record.get("id") or f"{record.get('channel')}:{record.get('number')}"
        if kind is PrintKind.KITCHEN_TICKET and record.get("state") == "cancelled":
            subject = f"{subject}:cancelled"  # Another paper: it tells the kitchen to stop.
        return json.dumps([kind.value, subject, copy]).encode()


@dataclass
class Printer:
    """Paper, and a drawer. `whole` and `torn` are all that ever came out: (kind, subject, copy)."""

    chance: Chance
    till: str
    point: Callable[[str], None]
    whole: list[tuple[str, str, int]] = field(default_factory=list)
    torn: list[tuple[str, str, int]] = field(default_factory=list)
    kicks: int = 0

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        kind, subject, copy = json.loads(data)
        await asyncio.sleep(0.05)
        if self._fails("paper out"):
            return PrintResult(PrintOutcome.NOT_STARTED, "paper_out")
        self.kicks += kick_drawer
        self.point("drawer kicked")
        if self._fails("cut mid-job"):
            self.torn.append((kind, subject, copy))
            return PrintResult(PrintOutcome.BROKEN_OFF, "offline")
        self.whole.append((kind, subject, copy))
        self.chance.tell(self.till, f"prints {kind} {subject[-6:]} copy {copy}, kick {kick_drawer}")
        self.point("paper out of the slot")
        await asyncio.sleep(0.5)
        if self._fails("ack lost"):
            return PrintResult(PrintOutcome.BROKEN_OFF, "no_answer")
        if self._fails("wrong ack"):  # Another job's token: the driver can't call it confirmed.
            return PrintResult(PrintOutcome.UNCONFIRMED)
        return PrintResult(PrintOutcome.CONFIRMED)

    def _fails(self, how: str) -> bool:
        if not self.chance.strikes(Fault.PRINTER, how, self.till, 0.5):
            return False
        self.chance.tell(self.till, f"printer: {how}")
        return True

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        self.kicks += 1
        return PrintResult(PrintOutcome.CONFIRMED)

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        return DeviceStatus("simulated printer", ready=True)
