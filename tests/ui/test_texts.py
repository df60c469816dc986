"""Every text on the screens has its Korean, with the same facts in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pos.ui
from pos.domain.order import OrderState
from pos.domain.payment_answers import DeclineReason
from pos.domain.tender import ApprovalMode, Purse
from pos.ui import i18n, words
from pos.ui.i18n.po import read_po
from tests.ui.till import SNACK, a_till
from tests.world import World

UI = Path(pos.ui.__file__).parent
FACT = re.compile(r"\{(\w+)\}")


def used() -> set[str]:
    calls = (
        node
        for path in UI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    )
    return {ast.literal_eval(call.args[0]) for call in calls}


def catalogue(language: str) -> dict[str, str]:
    return read_po((UI / "i18n" / f"{language}.po").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_each_message_in_use_is_translated_and_none_is_left_over(language: str) -> None:
    assert used() == set(catalogue(language))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_translation_names_the_same_facts(language: str) -> None:
    for message, text in catalogue(language).items():
        assert set(FACT.findall(message)) == set(FACT.findall(text)), message


def test_every_code_of_the_domain_has_words() -> None:
    i18n.use("ko")
    said = [words.decline_text(each) for each in DeclineReason]
    said += [words.order_state_word(each) for each in OrderState]
    said += [words.mode_word(each) for each in ApprovalMode]
    said += [words.purse_word(each) for each in Purse]
    said += [words.reject_word(each) for each in words.REJECT_REASONS]
    assert len(said) == len(set(said))
    assert all(re.search("[가-힣]", text) for text in said)


async def test_the_till_speaks_english_where_the_shop_wants_it() -> None:
    try:
        async with a_till(World(language="en")) as till:
            await till.write(f"{SNACK}\r999\r")
            assert "No such product" in till.message
            assert "Voucher" in till.text() or "voucher" in till.text()
    finally:
        i18n.use("ko")
