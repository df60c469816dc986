"""What the operator's command about coupons does. Never shows a code twice: it is kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composition.ledger_books import Act
from ledger.server import bearer_coupons
from ledger.server.database import Tx
from ledger.server.operator_log import DONE
from ledger.server.rulebook import Rulebook

if TYPE_CHECKING:
    from composition.ledger_admin import Admin


def make_coupons(admin: Admin, kind: str, count: int) -> str:
    """Make coupons of a kind; returns their codes, one a line."""

    def make(tx: Tx) -> list[str]:
        book = Rulebook(admin.now)
        book.look(tx)
        if book.is_empty:
            raise LookupError("rules")
        return bearer_coupons.make(tx, kind, count, book.policy())

    act = Act("coupons make", f"{kind}, {count}", lambda codes: f"{DONE}: {len(codes)} made")
    return "".join(f"{code}\n" for code in admin.write(act, make))
