"""The bugs that the simulation must find, each of a kind that has cost shops money. Only ever for proving it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.faults import Fault
from tests.simulation.planted import asking, giving_back, keeping

Plant = Callable[[pytest.MonkeyPatch], None]

PLANTS: tuple[Plant, ...] = (
    asking.no_tombstone,
    asking.new_id_on_retry,
    asking.declined_on_silence,
    asking.declined_at_restart,
    keeping.approval_apart_from_the_sale,
    keeping.told_before_written,
    keeping.receipt_not_queued,
    keeping.dropped_without_reversal,
    keeping.drawer_at_each_attempt,
    keeping.copies_unmarked,
    keeping.not_synced,
    keeping.copy_keeps_its_incarnation,
    keeping.sent_is_settled,
    keeping.newest_first,
    keeping.receivable_not_opened,
    giving_back.refunded_at_each_press,
    giving_back.card_refunded_in_cash,
    giving_back.fee_kept_on_refund,
    giving_back.tax_by_line,
    giving_back.order_accepted_at_each_press,
)

ONLY: dict[Plant, frozenset[Fault]] = {
    giving_back.refunded_at_each_press: frozenset({Fault.OPERATOR}),
    giving_back.order_accepted_at_each_press: frozenset({Fault.OPERATOR}),
}
"""The faults of the days on which a bug is hunted, where others keep the till from it; else any may come."""
