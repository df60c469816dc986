"""The customer's own screen: what it shows of each moment, and that it can't be spoilt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from composition.display_session import views_of
from drivers.conformance.displays import CHANGE, RINGING_UP, WELCOME
from drivers.displays.screen_link import ScreenLink
from pos.domain.customer_view import CustomerView, Moment, ShownLine
from pos.domain.won import Won
from pos.ui.customer_app import CustomerApp
from pos.ui.widgets.qr_picture import QrPicture
from tests.pos.domain.test_qr_codes import SHOP

QR = replace(RINGING_UP, moment=Moment.PAY_BY_QR, code=SHOP.text, asked=Won(12_500))


def text_of(app: CustomerApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def seen(*views: CustomerView | None, size: tuple[int, int] = (80, 40)) -> str:
    """Return what the screen says after these views."""

    async def given() -> AsyncIterator[CustomerView | None]:
        for view in views:
            yield view
            await asyncio.sleep(0)

    app = CustomerApp(given)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        return text_of(app)


async def test_each_moment_says_what_the_customer_wants_to_know() -> None:
    assert "어서 오세요" in await seen(WELCOME)
    ringing = await seen(RINGING_UP)
    assert "흰우유 1L" in ringing
    assert "2,900" in ringing
    assert "거스름돈" in await seen(CHANGE)
    assert "앱으로 이 코드를 스캔" in await seen(QR)
    assert "열려 있지 않습니다" in await seen(WELCOME, None)
    assert "지금까지 결제: 1,000원" in await seen(replace(RINGING_UP, paid=Won(1_000)))


@pytest.mark.parametrize(("size", "drawn"), [((80, 40), True), ((60, 36), True), ((80, 24), False)])
async def test_the_code_is_drawn_where_it_fits_and_said_where_not(
    size: tuple[int, int], drawn: bool
) -> None:
    async def given() -> AsyncIterator[CustomerView | None]:
        yield QR

    app = CustomerApp(given)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert app.query_one(QrPicture).display is drawn
        assert ("종이로" in text_of(app)) is not drawn


async def test_the_last_of_many_lines_stay_in_sight() -> None:
    lines = tuple(ShownLine(f"상품{number}", 1, Won(1_000)) for number in range(90))
    said = await seen(replace(RINGING_UP, lines=lines))
    assert "상품89" in said
    assert "상품10 " not in said


async def test_a_name_from_outside_carries_no_command() -> None:
    bad = "\x1b]52;c;AAAA\x07[@click=app.quit]x\u202e"
    said = await seen(replace(RINGING_UP, shop=bad, lines=(ShownLine(bad, 1, Won(1)),)))
    assert "\x1b" not in said
    assert "[@click=app.quit]x" in said  # Shown as the letters that it is made of.


async def test_a_screen_follows_the_till_over_the_socket_and_its_restart(tmp_path: Path) -> None:
    path = tmp_path / "display.sock"
    views = views_of(path)
    assert await anext(views) is None  # No till yet.
    link = ScreenLink(path)
    await link.show(RINGING_UP)
    assert await asyncio.wait_for(anext(views), 5) == RINGING_UP
    await link.close()
    assert await asyncio.wait_for(anext(views), 5) is None
    await link.show(CHANGE)
    assert await asyncio.wait_for(anext(views), 5) == CHANGE
    await views.aclose()
    await link.close()
