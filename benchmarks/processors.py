"""Processor time of other processes, as the kernel counts it. Never a guess from the clock on the wall."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_OWN, _OF_ENDED = (11, 12), (13, 14)  # User and system, after the name: proc_pid_stat(5), 14 to 17.


def seconds(process: int) -> float:
    """Return what a process has used."""
    return sum(int(_stat(process)[at]) for at in _OWN) / TICKS


def family_seconds(parent: int) -> float:
    """Return what a process, its children and those that have ended have used."""
    used = sum(int(_stat(parent)[at]) for at in (*_OWN, *_OF_ENDED))
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            stat = _stat(int(entry.name))
        except OSError:
            continue  # It has just ended.
        if int(stat[1]) == parent:
            used += sum(int(stat[at]) for at in _OWN)
    return used / TICKS


def busy_share() -> tuple[float, float]:
    """Return all processors' used and total seconds since the start, for the share between two calls."""
    cells = [int(each) for each in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return (sum(cells) - cells[3] - cells[4]) / TICKS, sum(cells) / TICKS


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
