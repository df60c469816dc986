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
    for (state, event), targets in TRANSITIONS.items():
        row = next(
            r for r in text.splitlines() if r.startswith(f"| `{state.value}` | {event.__name__}:")
        )
        assert all(f"`{target.value}`" in row.rsplit("|", 2)[1] for target in targets)
