"""Prints the owner's day to the terminal, from the journal. Never needs the till to stand still."""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings
from offline_queue.store import SqliteStore
from pos.domain.codec import encode
from pos.domain.rates import Rates
from pos.ports import PrintKind
from pos.services.show_day import Day


def day_as_text(day: Day, settings: Settings, rates: tuple[Rates, ...]) -> str:
    """Return what the day report prints, and under it what the ledger has not been told."""
    from composition.paper import renderer_of

    body = encode(day.summary)
    assert isinstance(body, dict)
    paper = renderer_of(settings, rates).to_text(PrintKind.DAY_REPORT, body, 1)
    backlog = day.backlog
    if not backlog.count and not backlog.parked:
        unsent = "미전송 없음 / nothing unsent"
    else:
        unsent = (
            f"미전송 {backlog.count}건, 오프라인 결제 {backlog.payments}건 {backlog.amount}원 / "
            f"unsent {backlog.count}, offline payments {backlog.payments}, {backlog.amount} won"
        )
    parked = f"\n보류 {backlog.parked}건 / parked {backlog.parked}" if backlog.parked else ""
    return f"{paper.rstrip()}\n\n{unsent}{parked}\n"


def open_for_reading(path: Path, settings: Settings) -> SqliteStore:
    """Open the journal beside a running terminal.

    Raises:
        StoreUnavailable: there is none yet.
    """
    device = settings.terminal.device
    return SqliteStore(path, device=device, new_incarnation=lambda: 0, read_only=True)
