"""Puts a driver to the checks: `python -m drivers.conformance MODULE:BENCH`. Never a payment.

BENCH makes a fresh `CardBench`, `ScannerBench` or `DisplayBench`, or a context manager of one. A scanner
is put to a card reader's checks as well: customers' codes come in by it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from drivers.conformance.bench import Bench, CardBench, DisplayBench, NotOffered, ScannerBench
from drivers.conformance.card_reader import CARD_READER
from drivers.conformance.checking import Check
from drivers.conformance.codes import CodeBench
from drivers.conformance.displays import DISPLAY
from drivers.conformance.scanners import SCANNER

Make = Callable[[], Any]


def main() -> int:
    """Run every check on a bench of its own; return 1 where a promise was broken."""
    parser = argparse.ArgumentParser(
        description="Checks a driver of a card reader, scanner or display"
    )
    parser.add_argument("bench", help="MODULE:NAME of what makes a bench")
    module, _, name = parser.parse_args().bench.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    make: Make = getattr(importlib.import_module(module), name)
    broken = run = 0
    for check, fitted in _checks_for(make):
        with _bench(make) as bench:
            said = asyncio.run(_said(check, fitted(bench)))
        run += 1
        broken += said.startswith("!!")
        sys.stdout.write(f"{said:<4} {check.promise}\n")
    sys.stdout.write(f"{run - broken} of {run} promises not broken\n")
    return min(broken, 1)


def _checks_for(make: Make) -> Iterator[tuple[Check[Any], Callable[[Any], Bench]]]:
    """Yield each check for this kind of bench, with what makes the bench fit for it."""
    with _bench(make) as bench:
        kind = type(bench)
    if issubclass(kind, CardBench):
        yield from ((check, _as_it_is) for check in CARD_READER)
    if issubclass(kind, ScannerBench):
        yield from ((check, _as_it_is) for check in SCANNER)
        sys.stdout.write("Customers' payment codes by this scanner:\n")
        yield from ((check, CodeBench) for check in CARD_READER)
    if issubclass(kind, DisplayBench):
        yield from ((check, _as_it_is) for check in DISPLAY)


def _as_it_is(bench: Bench) -> Bench:
    return bench


def _bench(make: Make) -> AbstractContextManager[Bench]:
    made = make()
    return contextlib.nullcontext(made) if isinstance(made, Bench) else made


async def _said(check: Check[Any], bench: Bench) -> str:
    try:
        await check.run(bench)
    except NotOffered:
        return "--  (not offered by this bench)"
    except Exception as error:  # A driver under test may raise anything at all.
        return f"!!  {type(error).__name__}: {error}:"
    return "ok"


if __name__ == "__main__":
    sys.exit(main())
