"""The demo's folder: one demo at a time, nobody else's eyes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from composition.demo.home import Home, running_demo
from pos.domain.errors import StoreInUse

ROOT = Path(__file__).resolve().parents[2]


def test_a_second_demo_in_the_folder_is_refused_before_it_touches_anything(tmp_path: Path) -> None:
    first = Home(tmp_path / "shop", ROOT)
    held = first.hold()
    first.make(fresh=False)
    (first.folder / "terminal.db").write_text("a day's sales")
    with pytest.raises(StoreInUse):
        Home(tmp_path / "shop", ROOT).hold()
    assert (first.folder / "terminal.db").exists()
    held.close()
    Home(tmp_path / "shop", ROOT).hold().close()


def test_forgetting_the_last_demo_keeps_the_lock(tmp_path: Path) -> None:
    home = Home(tmp_path / "shop", ROOT)
    held = home.hold()
    home.make(fresh=True)
    with pytest.raises(StoreInUse):
        home.hold()
    held.close()


def test_the_folder_is_its_owners_alone_even_if_it_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir(mode=0o755)
    home = Home(folder, ROOT)
    home.make(fresh=False)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for secret in ("operator.token", "terminal_keys.json", "ledger_keys.json", "card_keys.json"):
        assert stat.S_IMODE((folder / secret).stat().st_mode) == 0o600


def test_a_running_demo_is_found_and_one_that_left_is_not(tmp_path: Path) -> None:
    home = Home(tmp_path / "shop", ROOT)
    home.make(fresh=False)
    assert running_demo(home.folder) == {}
    home.note({"pid": os.getpid(), "cards": "x"})
    assert running_demo(home.folder)["cards"] == "x"
    home.leave()
    assert running_demo(home.folder) == {}
