"""The demo's card file and the keys made for it."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest

from drivers.simulators.card.keys import (
    CARD_FILE,
    LEDGER_FILE,
    TERMINAL_FILE,
    generate_keys,
    load_factory_keys,
)
from drivers.simulators.card.profiles import (
    CardFault,
    CardKind,
    CardStatus,
    load_profiles,
    luhn_is_valid,
)
from ledger.server.cardcrypto import load_ledger_keys
from pos.domain.errors import ConfigError
from pos.domain.won import Won
from tests.drivers.cards.cardworld import CARD_FILE_PATH

FILES = (TERMINAL_FILE, LEDGER_FILE, CARD_FILE)
VOUCHER = """
[[card]]
id = "one"
label_ko = "하나"
label_en = "One"
kind = "voucher"
pan = "6290990010001004"
member = "M-1"
"""


def test_the_demo_has_its_dozen_cards_and_a_phone() -> None:
    cards = {each.id: each for each in load_profiles(CARD_FILE_PATH)}
    honest = {"rich", "poor", "policy", "blocked", "expired", "zero", "offline", "offline_small"}
    assert set(cards) == honest | {"visa", "mastercard", "forged", "torn", "samsung"}
    assert cards["offline"].offline_limit == Won(50_000)
    assert cards["offline_small"].offline_limit == Won(3_000)
    assert cards["blocked"].status is CardStatus.BLOCKED
    assert cards["policy"].purses.policy == Won(100_000)
    assert cards["forged"].fault is CardFault.FORGED
    assert cards["torn"].fault is CardFault.TORN
    assert cards["visa"].kind is CardKind.VISA
    assert cards["visa"].pan == ""


def test_every_voucher_number_is_right_and_the_ledger_can_set_its_offline_amount_aside() -> None:
    for each in load_profiles(CARD_FILE_PATH):
        if each.kind is CardKind.VOUCHER:
            assert luhn_is_valid(each.pan)
            assert each.offline_limit <= each.purses.charged
            assert each.member


def test_a_wrong_check_digit_is_found() -> None:
    assert luhn_is_valid("6290990010001004")
    assert not luhn_is_valid("6290990010001005")


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("001004", "001005", "check digit"),
        ("629099", "411111", "629099"),
        ('"voucher"', '"visa"', "none here"),
        ('"voucher"', '"amex"', "amex"),
        ("member", "membre", "membre"),
        ('"하나"', '""', "text"),
        ("[[card]]", "[[card]]\noffline_limit = -1", "below 0"),
        ("[[card]]", "[[card]]\nexpiry = 'soon'", "expiry"),
        ("[[card]]", "[[card]]\npurses = { gold = 1 }", "purses"),
        ("[[card]]", "[[card", "card"),
        ("[[card]]", "[card]", "card"),
    ],
)
def test_a_wrong_card_is_refused_and_named(
    tmp_path: Path, was: str, becomes: str, named: str
) -> None:
    path = tmp_path / "cards.toml"
    path.write_text(VOUCHER.replace(was, becomes, 1))
    with pytest.raises(ConfigError, match=named):
        load_profiles(path)


def test_two_cards_of_one_number_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cards.toml"
    path.write_text(VOUCHER + VOUCHER.replace('"one"', '"two"'))
    with pytest.raises(ConfigError, match="pan x 2"):
        load_profiles(path)


def test_keys_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    profiles = load_profiles(CARD_FILE_PATH)
    began = time.monotonic()
    generate_keys(folder, profiles)
    assert time.monotonic() - began < 10  # Well under a second on an idle machine.
    first = [(folder / name).read_bytes() for name in FILES]
    for name in FILES:
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    generate_keys(folder, profiles)
    assert [(folder / name).read_bytes() for name in FILES] == first


def test_an_interrupted_making_is_made_anew(tmp_path: Path) -> None:
    profiles = load_profiles(CARD_FILE_PATH)
    generate_keys(tmp_path, profiles)
    (tmp_path / CARD_FILE).unlink()
    before = (tmp_path / LEDGER_FILE).read_bytes()
    generate_keys(tmp_path, profiles)
    assert (tmp_path / LEDGER_FILE).read_bytes() != before
    assert load_factory_keys(tmp_path / CARD_FILE).card_key_pairs


def test_keys_of_before_the_hotlist_get_what_they_lack_and_keep_the_rest(tmp_path: Path) -> None:
    profiles = load_profiles(CARD_FILE_PATH)
    generate_keys(tmp_path, profiles)
    new = {"signing_private", "ledger_public", "hotlist_key"}
    paths = [tmp_path / name for name in (TERMINAL_FILE, LEDGER_FILE)]
    before = [
        {k: v for k, v in json.loads(path.read_text()).items() if k not in new} for path in paths
    ]
    for path, content in zip(paths, before, strict=True):
        path.write_text(json.dumps(content))

    generate_keys(tmp_path, profiles)

    after = [json.loads(path.read_text()) for path in paths]
    assert [{k: v for k, v in each.items() if k not in new} for each in after] == before
    assert after[0]["hotlist_key"] == after[1]["hotlist_key"]
    assert (
        load_ledger_keys(paths[1]).signing_private.public_key().public_bytes_raw().hex()
        == (after[0]["ledger_public"])
    )


def test_keys_of_before_the_issuers_commands_get_theirs_the_same_on_both_sides(
    tmp_path: Path,
) -> None:
    profiles = load_profiles(CARD_FILE_PATH)
    generate_keys(tmp_path, profiles)
    paths = [tmp_path / name for name in (LEDGER_FILE, CARD_FILE)]
    for path in paths:
        kept = json.loads(path.read_text())
        del kept["issuer_script_key"]
        path.write_text(json.dumps(kept))
    assert load_ledger_keys(paths[0]).issuer_script_key is None

    generate_keys(tmp_path, profiles)

    script_key = load_ledger_keys(paths[0]).issuer_script_key
    assert script_key == load_factory_keys(paths[1]).issuer_script_key
    assert script_key is not None
    (tmp_path / CARD_FILE).write_text(
        json.dumps(json.loads(paths[1].read_text()) | {"issuer_script_key": "00" * 16})
    )
    generate_keys(
        tmp_path, profiles
    )  # Cut short between the two, the ledger's is the one that holds.
    assert load_factory_keys(paths[1]).issuer_script_key == script_key


def test_damaged_card_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / CARD_FILE
    path.write_text("{}")
    with pytest.raises(ConfigError, match="card_keys"):
        load_factory_keys(path)


def test_no_private_key_shows_in_a_repr(tmp_path: Path) -> None:
    generate_keys(tmp_path, load_profiles(CARD_FILE_PATH))
    keys = load_factory_keys(tmp_path / CARD_FILE)
    assert str(keys.issuer.private_exponent) not in repr(keys)
    assert repr(keys.issuer_master_key) not in repr(keys)
