"""Works out how much a card may approve by itself, pure. Knows no database, key, clock or line.

The ledger and the card both count upwards only. The card: its limit, all that was ever set aside for
it and reached it; and what it spent of that. The ledger: its own limit, all that it ever set aside. A
command that raises the card's limit is lost or not; so the ledger's is never below the card's, and the
reserve (the ledger's limit less what was drawn of it) covers what the card can still spend and what it
has spent that has not come in yet. The next question that the card asks says its limit, and no command
of before it can reach the card any more: the difference was lost, and is used again.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.policy.rows import OfflineAmountRow
from ledger.policy.terms import part_of
from pos.domain.won import ZERO, Won

LIMIT_MAX = Won(999_999_999_999)  # Twelve digits, what the command carries.


@dataclass(frozen=True, slots=True)
class Holds:
    """What a card says of its offline amount; both only rise.

    Attributes:
        limit: all that was ever set aside for it, as far as that reached it.
        spent: all that it ever approved by itself.
    """

    limit: Won = ZERO
    spent: Won = ZERO

    @property
    def left(self) -> Won:
        """What it can still approve by itself."""
        return self.limit - self.spent


@dataclass(frozen=True, slots=True)
class SetAside:
    """What the ledger keeps of a card.

    Attributes:
        limit: all that it ever set aside for the card; never below the card's own limit.
        seen: what the card said of itself last.
    """

    limit: Won = ZERO
    seen: Holds = Holds()


@dataclass(frozen=True, slots=True)
class Refresh:
    """What is to be done.

    Attributes:
        limit: the ledger's from now on, and what the card is told if it is above its own.
        moved: from the charged purse into the reserve; below zero: back.
    """

    limit: Won
    moved: Won


def is_plausible(kept: SetAside, said: Holds) -> bool:
    """Tell whether a card can hold what it says: nothing falls, and it has no more than it was given.

    What is not plausible comes from a copy of the card, or from one that was put back.
    """
    return (
        kept.seen.limit <= said.limit <= kept.limit and kept.seen.spent <= said.spent <= said.limit
    )


def target(left: Won, charged: Won, row: OfflineAmountRow | None) -> Won:
    """Return how much should lie on a card.

    Args:
        left: what lies on it.
        charged: what could be set aside, lost commands included.
        row: the rule in force; None: nothing is set aside.
    """
    if row is None:
        return ZERO
    wanted = min(row.ceiling, part_of(charged + left, row.share_bp)).amount
    return Won(wanted - wanted % row.step.amount)


def refresh(
    kept: SetAside, said: Holds, *, charged: Won, reserve: Won, row: OfflineAmountRow | None
) -> Refresh | None:
    """Return how a card is topped up; None where what it says is not plausible: nothing is touched.

    A card is never told less than it holds. What was set aside and lost on the way is used first;
    what is left of it goes back to the charged purse.
    """
    if not is_plausible(kept, said):
        return None
    lost = kept.limit - said.limit
    wanted = target(said.left, charged + lost, row)
    limit = min(LIMIT_MAX, said.limit + max(ZERO, wanted - said.left))
    return Refresh(limit, max(limit - kept.limit, -reserve))
