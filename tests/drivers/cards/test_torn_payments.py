"""A card torn out at every command of a payment, its issuer's among them, on every kind of reader.

The till's own services, the drivers over their real lines (pcscd, pseudo-terminals), cards with real keys,
and the ledger's real books. Whatever the moment, before the command or with its answer lost: nothing is
charged that the journal does not hold as approved, and a card can never spend more by itself than is set
aside for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from drivers.simulators.card.memory import MemoryFile
from ledger.policy.dated import Span
from ledger.policy.rows import OfflineAmountRow
from ledger.server import accounts, books, payments
from ledger.server.database import Tx
from ledger.server.judging import Ask, Merchant
from ledger.server.opener import KeyedOpener
from ledger.server.payments import hash_body
from ledger.server.seed import load_cards, seed
from ledger.server.writer import Writer
from pos.domain.card import Cryptogram
from pos.domain.errors import CardRemoved, NoCardInTime
from pos.domain.events import CardNotTold, SaleCompleted, from_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline
from pos.domain.payment_events import Abandoned, Approved, OfflineApproved
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import AuthorizationRequest, PaymentFate
from pos.services.card_outcome import CardOutcome, Deadlines, NotTaken, PaidInFull
from tests.drivers.cards.benches import HandBench, fs_tagged_bench, pcsc_bench, tl3500_bench
from tests.drivers.cards.cardworld import CARD_FILE_PATH, CardWorld
from tests.fakes import NOON, ScriptedLedger
from tests.ledger.plain_cards import policy
from tests.world import World

T = TypeVar("T")
CARD, SHOP = "offline", Merchant(1, 1, eligible=True, earns_cashback=True)
ALWAYS = Span(date(2020, 1, 1), date(2020, 1, 1))
REFILLS = OfflineAmountRow(ALWAYS, Won(50_000), 5_000, Won(1_000))
SPENT_BEFORE = Won(2_000)  # Offline, elsewhere: so that the ledger has something to tell the card.
COMMANDS_MAX = 16
WAIT_MS = 4_000
KINDS = {"pcsc": pcsc_bench, "tl3500": tl3500_bench, "fs-tagged": fs_tagged_bench}
MARKED = [pytest.param(each, marks=pytest.mark.pcsc if each == "pcsc" else ()) for each in KINDS]


class Books(ScriptedLedger):
    """The ledger's real rules and keys over a database of its own, asked directly."""

    def __init__(self, world: CardWorld, folder: Path) -> None:
        super().__init__()
        self._writer = Writer(folder / "ledger.db")
        self._opener = KeyedOpener(world.ledger)
        self._policy = replace(policy(), offline_amounts=(REFILLS,))
        cards = load_cards(CARD_FILE_PATH)
        self._run(lambda tx: seed(tx, cards, self._opener, NOON))

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        mode, amount = ApprovalMode.ONLINE, request.amount
        facts = self._opener.open(request.sealed, request.payment_id.hex)
        body = hash_body(amount.amount, request.sealed)
        ask = Ask(request.payment_id, SHOP, amount, mode, facts, body, request.at, request.at)
        return self._run(lambda tx: payments.authorize(tx, ask, self._policy))

    def take_advice(self, event: OfflineApproved) -> Approval | Decline:
        facts = self._opener.open(event.card.sealed, event.payment_id.hex)
        ask = payments.advice(event, facts, SHOP, event.at + timedelta(minutes=1))
        return self._run(lambda tx: payments.authorize(tx, ask, self._policy))

    def has_charged(self, payment: TransactionId) -> bool:
        return not isinstance(
            self._run(lambda tx: payments.outcome(tx, payment)), PaymentFate | Decline
        )

    @property
    def set_aside(self) -> Won:
        return self._run(lambda tx: books.balance(tx, accounts.offline_reserve(CARD)))

    @property
    def wrong(self) -> list[str]:
        return self._run(books.check)

    def close(self) -> None:
        self._writer.close()

    def _run(self, job: Callable[[Tx], T]) -> T:
        return self._writer.run_now(job)


