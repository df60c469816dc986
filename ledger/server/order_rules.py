"""What giving an order back does to the books, pure. Knows no database, clock or line."""

from __future__ import annotations

from ledger.server import accounts
from ledger.server.rules import Posting, make_posting
from pos.domain.won import ZERO, Won


def order_refund(
    *, reference: str, amount: Won, commission_back: Won, paid_in_app: bool, takings: str
) -> Posting | None:
    """Return the posting that gives a part of an order back: the app's part to the app, and its commission.

    Paid at the door, the till gives the money back and only the commission comes; None if that is 0.
    """
    collected = amount if paid_in_app else ZERO
    if not collected and not commission_back:
        return None
    return make_posting(
        "order_refund",
        reference,
        (
            (accounts.DELIVERY_CLEARING, collected),
            (takings, -collected),
            (takings, commission_back),
            (accounts.COMMISSION, -commission_back),
        ),
    )
