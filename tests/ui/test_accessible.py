"""Every screen can be read, reached and heard: contrast as painted, touch, keys of the Hangul keyboard, sound."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from rich.color import Color
from textual.app import App
from textual.events import Key
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from config.screen_choice import NAME, ScreenFile
from config.settings import ScreenSettings
from pos.ports.screen import LOOKS, ScreenChoice, Unkept
from pos.ui.hangul_keys import _TWO_SET
from pos.ui.look import Look
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.screens.pick import PickScreen
from pos.ui.sounds import GAP_SECONDS, Cue
from pos.ui.widgets import figures, message_bar, notice
from pos.ui.widgets.choice_list import ChoiceList
from pos.ui.widgets.key_bar import KeyBar, KeyRow
from pos.ui.widgets.total_strip import TotalStrip
from pos.ui.widgets.touch_pad import TouchPad
from tests.ui.scenes import SCENES, shown
from tests.ui.test_help import screens
from tests.ui.till import RICE_CAKE, SMALL, SNACK, a_till
from tests.world import World

TEXT, LARGE_TEXT = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11.
BLOCKS = frozenset("█▀▄▁▂▃▅▆▇▌▐▊▎│─┃━┌┐└┘╭╮╰╯▔▕▏")


def luminance(color: Color) -> float:
    parts = [each / 255 for each in color.get_truecolor()]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def too_faint(app: App[None]) -> list[tuple[str, str, float]]:
    """Return what on the screen is fainter than it may be; what lies under a dialog is not in use."""
    screen, found = app.screen, []
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for segment in strip:
            style, text = segment.style, segment.text
            if text.strip() and style is not None and style.color and style.bgcolor:
                fore, back = style.color, style.bgcolor
                if style.reverse:
                    fore, back = back, fore
                needs = LARGE_TEXT if set(text.strip()) <= BLOCKS | {" "} else TEXT
                ratio = contrast(fore, back)
                owner = owner_of(screen, x, y)
                if ratio < needs and owner is not screen:
                    found.append((type(owner).__name__, text.strip(), round(ratio, 2)))
                assert not style.dim, text
            x += segment.cell_length
    return found


def owner_of(screen: Screen[object], x: int, y: int) -> Widget:
    widget, _region = screen.get_widget_at(x, y)
    return widget


def test_there_is_a_scene_of_every_screen() -> None:
    assert {scene.screen for scene in SCENES.values()} == screens()


def test_each_kind_and_level_has_a_sign_beside_its_colour() -> None:
    for marks in (message_bar.MARKS, notice.MARKS):
        assert len(set(marks.values())) == len(marks)
    assert len({figures.MARKS[tone] for tone in ("plain", "warning", "danger")}) == 3


def test_the_ratio_is_wcags_own() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", ["usual", "contrast_large"])
@pytest.mark.parametrize("name", SCENES)
async def test_all_that_is_painted_can_be_read(name: str, look: str) -> None:
    async with shown(name, size=SMALL, look=look) as app:
        assert too_faint(app) == []


@pytest.mark.parametrize("name", SCENES)
async def test_whatever_can_be_touched_is_three_rows_high(name: str) -> None:
    async with shown(name, size=SMALL, touch="on") as app:
        clickable = [each for each in app.screen.query("*") if acts_on_click(each)]
        assert any(isinstance(each, TouchPad) for each in clickable)
        for each in clickable:
            rows = each.rows_each if isinstance(each, ChoiceList) else visible(app, each).height
            assert rows >= 3, each
        pad = app.screen.query_one(TouchPad).region
        assert (pad.height, pad.bottom) == (3, SMALL[1])


def visible(app: App[None], widget: Widget) -> Region:
    return widget.region.intersection(app.screen.region)


def acts_on_click(widget: Widget) -> bool:
    """Tell whether a touch does something; a dialog's list is asked by its screen."""
    asked = isinstance(widget, ChoiceList) and isinstance(widget.screen, PickScreen)
    own = any(
        "on_click" in vars(each)
        for each in type(widget).__mro__[:-1]
        if each.__module__.startswith("pos.")
    )
    return bool(widget.display) and (own or asked)


async def test_a_sale_is_made_by_touch_alone() -> None:
    async with a_till() as till:
        await till.pilot.click(KeyBar, offset=(1, 1))
        assert till.app.screen.query(TouchPad)  # The first touch brings the keys.
        await till.keys("escape")
        pad = till.app.screen.query_one(TouchPad)
        for key in ("1", "0", "1", "enter"):
            await touch(till, pad, key)
        assert [RICE_CAKE] == [line.code for line in till.world.counter.sale.lines]
        await touch(till, till.app.screen.query_one(KeyBar), "f6")
        assert till.sold == 1


