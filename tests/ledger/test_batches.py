"""What is sent as arrays arrives as it was, whatever stands in it."""

from __future__ import annotations

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.server.postgres.batches import Fetches, array
from ledger.server.postgres.homes import DIRECTORY, Homes
from ledger.server.tables import ACCOUNTS, CARD_COUNTERS, CARDS, PAYMENTS, Needs

texts = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))
VALUES = {
    "text": st.one_of(st.none(), texts, st.sampled_from(["NULL", "", '"', "\\", "{a,b}", ","])),
    "bigint": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
    "bytea": st.one_of(st.none(), st.binary()),
}


@given(
    columns=st.fixed_dictionaries(
        {kind: st.lists(values, max_size=20) for kind, values in VALUES.items()}
    )
)
@settings(max_examples=200, deadline=None)
def test_arrays_arrive_as_they_were(
    arrays_through: psycopg.Connection[tuple[object, ...]], columns: dict[str, list[object]]
) -> None:
    row = arrays_through.execute(
        "SELECT %s::text[], %s::bigint[], %s::bytea[]",
        [array(kind, columns[kind]) for kind in ("text", "bigint", "bytea")],
    ).fetchone()
    assert row == (columns["text"], columns["bigint"], columns["bytea"])


NAMES = [f"{number * 37 % 101:03d}" for number in range(101)]
JOBS = [Needs(payments=(each,), cards=(each.encode(),)) for each in NAMES]


def homes() -> Homes:
    """Return what knows each card, of a member of the same name."""
    known = Homes()
    for each in NAMES:
        known.learn(each.encode(), f"c{each}", f"m{each}")
    return known


def test_rows_are_asked_for_once_and_in_order_whatever_the_jobs_order() -> None:
    asked = Fetches([*JOBS, *JOBS], homes()).first()

    tables = [DIRECTORY, CARDS, CARD_COUNTERS, ACCOUNTS]
    assert [each.table for each in asked] == tables
    assert asked[0].asked == tuple(("payments", each) for each in sorted(NAMES))
    assert asked[2].asked == tuple((f"c{each}",) for each in sorted(NAMES))
    assert asked == Fetches(JOBS[::-1], homes()).first()


def test_cards_rows_wait_until_it_is_known_whose_they_are() -> None:
    """All of them: were some locked before the others, two servers could wait crosswise."""
    known = homes()
    known.forget()
    known.learn(b"000", "c000", "m000")
    fetches = Fetches(JOBS, known)
    assert [each.table for each in fetches.first()] == [DIRECTORY, CARDS]

    for each in NAMES:
        known.learn(each.encode(), f"c{each}", f"m{each}")
    asked = fetches.second([("payments", "007", 9, "c007"), None])

    assert [each.table for each in asked] == [CARD_COUNTERS, ACCOUNTS, PAYMENTS]
    assert asked[0].asked == tuple((f"c{each}",) for each in sorted(NAMES))
    assert asked[2].asked == (("007",),)


def test_what_was_paid_brings_its_card_along() -> None:
    asked = Fetches([Needs(payments=("p",))], Homes()).second([("payments", "p", 9, "c1")])

    assert [(each.table, each.asked) for each in asked] == [
        (CARD_COUNTERS, (("c1",),)),
        (ACCOUNTS, ()),
        (PAYMENTS, (("p",),)),
    ]


def test_nothing_is_fetched_for_jobs_that_need_nothing() -> None:
    fetches = Fetches([Needs()], Homes())

    assert fetches.first() == []
    assert fetches.second([]) == []
