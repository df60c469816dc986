"""The fraud sweep on both engines: flags once, goes on where it stopped, changes no answer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from ledger.client import HttpLedger
from ledger.server import books, fraud_facts, fraud_flags, fraud_sweep, payments
from ledger.server.accounts import FUNDING, purse
from ledger.server.database import Database, Tx, is_postgres, open_engine, open_reader
from ledger.server.fraud_flags import FlagClosed, FlagUnknown
from ledger.server.fraud_rules import Kind
from ledger.server.fraud_sweep import Overtaken, Sweeper
from ledger.server.offline_amount import Holds
from ledger.server.rules import make_posting
from ledger.server.writer import Writer
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.tender import ApprovalMode, Purse
from pos.domain.won import Won
from tests.ledger.cluster import Cluster
from tests.ledger.conftest import DEVICE, KEY, ROOT, Process
from tests.ledger.fraud_world import DATA, NOON, World, pan
from tests.ledger.plain_cards import PANS, policy
from tests.ledger.test_payments_over_http import request
from tests.ledger.test_two_engines import BOOKS

HOUR, DAY = 3_600, 86_400
NOT_GENUINE = Decline(DeclineReason.CARD_NOT_GENUINE)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    made = World(database)
    yield made
    made.close()


def test_what_was_set_aside_with_a_payment_counts_as_held_before_it(world: World) -> None:
    """Else a card that keeps half of its money for payments without the line would look drained."""
    ask = world.ask(0, 1, 100_000, 0, mode=ApprovalMode.ONLINE)
    says = replace(ask.facts, holds=Holds(), for_card=lambda _: "")
    answer = world.run(partial(payments.authorize, ask=replace(ask, facts=says), policy=policy()))
    assert isinstance(answer, Approval)
    assert answer.balance + answer.amount - answer.cashback == Won(950_000)

    later = NOON + timedelta(hours=1)
    read = world.run(lambda tx: fraud_facts.read_in_order(tx, DATA, later, {}, 1_000))
    assert [each.held for each in read.facts if each.kind is Kind.PAID] == [Won(1_000_000)]


def two_places(world: World) -> None:
    world.pay(0, 1, 10_000)
    world.pay(0, 2, 20_000, 30)


def replayed(world: World) -> None:
    world.pay(0, 1, 1_000, atc=5)
    assert world.pay(0, 2, 1_000, HOUR, atc=5) == NOT_GENUINE


def behind(world: World) -> None:
    world.pay(0, 1, 1_000, atc=9)
    for after, atc in ((HOUR, 5), (2 * HOUR, 6)):
        assert world.pay(0, 2, 1_000, after, atc=atc) == NOT_GENUINE


def cashed(world: World) -> None:
    world.pay(0, 1, 900_000, -30 * DAY + 600)


def returned(world: World) -> None:
    for after in (0, HOUR, 2 * HOUR):
        world.pay(0, 1, 100_000, after)
        world.refund(1, 100_000, after + 600)


def drained_card(world: World) -> None:
    world.pay(0, 1, 999_000)  # The rest, and 30,000 won of cashback, is too little to count.
    for after in (DAY, 2 * DAY):
        top_up(world, 400_000, after)
        world.pay(0, 1, 400_000, after + 2 * HOUR)


def drained_by_shop(world: World) -> None:
    for card in range(5):
        world.pay(card, 1, 950_000, card * 60)


def top_up(world: World, amount: int, after_s: float) -> None:
    moved = ((FUNDING, Won(-amount)), (purse("0", Purse.CHARGED), Won(amount)))
    posting = make_posting("charge", f"{after_s}", moved)
    world.run(lambda tx: books.post(tx, posting, NOON + timedelta(seconds=after_s), 0))


CRIMES = {
    "two_places": two_places,
    "counter_reused": replayed,
    "counter_behind": behind,
    "cashed_after_load": cashed,
    "paid_and_returned": returned,
    "card_drained": drained_card,
    "shop_drains": drained_by_shop,
}


@pytest.mark.parametrize("rule", CRIMES)
def test_what_a_rule_is_for_is_found_in_the_books(world: World, rule: str) -> None:
    CRIMES[rule](world)

    world.sweep(4 * DAY)

    assert world.rules() == [rule]
    (flag,) = world.flags()
    assert flag.raised_at == NOON + timedelta(days=4)
    assert flag.seen["count"] == len(flag.seen["facts"])
    text = json.dumps(flag.seen) + flag.subject + flag.id
    assert pan(0) not in text
    assert {each["card"] for each in flag.seen["facts"]} <= {
        f"{pan(card)[:6]}******{pan(card)[-4:]}" for card in range(6)
    }


def slower(world: World) -> None:
    world.pay(0, 1, 10_000)
    world.pay(0, 2, 20_000, 61)


def forwarded(world: World) -> None:
    """An outage is over: at once the ledger learns what was paid all over town."""
    for shop in (1, 2, 3):
        world.pay(0, shop, 10_000, shop, mode=ApprovalMode.OFFLINE_AT_RISK)
        world.pay(1, shop, 10_000, shop, mode=ApprovalMode.OFFLINE_GUARANTEED, sold=False)


def forged(world: World) -> None:
    world.pay(0, 1, 1_000, atc=5)
    world.pay(0, 2, 1_000, HOUR, atc=5, right=False)


def late_advice(world: World) -> None:
    world.pay(0, 1, 1_000, atc=9)
    answer = world.pay(0, 2, 1_000, HOUR, atc=5, mode=ApprovalMode.OFFLINE_GUARANTEED)
    assert isinstance(answer, Approval)


def undone(world: World) -> None:
    two_places(world)
    last = TransactionId(2, 7, world.number)
    world.run(lambda tx: payments.reverse(tx, last, NOON + timedelta(seconds=40)))


def four_cards(world: World) -> None:
    for card in range(4):
        world.pay(card, 1, 950_000, card * 60)


@pytest.mark.parametrize("life", [slower, forwarded, forged, late_advice, undone, four_cards])
def test_what_only_looks_like_it_is_not_flagged(
    world: World, life: Callable[[World], None]
) -> None:
    life(world)

    world.sweep(4 * DAY)

    assert world.rules() == []


@pytest.mark.parametrize("seed", range(2))
def test_an_ordinary_day_of_the_town_is_not_flagged(database: Database, seed: int) -> None:
    """40 cards, 8 shops, one day: people shop, give things back, fall offline; some spend it all."""
    world = World(database, count=40, charged=400_000)
    chance = Random(seed)
    visits = []
    for card in range(40):
        clock = chance.randrange(2 * HOUR)
        for _ in range(chance.randrange(1, 7)):
            clock += chance.randrange(180, 3 * HOUR)
            visits.append((clock, card, chance.randrange(1, 9), chance.randrange(10, 800) * 100))
    approved = 0
    for clock, card, shop, amount in sorted(visits):
        mode = ApprovalMode.OFFLINE_AT_RISK if chance.random() < 0.1 else ApprovalMode.ONLINE
        approved += isinstance(world.pay(card, shop, amount, clock, mode=mode), Approval)
        if chance.random() < 0.05:
            world.refund(shop, amount // 2, clock + 60)

    world.sweep(2 * DAY)

    (kept,) = world.reader.execute("SELECT count(*) FROM fraud_facts WHERE kind = 'paid'")
    assert approved > 100
    assert kept[0] > 0.7 * approved
    assert world.flags() == []
    world.close()


def test_sweeping_again_adds_nothing_and_leaves_a_closed_flag_closed(world: World) -> None:
    for crime in CRIMES.values():
        with contextlib.suppress(AssertionError):
            crime(world)
    world.sweep(4 * DAY)
    flags = world.flags()
    assert len(flags) > 3
    close(world, flags[0].id)

    for name in ("fraud_cursors", "fraud_facts"):
        world.run(lambda tx, name=name: tx.change(f"DELETE FROM {name}"))
    assert world.sweep(4 * DAY) > 0

    assert world.flags() == flags[1:]
    assert fraud_flags.show(world.reader, flags[0].id).state == "closed"


def test_a_turn_reads_no_more_than_it_may_and_all_turns_find_the_same(world: World) -> None:
    drained_by_shop(world)
    two_places(world)

    assert world.sweep(DAY, rows_max=2) >= 6
    assert world.rules() == ["shop_drains", "two_places"]


def test_what_is_not_settled_yet_is_left_for_later(world: World) -> None:
    two_places(world)

    world.sweep(89)
    assert world.rules() == []

    world.sweep(90)
    assert world.rules() == ["two_places"]


def test_a_turn_that_fails_leaves_nothing_and_is_done_again(world: World) -> None:
    two_places(world)
    before = world.kept()

    def write_and_fail(tx: Tx) -> None:
        fraud_sweep.write(tx, world.look(DAY), DATA, NOON)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        world.run(write_and_fail)
    assert world.kept() == before

    world.sweep()
    assert world.rules() == ["two_places"]


def test_of_two_servers_that_sweep_the_same_one_gives_way(world: World) -> None:
    world.sweep(HOUR)
    two_places(world)
    mine, theirs = world.look(DAY), world.look(DAY)
    world.run(partial(fraud_sweep.write, turn=theirs, data=DATA, now=NOON))

    with pytest.raises(Overtaken):
        world.run(partial(fraud_sweep.write, turn=mine, data=DATA, now=NOON))

    assert world.rules() == ["two_places"]


def kept(world: World) -> list[list[object]]:
    """Return what a sweep leaves, but for old facts: how soon they go depends on the turns."""
    flags, facts, *rest = world.kept()
    return [flags, [each for each in facts if each[1] != "loaded"], *rest]


def test_a_sweep_that_is_killed_again_and_again_ends_where_one_that_was_not_ends(
    world: World,
) -> None:
    for crime in (drained_by_shop, returned, two_places, replayed):
        crime(world)
    conflicts = world.kept()[-1]
    world.sweep(DAY)
    never_killed = kept(world)
    world.forget(conflicts)
    for turns in (1, 4, 2, 3, 1):
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.fraud_world", str(world.database)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert running.stdout is not None
        assert len(running.stdout.read(turns)) == turns
        running.kill()
        running.wait(timeout=10)
        running.stdout.close()

    assert world.sweep(DAY, rows_max=1) > 0  # There was something left.

    assert kept(world) == never_killed
    assert len(never_killed[0]) >= 3


def test_flags_change_no_answer_and_no_book(world: World, tmp_path: Path, cluster: Cluster) -> None:
    """The same crimes with a sweep after each, and without."""
    other: World | None = None

    def live(each: World, *, swept: bool) -> list[object]:
        said: list[object] = []
        for number in range(30):
            said.append(each.pay(number % 3, number % 4, 90_000 + number, number * 20))
            said.append(each.pay(0, 9, 1_000, number * 20, atc=1))
            if swept:
                each.sweep()
        return said + [list(each.reader.execute(sql)) for sql in BOOKS]

    with_flags = live(world, swept=True)
    flagged = world.flags()
    assert flagged
    if is_postgres(world.database):
        world.close()
        other = World(cluster.fresh())
        world.engine, world.reader = other.engine, other.reader
    else:
        other = World(tmp_path / "other.db")
    assert live(other, swept=False) == with_flags
    assert other.flags() == []
    if other.engine is not world.engine:
        other.close()


def test_a_number_that_is_committed_late_by_another_server_is_found_when_its_day_is_over(
    cluster: Cluster,
) -> None:
    world = World(cluster.fresh())
    second = open_engine(world.database)
    first = world.engine
    world.pay(0, 1, 10_000)
    world.engine = second
    world.pay(1, 3, 10_000, 10)  # Its number is of a later block.
    world.engine = first
    world.sweep(HOUR)
    world.pay(0, 2, 10_000, 20)

    world.sweep(HOUR)
    assert world.rules() == []
    world.sweep(2 * DAY)
    assert world.rules() == ["two_places"]
    assert world.turn(2 * DAY) is False

    second.close()
    world.close()


def test_facts_that_no_rule_looks_at_any_more_are_dropped(world: World) -> None:
    for day in range(40):
        world.pay(0, 1, 1_000, day * DAY)
    world.sweep(42 * DAY, rows_max=5)

    (count,) = world.reader.execute("SELECT count(*) FROM fraud_facts")
    assert 8 <= count[0] <= 20


def close(world: World, flag: str, by: str = "김지은", reason: str = "가족 카드") -> None:
    world.run(lambda tx: fraud_flags.close(tx, flag, by=by, reason=reason, at=NOON))


def test_a_flag_is_closed_once_by_somebody_for_a_reason(world: World) -> None:
    two_places(world)
    world.sweep()
    (flag,) = world.flags()
    for by, reason in ((" ", "seen"), ("me", "")):
        with pytest.raises(ValueError, match="somebody"):
            close(world, flag.id, by, reason)

    close(world, flag.id)

    closed = fraud_flags.show(world.reader, flag.id)
    assert (closed.state, closed.closed_by, closed.reason) == ("closed", "김지은", "가족 카드")
    assert closed.closed_at == NOON
    assert world.flags() == []
    with pytest.raises(FlagClosed):
        close(world, flag.id, "other", "other")
    assert fraud_flags.show(world.reader, flag.id) == closed
    with pytest.raises(FlagUnknown):
        close(world, "none")


def test_open_flags_are_listed_page_by_page(world: World) -> None:
    sql = "INSERT INTO fraud_flags (id, rule, subject, day, severity, raised_at, seen, state)"
    for number in range(fraud_flags.PAGE + 1):
        row = (f"{number:03d}", "r", "s", "d", "high", NOON.isoformat(), "{}", "open")
        world.run(lambda tx, row=row: tx.change(f"{sql} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row))

    first = world.flags()

    rest = fraud_flags.open_flags(world.reader, after=first[-1].id)
    assert [each.id for each in (*first, *rest)] == [f"{n:03d}" for n in range(101)]


async def test_the_task_sweeps_beside_payments(world: World) -> None:
    two_places(world)
    writer = Writer(world.database)
    writer.start()
    sweeper = Sweeper(world.database, writer, DATA)
    task = asyncio.create_task(sweeper.keep(lambda: NOON + timedelta(days=1)))
    end = time.monotonic() + 10

    while not world.rules() and time.monotonic() < end:
        await asyncio.sleep(0.02)

    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await asyncio.to_thread(writer.close)
    sweeper.close()
    assert world.rules() == ["two_places"]


async def test_the_server_flags_a_clone_after_a_power_cut_and_answers_as_ever(
    process: Process,
) -> None:
    client = HttpLedger(process.url, DEVICE, KEY)
    await client.authorize(request(1), deadline_ms=5_000)
    assert await client.authorize(request(2, atc=1), deadline_ms=5_000) == NOT_GENUINE
    process.kill()
    process.start()
    reader = open_reader(process.database)
    end = time.monotonic() + 20

    while not (flags := fraud_flags.open_flags(reader)) and time.monotonic() < end:
        await asyncio.sleep(0.1)

    assert [each.id.rpartition(":")[0] for each in flags] == ["counter_reused:rich"]
    assert PANS["rich"] not in json.dumps(flags[0].seen)
    assert await client.authorize(request(2, atc=1), deadline_ms=5_000) == NOT_GENUINE
    assert isinstance(await client.authorize(request(3), deadline_ms=5_000), Approval)
    assert process.ask("/demo/cards")["rich"]["status"] == "active"
    await client.aclose()
