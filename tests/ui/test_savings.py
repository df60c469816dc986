"""The owner sees what the month saved, and the whole sum."""

from __future__ import annotations

from pos.domain.events import to_record
from pos.domain.order_events import OrderPosted
from pos.domain.won import Won
from pos.ports import Change
from tests.ui.till import a_till


async def test_the_month_says_what_it_saved_and_shows_the_sum() -> None:
    async with a_till() as till:
        now = till.world.clock.now()
        posted = [OrderPosted(f"k{n}", Won(25_000), Won(250), now) for n in range(40)]
        await till.world.store.commit(Change(records=tuple(map(to_record, posted))))
        await till.keys("f4")
        assert "108,800원" in till.message
        await till.keys("m")
        rows = till.rows("sum")
        assert rows["중개수수료 7.8 %"] == "78,000원"
        assert rows["결제수수료 3 %"] == "30,000원"
        assert rows["광고비 0 %"] == "0원"
        assert rows["위의 부가세 10 %"] == "10,800원"
        assert rows["실제 낸 중개수수료"] == "10,000원"
        assert rows["주문 1,000,000원마다"] == "108,800원"
        await till.keys("left")
        assert till.rows("sum")["주문 1,000,000원마다"] == "0원"
