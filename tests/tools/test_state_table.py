"""The document of the payment's states is what the code does."""

from __future__ import annotations

from pathlib import Path

from pos.domain.payment import TRANSITIONS, PaymentState
from tools.state_table import FILE, MEANINGS, table

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_is_current() -> None:
    text = (ROOT / FILE).read_text(encoding="utf-8")
    assert text == table(), "run: python -m tools.state_table"


def test_every_state_and_every_step_is_in_it() -> None:
    text = table()
    assert set(MEANINGS) == set(PaymentState)
    for (state, event), target in TRANSITIONS.items():
        assert f"| `{state.value}` | {event.__name__}" in text
        assert f"`{target.value}` |" in text
