"""Products are offered in the mall from the shop's own catalogue, by scan or by number."""

from __future__ import annotations

from pos.domain.events import from_record
from pos.domain.mall import MallProduct, MallPublished
from pos.domain.won import Won
from tests.ui.till import RICE_CAKE, SNACK, a_till


async def test_a_product_is_offered_at_the_shops_price_and_others_stay() -> None:
    async with a_till() as till:
        await till.keys("f3", "s", "m")
        await till.write(f"10*{SNACK}\r")
        await till.write(f"3*{RICE_CAKE}\r")
        await till.write("7*999\r")
        assert "등록되지 않은 상품" in till.message
        told = [from_record(each) for each in till.world.store.waiting]
        assert [each.products for each in told if isinstance(each, MallPublished)] == [
            (MallProduct(SNACK, "새우깡", Won(1_500), 10),),
            (MallProduct(RICE_CAKE, "떡볶이", Won(5_000), 3),),
        ]
        await till.write(f"0*{SNACK}\r")
        stocks = {each.code: each.stock for each in await till.world.mall.products()}
        assert stocks == {SNACK: 0, RICE_CAKE: 3}
