"""The ledger's command line: `python -m ledger.server --db PATH --keys FILE`. Never shows a secret.

The token comes from the environment (IEUM_LEDGER_TOKEN) or a file, never from an argument, which
every user of the machine could read.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

import apsw

from ledger.server import fraud_limits
from ledger.server.cardcrypto import load_ledger_keys
from ledger.server.database import Database, DatabaseUnfit, is_postgres
from ledger.server.fraud_limits import load_fraud_data
from ledger.server.merchants import NewTerminal, read_terminals
from ledger.server.opener import KeyedOpener
from ledger.server.seed import load_cards
from ledger.server.serve import Setup, serve
from ledger.server.terms import PACKAGED, load_terms

TOKEN_VARIABLE = "IEUM_LEDGER_TOKEN"  # noqa: S105 - a name, not a secret.
DATABASE_VARIABLE = "IEUM_LEDGER_DATABASE"
_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(arguments: list[str] | None = None) -> int:
    """Run the ledger; return 2 where it can't start, having said why."""
    given = _parser().parse_args(arguments)
    if given.die_with_parent:
        die_with_parent()
    try:
        setup = Setup(
            db=_database(given.db, given.database),
            port=given.port,
            terminals=_terminals(given.token_file),
            terms=load_terms(given.terms),
            cards=() if given.cards is None else load_cards(given.cards),
            demo=given.demo,
            fraud=load_fraud_data(given.fraud_limits),
        )
        keys = load_ledger_keys(given.keys)
        serve(setup, KeyedOpener(keys), keys.signing_private.sign)
    except (OSError, ValueError, DatabaseUnfit, apsw.Error) as error:
        sys.stderr.write(f"ledger: {error}\n")
        return 2
    return 0


def die_with_parent() -> None:
    """Ask the kernel to end this process when the thread that started it ends (Linux only).

    A parent that is gone already would never be noticed, hence the second look.
    """
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)


def _database(file: Path | None, url: str | None) -> Database:
    """Return SQLite's file or PostgreSQL's URL; one with a password belongs into the environment."""
    if file is not None:
        return file
    named = url or os.environ.pop(DATABASE_VARIABLE, "")
    if not is_postgres(named):
        raise ValueError(
            f"no database: give --db FILE, --database postgresql://... or {DATABASE_VARIABLE}"
        )
    return named


def _terminals(token_file: Path | None) -> tuple[NewTerminal, ...]:
    if token_file is not None:
        return read_terminals(token_file.read_text(encoding="utf-8"))
    text = os.environ.pop(TOKEN_VARIABLE, "")
    if not text:
        raise ValueError(f"no token: set {TOKEN_VARIABLE} or give --token-file")
    return read_terminals(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ledger.server", description="The ledger.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--db", type=Path, help="its SQLite file, made if need be")
    where.add_argument("--database", help=f"postgresql://..., or set {DATABASE_VARIABLE}")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    parser.add_argument("--keys", type=Path, required=True, help="ledger_keys.json")
    parser.add_argument("--cards", type=Path, help="cards to open, where not known (TOML)")
    parser.add_argument("--terms", type=Path, default=PACKAGED, help="dated rates (TOML)")
    parser.add_argument(
        "--fraud-limits", type=Path, default=fraud_limits.PACKAGED, help="when to flag (TOML)"
    )
    parser.add_argument("--token-file", type=Path, help="terminals' tokens, one a line")
    parser.add_argument("--demo", action="store_true", help="add the operations under /demo")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the starter ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
