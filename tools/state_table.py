"""Writes the table of a payment's states from the code that steps it. Never a second truth."""

from __future__ import annotations

from pathlib import Path

from pos.domain import payment
from pos.domain.payment import (
    OPEN,
    STANDING,
    TRANSITIONS,
    PaymentState,
)

FILE = Path("docs") / "payment-states.md"
MEANINGS = {
    PaymentState.INTENT: "written down; neither card nor line touched",
    PaymentState.SENT: "the request may have left",
    PaymentState.APPROVED: "the ledger said yes; the customer has paid",
    PaymentState.DECLINED: "nothing was drawn",
    PaymentState.UNKNOWN: "no answer came: the money may have moved",
    PaymentState.REVERSING: "the ledger is told to give it back, until it acknowledges",
    PaymentState.REVERSED: "given back, or never drawn; a tombstone stands at the ledger",
    PaymentState.OFFLINE_GUARANTEED: "approved by the card out of money set aside; to be forwarded",
    PaymentState.OFFLINE_AT_RISK: "approved by the shop's own limits; to be forwarded",
    PaymentState.FORWARDED: "the ledger posted what was approved offline",
    PaymentState.FORWARD_DECLINED: "the ledger would not: a receivable",
    PaymentState.RECEIVABLE_CLOSED: "a person closed the receivable, saying how",
    PaymentState.VOIDED: "given back whole on its day; the ledger is told",
    PaymentState.PARTLY_REFUNDED: "a part was given back; the ledger is told",
    PaymentState.FULLY_REFUNDED: "all of it was given back; the ledger is told",
    PaymentState.ABANDONED: "ended before anything was asked",
}


def table() -> str:
    """Return the document: states with their meaning, then every step there is."""
    lines = [
        "# The states of a payment",
        "",
        "Written from `pos/domain/payment.py` by `python -m tools.state_table`; a test keeps it so.",
        "",
        "| state | meaning | customer has paid | a restart resolves it |",
        "|---|---|---|---|",
    ]
    for state in PaymentState:
        paid, opened = ("yes" if state in group else "" for group in (STANDING, OPEN))
        lines.append(f"| `{state.value}` | {MEANINGS[state]} | {paid} | {opened} |")
    lines += ["", "| in state | event | next |", "|---|---|---|"]
    for (state, event), targets in TRANSITIONS.items():
        next_states = " or ".join(f"`{target.value}`" for target in targets)
        lines.append(
            f"| `{state.value}` | {event.__name__}: {_first_line(event)} | {next_states} |"
        )
    lines += [
        "",
        "Any other step is an error of the program or of the journal, never of a user.",
        "",
    ]
    return "\n".join(lines)


def _first_line(event: type) -> str:
    return (event.__doc__ or "").splitlines()[0].rstrip(".").lower()


if __name__ == "__main__":
    assert payment.__file__ is not None
    (Path(payment.__file__).resolve().parents[2] / FILE).write_text(table(), encoding="utf-8")
