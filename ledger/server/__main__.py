"""The ledger's command line: `python -m ledger.server --db PATH --keys FILE`. Never shows a secret.

The operator's token comes from the environment (IEUM_OPERATOR_TOKEN) or a file, never from an argument,
which every user of the machine could read. Without one the operator's page is for this machine alone.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

import apsw

from ledger.policy.reading import PACKAGED
from ledger.server import fraud_limits
from ledger.server.cardcrypto import load_ledger_keys
from ledger.server.channels.vault import Vault
from ledger.server.database import Database, DatabaseUnfit, is_postgres, named
from ledger.server.fraud_limits import load_fraud_data
from ledger.server.opener import KeyedOpener, handout_of
from ledger.server.rule_files import RuleFiles, Told
from ledger.server.seed import load_cards
from ledger.server.serve import Setup, serve

TOKEN_VARIABLE = "IEUM_OPERATOR_TOKEN"  # noqa: S105 - a name, not a secret.
DATABASE_VARIABLE = "IEUM_LEDGER_DATABASE"
_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(arguments: list[str] | None = None) -> int:
    """Run the ledger; return 2 where it can't start, having said why."""
    given = _parser().parse_args(arguments)
    if given.die_with_parent:
        die_with_parent()
    try:
        files = RuleFiles(given.policy, given.shops)
        told, problem = _read(files)
        setup = Setup(
            db=_database(given.db, given.database),
            port=given.port,
            told=told,
            problem=problem,
            files=files,
            cards=() if given.cards is None else load_cards(given.cards),
            operator_token=_token(given.operator_token_file),
            demo=given.demo,
            fraud=load_fraud_data(given.fraud_limits),
        )
        keys = load_ledger_keys(given.keys)
        serve(setup, KeyedOpener(keys), keys.signing_private.sign, handout_of(keys), Vault.of(keys))
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
    text = url or os.environ.pop(DATABASE_VARIABLE, "")
    if not text or (url and not is_postgres(url)):
        raise ValueError(
            f"no database: give --db FILE, --database postgresql://... or {DATABASE_VARIABLE}"
        )
    return named(text)


def _read(files: RuleFiles) -> tuple[Told | None, str]:
    """Read rules and shops; where they are broken, those that were in force may go on."""
    try:
        return files.read(), ""
    except (OSError, ValueError) as error:
        return None, str(error)


def _token(file: Path | None) -> str:
    text = os.environ.pop(TOKEN_VARIABLE, "")
    return text if file is None else file.read_text(encoding="ascii").strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ledger.server", description="The ledger.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--db", type=Path, help="its SQLite file, made if need be")
    where.add_argument("--database", help=f"postgresql://..., or set {DATABASE_VARIABLE}")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    parser.add_argument("--keys", type=Path, required=True, help="ledger_keys.json")
    parser.add_argument("--cards", type=Path, help="cards to open, where not known (TOML)")
    parser.add_argument("--policy", type=Path, default=PACKAGED, help="folder of dated rules")
    parser.add_argument("--shops", type=Path, help="shops and their terminals (TOML)")
    parser.add_argument(
        "--fraud-limits", type=Path, default=fraud_limits.PACKAGED, help="when to flag (TOML)"
    )
    parser.add_argument("--operator-token-file", type=Path, help="opens the operator's page")
    parser.add_argument("--demo", action="store_true", help="add the operations under /demo")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the starter ends")
    return parser


if __name__ == "__main__":
    sys.exit(main())
