"""What is sent as arrays arrives as it was, whatever stands in it."""

from __future__ import annotations

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.server.postgres.batches import array, fetches
from ledger.server.tables import CARDS, PAYMENTS, Needs

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


def test_rows_are_asked_for_once_and_in_order_whatever_the_jobs_order() -> None:
    names = [f"{number * 37 % 101:03d}" for number in range(101)]
    jobs = [Needs(payments=(each,), cards=(each.encode(),)) for each in names]

    asked = fetches([*jobs, *jobs])

    assert [each.table for each in asked][:2] == [PAYMENTS, CARDS]
    assert asked[0].asked == tuple((each,) for each in sorted(names))
    assert asked == fetches(jobs[::-1])


def test_nothing_is_fetched_for_jobs_that_need_nothing() -> None:
    assert fetches([Needs()]) == []
