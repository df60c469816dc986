"""Words and pieces that several documents share. Never a document of its own."""

from __future__ import annotations

from datetime import datetime

from pos.domain.business_day import KOREA
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from receipts.document import Cut, Document, Line, Notice

TRAINING = "교육용 (거래 아님)"
REPRINT = "재발행"
_CHANNELS = {"baedal-eum": "배달e음"}
MODES = {
    ApprovalMode.ONLINE: "온라인 승인",
    ApprovalMode.OFFLINE_GUARANTEED: "오프라인 승인(보장)",
    ApprovalMode.OFFLINE_AT_RISK: "오프라인 승인(미보장)",
}


def won(amount: Won) -> str:
    """Return an amount with its unit: `-1,500원`."""
    return f"{amount}원"


def korean_time(at: datetime) -> str:
    """Return a moment as the shop's clock shows it: `2026-11-24 12:00:00`."""
    return at.astimezone(KOREA).strftime("%Y-%m-%d %H:%M:%S")


def channel_name(channel: str) -> str:
    """Return what people call a delivery channel; an unknown one keeps its own name."""
    return _CHANNELS.get(channel, channel)


def finish(lines: list[Line], *, copy: int, training: bool) -> Document:
    """Close a document: the marks of a copy and of training, and the cut.

    Raises:
        ValueError: copies count from 1.
    """
    if copy < 1:
        raise ValueError(f"copies count from 1, not {copy}")
    top: list[Line] = [Notice(TRAINING)] if training else []
    if copy > 1:
        top.append(Notice(f"{REPRINT} {copy - 1}"))
    bottom: list[Line] = [Notice(TRAINING)] if training else []
    return Document((*top, *lines, *bottom, Cut()))
