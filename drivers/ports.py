"""Finds a serial port by a pattern that stays true when ports are counted anew. Never opens one."""

from __future__ import annotations

from pathlib import Path


def find_port(pattern: str) -> str:
    """Return the first port that fits a pattern such as `/dev/serial/by-id/usb-ACME*`, else the pattern."""
    path = Path(pattern)
    found = sorted(path.parent.glob(path.name)) if path.name else []
    return str(found[0]) if found else pattern
