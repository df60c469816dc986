from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from composition.e_receipts import KEPT_MAX, KEPT_MS, EReceipts
from receipts.renderer import ReceiptRenderer
from tests.fakes import FixedClock
from tests.receipts.samples import SAMPLES, SHOP

SALE = SAMPLES["online_voucher"]


@pytest.fixture
async def shelf() -> AsyncIterator[tuple[EReceipts, FixedClock]]:
    clock = FixedClock()
    opened = EReceipts(ReceiptRenderer(SHOP, 42).to_html, clock)
    await opened.open("127.0.0.1", 0)
    yield opened, clock
    await opened.close()


async def get(url: str, method: str = "GET") -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.request(method, url)


async def test_a_customer_s_phone_gets_what_the_paper_says(
    shelf: tuple[EReceipts, FixedClock],
) -> None:
    page = await get(shelf[0].put(SALE.kind, SALE.body))
    assert page.status_code == 200
    for words in ("영수증", "10,500원", "629099******1234", "정책지원금", "20261124-0007"):
        assert words in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["cache-control"] == "no-store"
    assert (await get(shelf[0].put(SALE.kind, SALE.body), "HEAD")).text == ""


async def test_a_link_can_not_be_guessed_from_another(shelf: tuple[EReceipts, FixedClock]) -> None:
    one, other = (shelf[0].put(SALE.kind, SALE.body) for _ in range(2))
    assert one != other
    assert len(one.rpartition("/")[2]) >= 22
    for wrong in (one[:-1], one + "A", one.replace("/r/", "/"), one.rpartition("/")[0] + "/"):
        assert (await get(wrong)).status_code == 404
    assert (await get(one, "POST")).status_code == 405


async def test_a_page_is_gone_after_a_day_and_the_oldest_where_there_are_too_many(
    shelf: tuple[EReceipts, FixedClock],
) -> None:
    receipts, clock = shelf
    first = receipts.put(SALE.kind, SALE.body)
    for _ in range(KEPT_MAX):
        last = receipts.put(SALE.kind, SALE.body)
    assert (await get(first)).status_code == 404
    assert (await get(last)).status_code == 200
    clock.time += timedelta(milliseconds=KEPT_MS + 1)
    assert (await get(last)).status_code == 404


@pytest.mark.parametrize(
    "sent", [b"", b"\x00" * 9_000, b"GET /r/\xff\xff HTTP/1.1\r\n\r\n", b"GET\r\n\r\n"]
)
async def test_nonsense_ends_and_harms_nobody(
    shelf: tuple[EReceipts, FixedClock], sent: bytes
) -> None:
    link = shelf[0].put(SALE.kind, SALE.body)
    port = int(link.split(":")[2].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    writer.write_eof()
    answer = await reader.read()
    assert answer == b"" or answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 405"))
    writer.close()
    assert (await get(link)).status_code == 200


async def test_a_body_of_another_shape_is_refused(shelf: tuple[EReceipts, FixedClock]) -> None:
    with pytest.raises(ValueError, match=r"."):
        shelf[0].put(SALE.kind, {"type": "Something"})


async def test_the_last_sale_s_link_leads_to_its_receipt(
    shelf: tuple[EReceipts, FixedClock],
) -> None:
    from pos.services.e_receipt import EReceipt
    from tests.world import World

    world = World()
    service = EReceipt(store=world.store, links=shelf[0])
    assert await service.last_link() == ""
    world.counter.scan("101")
    sale = await world.cash.pay()
    page = await get(await service.last_link())
    assert sale.receipt_number in page.text
