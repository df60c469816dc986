"""Runs every benchmark and prints one table."""

from __future__ import annotations

from benchmarks import drain, durable_commit, forwarding, ledger_load, paper, queues, screens
from benchmarks.figures import Figure, table


def main() -> None:
    figures: list[Figure] = []
    for part in (screens, durable_commit, queues, drain, forwarding, ledger_load, paper):
        figures += part.run()
    print(table(figures))


if __name__ == "__main__":
    main()
