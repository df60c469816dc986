"""Selling on and on holds no more at the end than when all was warm. `IEUM_SOAK_SALES=20000` makes it hours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pos.ui import lone_keys, order_answer
from tests.ui.soak import soak

SALES = int(os.environ.get("IEUM_SOAK_SALES", "120"))
KIB_A_SALE = 32.0  # The day's own list and the record's pages; a leaked screen costs 100 and more.
SLACK_KIB = 8_192  # Textual's caches fill for some hundred sales.
ALIVE_MAX = 4  # Closed screens may wait for a deadline's end.


async def test_nothing_grows_while_it_sells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lone_keys, order_answer):  # Put back what the soak shortens.
        monkeypatch.setattr(module, "QUIET_SECONDS", module.QUIET_SECONDS)
    held = await soak(tmp_path, SALES, 4, lambda _each: None)
    warm, end = held[1], held[-1]
    assert end.files <= warm.files + 2
    assert end.screens == warm.screens == 1
    assert end.alive <= held[0].alive + ALIVE_MAX  # Tests before this one may have left some.
    assert end.tasks <= warm.tasks + 4
    grown = end.memory_kib - warm.memory_kib
    assert grown <= SLACK_KIB + KIB_A_SALE * (end.sales - warm.sales)
