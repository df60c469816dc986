"""All the city's dated rules together, asked by shop and day. Never knows a payment or a purse."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ledger.policy import rows
from ledger.policy.calendar import Calendar
from ledger.policy.dated import all_in_force, in_force
from ledger.policy.shop import Shop, ShopFacts
from ledger.policy.terms import Terms, part_of
from pos.domain.rates import share
from pos.domain.won import ZERO, Won

MEMO_MAX = 4_096  # Shop-days; a city's shops ask for the same two or three days over and over.


@dataclass(frozen=True)
class Policy:
    """Every row that was ever entered; the oldest report can be made again from them."""

    cashback: tuple[rows.CashbackRow, ...] = ()
    districts: tuple[rows.DistrictRow, ...] = ()
    win_win: tuple[rows.WinWinRow, ...] = ()
    fees: tuple[rows.FeeRow, ...] = ()
    supports: tuple[rows.SupportRow, ...] = ()
    commissions: tuple[rows.CommissionRow, ...] = ()
    eligibility: tuple[rows.EligibilityRow, ...] = ()
    grants: tuple[rows.GrantRow, ...] = ()
    coupons: tuple[rows.CouponRow, ...] = ()
    offline_amounts: tuple[rows.OfflineAmountRow, ...] = ()
    pay_outs: tuple[rows.PayOutRow, ...] = ()
    calendar: Calendar = field(default=Calendar(()))
    _memo: dict[tuple[Shop, date, date], Terms] = field(
        default_factory=dict[tuple[Shop, date, date], Terms], init=False, repr=False, compare=False
    )

    def terms(self, shop: Shop, day: date, known_on: date | None = None) -> Terms:
        """Return what holds for a shop on a day.

        Args:
            shop: whose history says which facts held.
            day: of the payment.
            known_on: by what was known on this day; None: on the day itself.

        Raises:
            LookupError: no rule was known yet.
        """
        key = (shop, day, day if known_on is None else known_on)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= MEMO_MAX:
                self._memo.clear()
            found = self._memo[key] = self._terms(*key)
        return found

    def _terms(self, shop: Shop, day: date, known: date) -> Terms:
        facts = shop.on(day, known)
        cashback = in_force(self.cashback, day, known)
        if cashback is None:
            raise LookupError(f"no terms in force on {day}")
        city_bp = cashback.bp(shop.id, facts)
        extra = self._district(shop, facts, day, known) if city_bp else None
        fee_bp = self.fee_bp("check", facts, day, known)
        posted = [each for each in all_in_force(self.commissions, day, known) if each.posted]
        charged = {each.channel: _newest(each.channel, posted) for each in posted}
        return Terms(
            day=day,
            cashback_bp=city_bp,
            cashback_monthly_spend=cashback.monthly_spend,
            fee_bp=fee_bp,
            fee_support_bp=self._support_bp(fee_bp, facts, day, known),
            commission_bp={name: row.bp for name, row in charged.items()},
            commission_vat_bp={name: row.vat_bp for name, row in charged.items()},
            district_bp=0 if extra is None else extra.bp,
            district="" if extra is None else extra.district,
            merchant_funded_bp=self._win_win_bp(facts, day, known),
            eligible=self.takes_vouchers(facts, day, known),
        )

    def fee_bp(self, card: str, facts: ShopFacts, day: date, known_on: date) -> int:
        """Return what a card payment costs a shop: `check` (vouchers too) or `credit`."""
        row = in_force((each for each in self.fees if each.card == card), day, known_on)
        if row is None:
            return 0
        tier = rows.tier_of(row.tiers, facts.annual_sales)
        above_all = tier.sales_max is None
        return facts.fee_bp if above_all and facts.fee_bp is not None else tier.bp

    def takes_vouchers(self, facts: ShopFacts, day: date, known_on: date) -> bool:
        """Tell whether a shop takes the voucher card; one above 30억 does, it only earns none."""
        row = in_force(self.eligibility, day, known_on)
        return row is None or facts.category not in row.excluded

    def commission(
        self,
        channel: str,
        total: Won,
        day: date,
        *,
        bracket: str = "",
        known_on: date | None = None,
    ) -> tuple[Won, Won]:
        """Return what an order costs on any channel, and the VAT on it; each rounded half up.

        Raises:
            LookupError: the channel had no rate, or not in this bracket.
        """
        known = day if known_on is None else known_on
        asked = (e for e in self.commissions if (e.channel, e.bracket) == (channel, bracket))
        row = in_force(asked, day, known)
        if row is None:
            raise LookupError(f"no rate of {channel} {bracket} on {day}")
        fee = share(total, row.bp)
        return fee, share(fee, row.vat_bp)

    def live_grants(self, day: date) -> tuple[rows.GrantRow, ...]:
        """Return the programmes whose money may be spent on a day, the soonest to end first."""
        living = all_in_force(self.grants, day, day)
        return tuple(sorted(living, key=lambda row: (row.span.valid_until or date.max, row.id)))

    def coupon(self, kind: str, day: date) -> rows.CouponRow | None:
        """Return what holds for a kind of coupon on a day; None: it has ended, or not begun."""
        return in_force((each for each in self.coupons if each.id == kind), day, day)

    def coupon_worth(self, kind: str, shop: Shop, amount: Won, day: date) -> tuple[Won, str]:
        """Return what a coupon of this kind pays of a payment, and who pays that; 0 won: nothing."""
        row = self.coupon(kind, day)
        if row is None or amount < row.minimum or not row.where.fits(shop.id, shop.on(day, day)):
            return ZERO, ""
        worth = row.amount or part_of(amount, row.bp)
        limits = [worth, amount] + ([] if row.at_most is None else [row.at_most])
        return min(limits), row.issuer

    def offline_amount(self, day: date, known_on: date) -> rows.OfflineAmountRow | None:
        """Return what may lie on a card for payments without the line; None: nothing is set aside."""
        return in_force(self.offline_amounts, day, known_on)

    def pay_day(self, shop: Shop, sold_on: date) -> date:
        """Return when a shop is paid for a day.

        Raises:
            LookupError: no rule says, or the calendar ends before.
        """
        return self.calendar.pay_day(sold_on, self.pay_days(shop, sold_on))

    def pay_days(self, shop: Shop, sold_on: date) -> int:
        """Return how many business days after a day a shop is paid for it.

        Raises:
            LookupError: no rule says.
        """
        row = in_force(self.pay_outs, sold_on, sold_on)
        own = shop.on(sold_on, sold_on).pay_days
        if row is None:
            raise LookupError(f"no pay day for sales of {sold_on}")
        return row.business_days if own is None else own

    def _district(
        self, shop: Shop, facts: ShopFacts, day: date, known_on: date
    ) -> rows.DistrictRow | None:
        mine = (each for each in self.districts if each.district == facts.district)
        row = in_force(mine, day, known_on)
        return row if row is not None and row.where.fits(shop.id, facts) else None

    def _support_bp(self, fee_bp: int, facts: ShopFacts, day: date, known_on: date) -> int:
        row = in_force(self.supports, day, known_on)
        if row is None:
            return 0
        biggest = row.tiers[-1].sales_max
        if biggest is not None and facts.annual_sales > biggest:
            return 0
        return max(0, fee_bp - rows.tier_of(row.tiers, facts.annual_sales).bp)

    def _win_win_bp(self, facts: ShopFacts, day: date, known_on: date) -> int:
        row = in_force(self.win_win, day, known_on)
        if row is None or not facts.win_win_bp:
            return 0
        return facts.win_win_bp if row.bp_min <= facts.win_win_bp <= row.bp_max else 0


def _newest(channel: str, holding: list[rows.CommissionRow]) -> rows.CommissionRow:
    mine = (each for each in holding if each.channel == channel)
    return max(mine, key=lambda row: (row.span.valid_from, row.span.known_from))
