"""The page of hostile inputs names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_test_that_the_page_names_is_there() -> None:
    page = (ROOT / "docs" / "adversarial.md").read_text("utf-8")
    named = re.findall(r"`(tests/\S+\.py)::(\w+)`", page)
    assert len(named) > 35
    for file, name in named:
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), f"{file}::{name}"