class Till:
    """A till at that reader, and a hand that tears its card away."""

    def __init__(self, bench: HandBench, books: Books) -> None:
        self.bench, self.books = bench, books
        self.world = World(ledger=books, reader=bench.reader)  # type: ignore[arg-type]
        self.world.card._deadlines = Deadlines(card_ms=WAIT_MS)
        self.memory = MemoryFile(bench.world.state)

    @property
    def left_on_card(self) -> Won:
        kept = self.memory.load(CARD)
        return (kept.offline_limit or Won(50_000)) - kept.offline_spent

    @property
    def journal(self) -> list[object]:
        return [from_record(each) for each in self.world.store.journal]

    async def pay(self, commands: int, *, took_it: bool) -> CardOutcome:
        """Ring something up and pay it with a card that leaves after so many commands."""
        self.world.counter.add(next(iter(self.world.counter.catalogue)))
        await self.bench.cards.insert_leaving(CARD, commands, took_it=took_it)
        try:
            return await self.world.card.pay()
        finally:
            await self.bench.lift()

    async def leave(self) -> None:
        """The customer goes; the sale is dropped, so that the next stands alone."""
        await self.world.counter.drop()


@pytest.fixture(params=MARKED)
def till(request: pytest.FixtureRequest, world: CardWorld, tmp_path: Path) -> Iterator[Till]:
    with KINDS[request.param](world) as bench, _books(world, tmp_path) as made:
        yield Till(bench, made)


@contextmanager
def _books(world: CardWorld, folder: Path) -> Iterator[Books]:
    made = Books(world, folder)
    yield made
    made.close()


def torn_everywhere() -> Iterator[tuple[int, bool]]:
    return ((commands, took) for commands in range(COMMANDS_MAX) for took in (False, True))


async def test_asking_the_ledger_no_tear_charges_without_a_journal_or_lets_a_card_spend_more(
    till: Till,
) -> None:
    told = 0
    for commands, took_it in torn_everywhere():
        till.memory.spend(CARD, SPENT_BEFORE)
        before = len(till.journal)
        outcome = await till.pay(commands, took_it=took_it)

        holds_what_happened(till, outcome, before, commands)
        assert till.left_on_card <= till.books.set_aside, (commands, took_it)
        missed = [each for each in till.journal[before:] if isinstance(each, CardNotTold)]
        if isinstance(outcome, NotTaken):
            await till.leave()
        elif missed:
            told += missed[0].update.script_results != ""
        else:
            break  # It was there to the end.
    else:
        pytest.fail("a card that answers every command was never told")
    assert told >= 3  # Torn at the issuer's own commands: the answer's proof, the script, the end.
    assert till.books.wrong == []


async def test_offline_no_tear_approves_what_the_card_did_not_or_spends_beyond_its_amount(
    till: Till,
) -> None:
    till.world.line.failed(NOON)
    paid = 0
    for commands, took_it in torn_everywhere():
        before, left = len(till.journal), till.left_on_card
        outcome = await till.pay(commands, took_it=took_it)

        holds_what_happened(till, outcome, before, commands)
        approved = [each for each in till.journal[before:] if isinstance(each, OfflineApproved)]
        if isinstance(outcome, PaidInFull):
            [event] = approved
            assert event.card.cryptogram is Cryptogram.TC
            assert till.left_on_card == left - event.amount
            assert isinstance(till.books.take_advice(event), Approval)
            paid += 1
        else:
            await till.leave()
        # What it counted down with its answer lost is money it can't spend, never money charged.
        assert till.left_on_card <= left
        assert till.left_on_card <= till.books.set_aside, (commands, took_it)
        if paid:
            break
    assert paid == 1
    assert till.books.wrong == []


def holds_what_happened(till: Till, outcome: CardOutcome, before: int, commands: int) -> None:
    """One of two: paid, with its approval in the journal; or not, and then charged nowhere."""
    events = till.journal[before:]
    approvals = [each for each in events if isinstance(each, Approved | OfflineApproved)]
    if isinstance(outcome, PaidInFull):
        assert len(approvals) == 1
        assert any(isinstance(each, SaleCompleted) for each in events)
        if isinstance(approvals[0], Approved):
            assert till.books.has_charged(approvals[0].payment_id)
        return
    assert isinstance(outcome, NotTaken)
    # A card that answered nothing may be gone before the reader has said that it came.
    may_be = CardRemoved if commands else (CardRemoved, NoCardInTime)
    assert isinstance(outcome.error, may_be), outcome.error
    assert approvals == []
    [abandoned] = [each for each in events if isinstance(each, Abandoned)]
    assert not till.books.has_charged(abandoned.payment_id)
