"""Runs every benchmark, or those that are named, and prints one table; `city` has options of its own."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from benchmarks import city
from benchmarks.figures import Figure, table

PARTS = {
    "screens": "keys to painted screens, start, search, memory",
    "durable_commit": "a sale made durable, against a raw append",
    "queues": "what is queued, against other durable queues",
    "drain": "an outage's payments forwarded",
    "forwarding": "batches taken by the ledger",
    "ledger_load": "authorizations a second, against pgbench",
    "card_reader": "a tap to a cryptogram over PC/SC",
    "paper": "a document to bytes and to a picture, against python-escpos alone",
}


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    said = "\n".join(f"  {name:<15} {what}" for name, what in PARTS.items())
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures, and prints one table. Without a name, all of them:\n" + said,
        epilog="`python -m benchmarks city --help` is that of a whole city.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("part", nargs="*", help="city, or any of the above")
    return made


def main(arguments: list[str]) -> None:
    """Run what is asked for."""
    if arguments[:1] == ["city"]:
        city.main(arguments[1:])
        return
    asked = parser().parse_args(arguments).part or list(PARTS)
    unknown = [each for each in asked if each not in PARTS]
    if unknown:
        parser().error(f"no such benchmark: {', '.join(unknown)}")
    figures: list[Figure] = []
    for name in asked:
        figures += import_module(f"benchmarks.{name}").run()
    print(table(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
