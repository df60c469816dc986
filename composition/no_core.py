"""Keeps this process's memory out of core dumps: a card's number passes through it. Never stops a till from starting."""

from __future__ import annotations

import contextlib
import ctypes
import resource

PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4  # linux/prctl.h


def forbid_core_dumps() -> None:
    """Let no core be written, and let only root read this memory; what a system lacks is left out."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, AttributeError):  # No prctl but on Linux.
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
