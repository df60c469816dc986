"""F1 on every screen, searchable, in both languages; a screen without help is found here."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from textual.screen import Screen
from textual.widgets import Static

import pos.ui.screens
from pos.ui import i18n
from pos.ui.help_topics import found, topics
from pos.ui.screens.keyed import KeyedScreen
from tests.fakes import ScriptedReader
from tests.ui.till import LARGE, RICE_CAKE, SMALL, Till, a_till
from tests.world import World


def screens() -> set[str]:
    names = set()
    for module in pkgutil.iter_modules(pos.ui.screens.__path__):
        loaded = importlib.import_module(f"pos.ui.screens.{module.name}")
        names |= {
            name
            for name, each in vars(loaded).items()
            if isinstance(each, type)
            and issubclass(each, Screen)
            and each.__module__ == loaded.__name__
            and each is not KeyedScreen
        }
    return names


def said(till: Till) -> str:
    return str(till.app.screen.query_one(".said", Static).content)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_screen_has_its_help(language: str) -> None:
    i18n.use(language)
    try:
        told = topics()
        assert screens() == set(told)
        for name, topic in told.items():
            assert len(topic.lines) >= 2, name
            hangul = [bool(re.search("[가-힣]", line)) for line in topic.lines]
            assert all(hangul) if language == "ko" else not any(hangul), name
    finally:
        i18n.use("ko")


def test_a_search_finds_all_of_its_words_and_shows_what_holds_them() -> None:
    i18n.use("ko")
    [topic] = found(topics(), "차액 한도")
    assert any("한도" in line for line in topic.lines)
    assert found(topics(), "없는말입니다") == []
    assert len(found(topics(), "")) == len(topics())


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_f1_shows_the_help_of_where_one_is_and_goes_back(size: tuple[int, int]) -> None:
    async with a_till(size=size) as till:
        for key, screen in (
            ("f7", "RefundScreen"),
            ("f9", "ShiftScreen"),
            ("f8", "TechnicianScreen"),
        ):
            await till.keys(key, "f1")
            assert topics()[screen].title in said(till)
            await till.keys("f1")
            assert till.screen == screen
            await till.keys("f1", "escape", "escape")
            assert till.screen == "SellingScreen"


async def test_a_word_searches_all_of_it_offline() -> None:
    async with a_till() as till:
        await till.keys("f1")
        await till.write("PIN")
        assert topics()["PinScreen"].title in said(till)
        await till.keys("escape")
        assert topics()["SellingScreen"].title in said(till)
        await till.keys("escape")
        assert till.screen == "SellingScreen"


async def test_help_never_covers_a_payment_under_way() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5", "f1")
        assert till.screen == "PaymentScreen"
