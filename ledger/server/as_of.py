"""Works a shop's day out again by what was known on another day, and says what differs. Moves nothing.

A rate or a shop's size that becomes known late, or was wrong, is a further row with a later
`known_from`. Asked as of the day itself, a day comes to what was posted, for ever; asked as of today,
to what it should have been. The month's room is left as it was: cashback is worked out on the same
spend that it was earned on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.policy.policy import Policy
from ledger.policy.terms import Terms, part_of
from ledger.server import accounts, books, refund_rules, shops
from ledger.server.database import Tx
from ledger.server.refund_rules import Standing
from ledger.server.rules import Posting
from pos.domain.won import Won

_PAYMENTS = """\
SELECT p.id, payments.card, payments.cashback_base, payments.earned_on
FROM postings p JOIN payments ON payments.id = p.reference
WHERE p.day = ? AND p.kind = 'payment' AND p.id IN (
    SELECT posting FROM entries
    WHERE account = ? AND day = ? AND substr(account, 1, 9) = 'merchant:'
)
ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Restated:
    """A day's payments, before refunds: as posted, and as they come to by what was known.

    Attributes:
        difference: what would have to be moved more, by kind.
    """

    shop: str
    day: date
    known_on: date
    posted: Standing
    restated: Standing

    @property
    def difference(self) -> Standing:
        """What is missing from what was posted."""
        return self.restated - self.posted


def restate(
    tx: Tx, shop_id: str, day: date, policy: Policy, known_on: date | None = None
) -> Restated:
    """Work a day out again.

    Args:
        tx: the ledger.
        shop_id: whose day.
        day: of the postings.
        policy: every row there is; those known later are left out.
        known_on: by what was known on this day; None: on each posting's own day.

    Raises:
        LookupError: no rule was known yet.
    """
    shop = shops.find(tx, shop_id)
    posted, again, on = Standing(), Standing(), day.isoformat()
    for takings in accounts.takings_of_shop(shops.devices(tx, shop_id), day):
        for number, card, base, earned_on in list(tx.execute(_PAYMENTS, (on, takings, on))):
            posting = books.posting(tx, number, on)
            paid_on = day if earned_on is None else date.fromisoformat(earned_on)
            terms = policy.terms(shop, paid_on, day if known_on is None else known_on)
            posted += refund_rules.as_posted(posting, card, Won(base))
            again += by_terms(posting, card, Won(base), terms)
    return Restated(shop_id, day, day if known_on is None else known_on, posted, again)


def by_terms(posting: Posting, card: str, base: Won, terms: Terms) -> Standing:
    """Return what a payment comes to by some terms, on the spend that its cashback was earned on."""
    drawn = refund_rules.draws(posting, card)
    amount = Won.total(won for _, won in drawn)
    own = Won.total(won for name, won in drawn if accounts.earns(name, card))
    return Standing(
        amount=amount,
        cashback=part_of(base, terms.cashback_bp),
        cashback_base=base,
        fee=part_of(amount, terms.fee_bp),
        fee_support=part_of(amount, terms.fee_support_bp),
        district_cashback=part_of(base, terms.district_bp),
        merchant_funded=part_of(own, terms.merchant_funded_bp),
    )
