"""Runs every benchmark and prints one table; `city`, with its own options, only that of a whole city."""

from __future__ import annotations

import sys

from benchmarks import (
    card_reader,
    city,
    drain,
    durable_commit,
    forwarding,
    ledger_load,
    paper,
    queues,
    screens,
)
from benchmarks.figures import Figure, table


def main() -> None:
    if sys.argv[1:2] == ["city"]:
        city.main(sys.argv[2:])
        return
    figures: list[Figure] = []
    parts = (screens, durable_commit, queues, drain, forwarding, ledger_load, card_reader, paper)
    for part in parts:
        figures += part.run()
    print(table(figures))


if __name__ == "__main__":
    main()
