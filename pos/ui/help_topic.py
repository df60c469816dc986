"""One screen's help. Never what it says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One screen's help: a title, and sentences in the order of need."""

    title: str
    lines: tuple[str, ...]
