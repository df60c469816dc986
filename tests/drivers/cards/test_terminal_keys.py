"""The terminal's key file: read once, refused in words when it is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drivers.cards.terminal_keys import load_terminal_keys
from drivers.simulators.card.keys import CA_BITS, CA_INDEX, TERMINAL_FILE
from pos.domain.errors import ConfigError
from tests.drivers.cards.cardworld import CardWorld


def test_the_keys_are_read(world: CardWorld) -> None:
    keys = load_terminal_keys(world.keys / TERMINAL_FILE)
    assert keys.ca_keys[CA_INDEX].size == CA_BITS // 8
    assert keys.sealing_public == world.ledger.sealing_private.public_key()


def test_the_ledgers_public_key_and_the_hotlists_are_the_ledgers_own(world: CardWorld) -> None:
    keys = load_terminal_keys(world.keys / TERMINAL_FILE)
    assert keys.ledger_public == world.ledger.signing_private.public_key().public_bytes_raw()
    assert keys.hotlist_key == world.ledger.hotlist_key


def test_a_file_of_before_the_hotlist_is_good_without_it(world: CardWorld, tmp_path: Path) -> None:
    raw = json.loads((world.keys / TERMINAL_FILE).read_text())
    del raw["hotlist_key"], raw["ledger_public"]
    path = tmp_path / "terminal_keys.json"
    path.write_text(json.dumps(raw))

    keys = load_terminal_keys(path)

    assert (keys.hotlist_key, keys.ledger_public) == (None, None)


def test_the_terminals_secret_stays_out_of_the_repr(world: CardWorld) -> None:
    keys = load_terminal_keys(world.keys / TERMINAL_FILE)
    assert repr(keys.card_ref_key) not in repr(keys)
    assert repr(keys.hotlist_key) not in repr(keys)


def test_the_terminals_file_holds_no_secret_of_ledger_or_cards(world: CardWorld) -> None:
    raw = json.loads((world.keys / TERMINAL_FILE).read_text())
    own = {"card_ref_key", "hotlist_key"}
    assert raw.keys() == {"sealing_public", "ca_keys", "ledger_public", *own}
    assert raw["ca_keys"][0].keys() == {"index", "modulus", "exponent"}


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"sealing_public": "zz"}', '{"sealing_public": 5}']
)
def test_a_damaged_file_is_refused_and_not_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "terminal_keys.json"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        load_terminal_keys(path)
    assert caught.value.facts["where"] == "terminal_keys.json"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_terminal_keys(tmp_path / "none.json")


@pytest.mark.parametrize("name", ["card_ref_key", "hotlist_key", "ledger_public"])
def test_a_short_key_is_refused(world: CardWorld, tmp_path: Path, name: str) -> None:
    raw = json.loads((world.keys / TERMINAL_FILE).read_text()) | {name: "00"}
    path = tmp_path / "terminal_keys.json"
    path.write_text(json.dumps(raw))
    with pytest.raises(ConfigError, match=name):
        load_terminal_keys(path)
