"""What half and double each limit would have flagged: counted by the rules themselves, and nothing is flagged."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

from typer.testing import CliRunner

from composition.command_line import app
from ledger.server import fraud_flags
from ledger.server.database import Database
from ledger.server.fraud_limits import Limits, load_fraud_data
from ledger.server.fraud_rules import Fact, Kind, in_order
from ledger.server.fraud_tuning import LIMITS_OF, Trial, facts_since, try_limits
from pos.domain.codec import encode
from pos.domain.won import Won
from tests.ledger.conftest import Process, open_shops

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DATA = load_fraud_data()


def paid(name: str, seconds: int, card: str, shop: str, amount: int = 7_000, held: int = 0) -> Fact:
    at = NOW - timedelta(days=1) + timedelta(seconds=seconds)
    return Fact(name, Kind.PAID, card, shop, at, Won(amount), Won(held))


FACTS = in_order(
    [
        paid("a", 0, "near", "s1"),
        paid("b", 25, "near", "s2"),  # Found at half of 60 s too.
        paid("c", 0, "far", "s1"),
        paid("d", 100, "far", "s2"),  # Only at double.
        *(paid(f"e{n}", n, f"card {n}", "s3", 60_000, 60_000) for n in range(3)),  # Three of five.
    ]
)


def trial(rule: str, limit: str, facts: list[Fact] = FACTS) -> Trial:
    made = try_limits(facts, DATA, NOW - timedelta(days=4))
    return next(each for each in made if (each.rule, each.limit) == (rule, limit))


def test_each_limit_is_tried_and_none_is_forgotten() -> None:
    tried = {name for _, names in LIMITS_OF for name in names}
    assert tried == {each.name for each in fields(Limits)} - {"valid_from"}
    assert len(list(try_limits([], DATA, NOW))) == sum(len(names) for _, names in LIMITS_OF)


def test_a_longer_time_finds_more_and_fewer_cards_too() -> None:
    assert trial("two_places", "two_places_within_s") == Trial(
        "two_places", "two_places_within_s", (30, 60, 120), (1, 1, 2)
    )
    drains = trial("shop_drains", "shop_drains_cards")
    assert (drains.values, drains.flags) == ((2, 5, 10), (1, 0, 0))
    assert trial("shop_drains", "drained_share_bp").values == (4_500, 9_000, 10_000)


def test_what_is_older_is_only_looked_back_at() -> None:
    made = list(try_limits(FACTS, DATA, NOW - timedelta(hours=1)))
    assert {each.flags for each in made} == {(0, 0, 0)}


def test_the_command_counts_by_what_the_sweep_has_kept_and_flags_nothing(
    database: Database,
) -> None:
    open_shops(database)
    ledger, shift = Process(database), datetime.now(UTC) - NOW

    def keep(tx: object) -> None:
        for each in FACTS:
            tx.execute(  # type: ignore[attr-defined]
                "INSERT INTO fraud_facts (id, kind, card, shop, at, amount, held)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(each.id, each.kind.value, each.card, each.shop, encode(each.at + shift)),
                    *(each.amount.amount, each.held.amount),
                ),
            )

    ledger.act(keep)
    assert len(ledger.act(lambda tx: facts_since(tx, NOW + shift - timedelta(days=2)))) == 7

    done = CliRunner().invoke(
        app, ["ledger", "flags", "tune"], env={"IEUM_LEDGER_DATABASE": str(database)}
    )

    assert done.exit_code == 0, done.output
    [line] = [each for each in done.stdout.splitlines() if each.startswith("two_places")]
    assert line.split()[2:] == ["30:", "1", "60:", "1", "120:", "2"]
    assert ledger.act(fraud_flags.open_flags) == []
