"""Real card reader service, real ledger: paid online the card is refilled, then it pays without the line."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from drivers.cards.pcsc_reader import PcscReader
from drivers.simulators.card.keys import LEDGER_FILE
from drivers.simulators.card.memory import MemoryFile
from ledger.client import HttpLedger
from ledger.server import accounts
from pos.domain.card_balance import CardBalance
from pos.domain.errors import LedgerUnreachable
from pos.domain.events import CardNotTold
from pos.domain.forwarding import ForwardStatus
from pos.domain.payment_answers import Approval
from pos.domain.tender import ApprovalMode, Purse
from pos.domain.won import Won
from pos.ports import AuthorizationRequest
from pos.services.card_outcome import PaidInFull, Stage
from tests.drivers.cards.cardworld import CARD_FILE_PATH, CardWorld
from tests.drivers.cards.readers import POLL_S, VirtualReader, virtual_reader
from tests.fakes import FixedClock, ScriptedLedger, ScriptedReader
from tests.ledger.conftest import DEVICE, KEY, OPERATOR, Process, open_shops
from tests.world import World

pytestmark = [pytest.mark.pcsc, pytest.mark.timeout(120)]
ROOT = Path(__file__).parents[2]
CARD, LIMIT = "offline", 50_000
DUE = 5_000
FLAKY_DEADLINE_MS = 5_000


class RealLedger(Process):
    """The ledger as it is run, with the keys that the cards were made with."""

    running: subprocess.Popen[str]  # type: ignore[assignment]

    def start_with(self, keys: Path, token: Path) -> None:
        open_shops(self.database, self.shops)
        token.write_text(OPERATOR, encoding="ascii")
        command = [sys.executable, "-m", "ledger.server", "--db", str(self.database), "--demo"]
        command += ["--keys", str(keys), "--cards", str(CARD_FILE_PATH)]
        self.running = subprocess.Popen(
            [*command, "--operator-token-file", str(token)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.running.stdout is not None
        self.port = json.loads(self.running.stdout.readline())["port"]

    def stop(self) -> None:
        self.running.terminate()
        self.running.communicate(timeout=10)

    def held(self, account: str) -> int:
        return int(self.ask("/demo/entries")["balances"].get(account, 0))

    @property
    def reserve(self) -> int:
        return self.held(accounts.offline_reserve(CARD))


class Cut(HttpLedger):
    """A line that a hand can pull out."""

    is_cut = False

    async def authorize(self, request: AuthorizationRequest, *, deadline_ms: int) -> Any:
        if self.is_cut:
            raise LedgerUnreachable
        return await super().authorize(request, deadline_ms=deadline_ms)


@pytest.fixture
def cards(tmp_path: Path) -> CardWorld:
    folder = tmp_path / "keys"
    return CardWorld(folder, tmp_path / "cards_state.json")


@pytest.fixture
def virtual(cards: CardWorld) -> Iterator[VirtualReader]:
    with virtual_reader(cards) as made:
        yield made


@pytest.fixture
def ledger(cards: CardWorld, tmp_path: Path) -> Iterator[RealLedger]:
    made = RealLedger(tmp_path / "ledger.db")
    made.start_with(cards.keys / LEDGER_FILE, tmp_path / "token")
    yield made
    made.stop()


class Till:
    """The services of a till over the real reader and the real line; its journal in memory."""

    def __init__(self, ledger: RealLedger, virtual: VirtualReader, cards: CardWorld) -> None:
        self.line = Cut(ledger.url, DEVICE, KEY)
        self.reader = PcscReader(cards.kernel, "Virtual PCD")
        self.hand = virtual.process.cards
        self.one_hand = asyncio.Lock()
        self.world = World(
            ledger=cast("ScriptedLedger", self.line),
            reader=cast("ScriptedReader", self.reader),
            clock=FixedClock(datetime.now(UTC)),
        )

    async def pay(self) -> PaidInFull:
        """Sell something for 5,000 won; a hand taps whenever the screen asks for a card."""
        self.world.counter.scan("101")
        taps: list[asyncio.Task[None]] = []

        def on_stage(stage: Stage) -> None:
            if stage in {Stage.TAP, Stage.TAP_AGAIN}:
                taps.append(asyncio.create_task(self._tap()))

        outcome = await self.world.card.pay(on_stage=on_stage)
        await asyncio.gather(*taps)
        assert isinstance(outcome, PaidInFull), outcome
        return outcome

    async def _tap(self) -> None:
        async with self.one_hand:
            await self.hand.tap(CARD)
            await asyncio.sleep(POLL_S)

    async def forward(self) -> None:
        waiting = list(self.world.store.waiting)
        said = await self.line.forward(waiting, deadline_ms=FLAKY_DEADLINE_MS)
        assert {each.status for each in said} == {ForwardStatus.ACCEPTED}
        self.world.store.waiting.clear()


@pytest.fixture
async def till(ledger: RealLedger, virtual: VirtualReader, cards: CardWorld) -> AsyncIterator[Till]:
    made = Till(ledger, virtual, cards)
    yield made
    made.reader.close()
    await made.line.aclose()


async def test_a_card_is_refilled_online_and_pays_without_the_line_out_of_what_was_set_aside(
    till: Till, ledger: RealLedger, cards: CardWorld
) -> None:
    state = MemoryFile(cards.state)
    assert ledger.reserve == LIMIT

    # Without the line, twice: the card pays out of what it was made with, and nobody knows yet.
    till.line.is_cut = True
    for _ in range(2):
        outcome = await till.pay()
        assert outcome.tender.mode is ApprovalMode.OFFLINE_GUARANTEED
    assert state.load(CARD).offline_spent == Won(2 * DUE)
    assert ledger.reserve == LIMIT

    # Online: the ledger hears what the card has spent, sets as much aside again, and the card is told.
    till.line.is_cut = False
    till.world.line.answered(till.world.clock.now())
    outcome = await till.pay()
    assert outcome.tender.mode is ApprovalMode.ONLINE
    assert state.load(CARD).offline_limit == Won(LIMIT + 2 * DUE)
    assert ledger.reserve == LIMIT + 2 * DUE  # Two payments are still on their way.
    assert not [each for each in till.world.events() if isinstance(each, CardNotTold)]

    # Without the line again, beyond what the card was made with but for the refill.
    till.line.is_cut = True
    spent = 2 * DUE
    while spent < LIMIT + 2 * DUE:
        outcome = await till.pay()
        assert outcome.tender.mode is ApprovalMode.OFFLINE_GUARANTEED
        spent += DUE
    assert state.load(CARD).offline_spent == state.load(CARD).offline_limit == Won(spent)

    # The line is back: all of it is posted, out of what was set aside and nothing else.
    await till.forward()
    assert ledger.reserve == 0
    assert ledger.held(accounts.ISSUER_RISK) == 0
    book = ledger.ask("/demo/entries")
    assert book["wrong"] == []
    assert sum(each["amount"] for p in book["postings"] for each in p["entries"]) == 0
    assert [each["kind"] for each in book["postings"]].count("payment") == 1 + spent // DUE


async def test_a_card_taken_away_too_early_is_refilled_the_next_time_out_of_the_same_money(
    till: Till, ledger: RealLedger, cards: CardWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = MemoryFile(cards.state)
    till.line.is_cut = True
    await till.pay()
    till.line.is_cut = False
    till.world.line.answered(till.world.clock.now())

    answered = till.line.authorize

    async def and_the_card_is_gone(request: AuthorizationRequest, *, deadline_ms: int) -> Approval:
        answer = await answered(request, deadline_ms=deadline_ms)
        await till.hand.remove()
        return cast("Approval", answer)

    monkeypatch.setattr(till.line, "authorize", and_the_card_is_gone)
    outcome = await till.pay()
    assert outcome.tender.mode is ApprovalMode.ONLINE
    assert ledger.reserve == LIMIT + DUE
    assert state.load(CARD).offline_limit is None
    (noted,) = [each for each in till.world.events() if isinstance(each, CardNotTold)]
    assert (noted.update.reached, noted.payment_id) == (False, outcome.tender.payment_id)

    monkeypatch.undo()
    await till.pay()
    assert ledger.reserve == LIMIT + DUE
    assert state.load(CARD).offline_limit == Won(LIMIT + DUE)
    await till.forward()
    assert ledger.reserve == LIMIT
    assert ledger.ask("/demo/entries")["wrong"] == []


async def test_a_real_card_is_asked_what_it_holds_and_then_pays(
    till: Till, ledger: RealLedger
) -> None:
    before = ledger.held(accounts.purse(CARD, Purse.CHARGED))
    tap = asyncio.create_task(till._tap())

    said = await till.world.balance.ask()
    await tap

    assert isinstance(said, CardBalance), said
    assert said.on_card == Won(LIMIT)
    assert [e.amount.amount for e in said.purses if e.purse is Purse.CHARGED] == [before]
    assert ledger.held(accounts.purse(CARD, Purse.CHARGED)) == before
    assert till.world.store.kinds() == []
    await till.pay()
