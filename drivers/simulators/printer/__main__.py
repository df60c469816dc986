"""Starts the simulated printer: `python -m drivers.simulators.printer --port 0 --out DIR`.

Prints one line of JSON, {"port": 40123, "control": "..."}, then serves until its parent ends.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from drivers.simulators.printer.server import PrinterServer

PR_SET_PDEATHSIG = 1  # linux/prctl.h
SOCKET_PATH_MAX = 100  # sun_path holds 108 bytes.


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m drivers.simulators.printer")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--control", type=Path)
    parser.add_argument("--columns", type=int, default=42)
    asked = parser.parse_args()
    _die_with_parent()
    control = asked.control or _control_path(asked.out)
    asyncio.run(_serve(asked.out, asked.columns, asked.port, control))


def _control_path(out: Path) -> Path:
    beside = out.absolute() / "control.sock"
    if len(os.fsencode(beside)) <= SOCKET_PATH_MAX:
        return beside
    return Path(tempfile.mkdtemp(prefix="printer-")) / "control.sock"


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends; a parent already gone is noticed too."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)


async def _serve(out: Path, columns: int, port: int, control: Path) -> None:
    chosen = await PrinterServer(out, columns).start(port, control)
    sys.stdout.write(json.dumps({"port": chosen, "control": str(control)}) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
