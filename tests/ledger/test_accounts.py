"""The accounts' names: which have a floor, and whose they are."""

from __future__ import annotations

import pytest

from ledger.server import accounts
from pos.domain.tender import Purse


@pytest.mark.parametrize("card", ["rich", "c:1"])
@pytest.mark.parametrize("programme", ["2026-autumn", "cashback"])
def test_every_purse_and_reserve_has_a_floor_and_its_card(card: str, programme: str) -> None:
    names = [accounts.purse(card, which) for which in Purse]
    names += [accounts.grant(card, programme), accounts.offline_reserve(card)]

    for name in names:
        assert accounts.has_floor(name)
        assert accounts.card_of(name) == card


def test_who_pays_a_programme_or_a_coupon_has_no_floor() -> None:
    names = (accounts.grant_fund("p"), accounts.coupon("city"), accounts.district_fund("seo"))

    assert not any(accounts.has_floor(name) for name in names)
    assert [accounts.has_coupon((name,)) for name in names] == [False, True, False]
