"""Puts a driver to the checks: `python -m drivers.conformance MODULE:BENCH`. Never a payment.

BENCH is a context manager that makes a fresh `Bench`, or a subclass of it that needs nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from drivers.conformance.bench import Bench, NotOffered
from drivers.conformance.card_reader import CHECKS

CHECK_LIMIT_S = 120.0


def main() -> int:
    """Run every check on a bench of its own; return how many promises were broken."""
    parser = argparse.ArgumentParser(description="Checks a card reader's driver")
    parser.add_argument("bench", help="MODULE:NAME of what makes a Bench")
    module, _, name = parser.parse_args().bench.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    make: Callable[[], Any] = getattr(importlib.import_module(module), name)
    broken = 0
    for check in CHECKS:
        with _bench(make) as bench:
            said = asyncio.run(_said(check.run(bench)))
        broken += said.startswith("!!")
        sys.stdout.write(f"{said:<4} {check.promise}\n")
    sys.stdout.write(f"{len(CHECKS) - broken} of {len(CHECKS)} promises not broken\n")
    return min(broken, 1)


def _bench(make: Callable[[], Any]) -> AbstractContextManager[Bench]:
    made = make()
    return contextlib.nullcontext(made) if isinstance(made, Bench) else made


async def _said(running: Any) -> str:
    try:
        await asyncio.wait_for(running, CHECK_LIMIT_S)
    except NotOffered:
        return "--  (not offered by this bench)"
    except Exception as error:  # A driver under test may raise anything at all.
        return f"!!  {type(error).__name__}: {error}:"
    return "ok"


if __name__ == "__main__":
    sys.exit(main())