async def touch(till: object, bar: KeyRow, key: str) -> None:
    x = next(x for x in range(bar.size.width) if bar.key_at(x) == key)
    await till.pilot.click(bar, offset=(x, 1))  # type: ignore[attr-defined]
    await till.settle()  # type: ignore[attr-defined]


async def test_a_choice_is_touched_twice_also_where_the_list_has_moved() -> None:
    async with shown("looks", size=SMALL, touch="on") as app:
        choices = app.screen.query_one(ChoiceList)
        choices.place = len(choices._rows) - 1
        assert choices.place_at(0) > 0
        assert choices.place_at(choices.size.height - 1) == choices.place


def keyed() -> list[tuple[str, str, str]]:
    found = []
    assert screens()  # Which loads them all.
    for name, scene in SCENES.items():
        for each in KeyedScreen.__subclasses__():
            if each.__name__ == scene.screen:
                found += [
                    (name, k, each.LONE[k])
                    for k in each.LONE
                    if len(k) == 1 and k.isascii() and k.isalpha()
                ]
    return found


@pytest.mark.parametrize(("name", "key", "deed"), keyed())
async def test_a_letter_works_with_the_hangul_keyboard_on(
    name: str, key: str, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jamo = {latin: hangul for hangul, latin in _TWO_SET.items()}[key]
    async with shown(name, size=SMALL) as app:
        done: list[str] = []
        monkeypatch.setattr(app.screen, "press", done.append)
        for character in (key, jamo):
            app.post_message(Key(character, character))
            await asyncio.sleep(0.12)
        assert done == [deed, deed]


async def test_a_quantity_is_taken_with_the_hangul_keyboard_on() -> None:
    async with a_till() as till:
        await till.write(f"3ㅌ{SNACK}\r")
        assert [3] == [line.quantity for line in till.world.counter.sale.lines]


async def test_one_key_goes_through_the_looks_and_it_is_remembered(tmp_path: Path) -> None:
    kept = ScreenFile(ScreenSettings(), tmp_path)
    for look in (*LOOKS[1:], LOOKS[0], LOOKS[1]):
        async with a_till_with(kept) as till:
            height = till.app.screen.query_one(TotalStrip).size.height
            await till.keys("ctrl+t")
            await till.settle()
            assert kept.choice.look == look
            larger = till.app.screen.query_one(TotalStrip).size.height > height
            assert larger == (look in ("large", "contrast_large"))
            assert (till.app.theme == "ieum-contrast") == look.startswith("contrast")
    again = ScreenFile(ScreenSettings(look="contrast"), tmp_path)
    assert again.choice.look == LOOKS[1]


def a_till_with(keeper: object) -> object:
    from contextlib import asynccontextmanager
    from dataclasses import replace

    from pos.ui.app import IeumApp
    from tests.ui.till import Till

    @asynccontextmanager
    async def running():  # type: ignore[no-untyped-def]
        world = World()
        app = IeumApp(replace(world.terminal(), screen=keeper))  # type: ignore[arg-type]
        async with app.run_test(size=SMALL) as pilot:
            await pilot.pause()
            yield Till(world, app, pilot)

    return running()


@pytest.mark.parametrize("text", ["", "[]", '{"look": "pink", "sounds": true, "touch": "on"}', "{"])
def test_a_broken_file_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    assert ScreenFile(ScreenSettings(look="large"), tmp_path).choice.look == "large"


async def test_a_choice_is_written_whole(tmp_path: Path) -> None:
    await ScreenFile(ScreenSettings(), tmp_path).keep(ScreenChoice("contrast", sounds=False))
    kept = json.loads((tmp_path / NAME).read_text(encoding="utf-8"))
    assert kept == {"look": "contrast", "sounds": False, "touch": "auto"}


@pytest.mark.parametrize(
    ("sounds", "cue", "times"),
    [(True, Cue.DONE, 1), (True, Cue.REFUSED, 2), (True, Cue.ORDER, 3), (False, Cue.ORDER, 0)],
)
async def test_each_cue_is_told_by_its_number(sounds: bool, cue: Cue, times: int) -> None:
    heard: list[int] = []
    app: App[None] = App()
    async with app.run_test():
        look = Look(app, Unkept(ScreenChoice(sounds=sounds)), lambda: heard.append(1))
        look.sound(cue)
        look.sound(Cue.ORDER)  # Nothing is sounded over another.
        await asyncio.sleep(GAP_SECONDS * 3.5)
        assert len(heard) == times


async def test_a_sale_a_refusal_and_an_order_have_their_own_cues(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Cue] = []
    async with a_till() as till:
        monkeypatch.setattr(till.app.look, "sound", heard.append)
        await till.write("999\r")
        await till.write(f"{SNACK}\r")
        await till.keys("f6")
        assert heard == [Cue.REFUSED, Cue.DONE]
