"""What the operator's commands share: which ledger, who acts, how the outcome is said. Never a command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from composition.saying import or_say

if TYPE_CHECKING:
    from composition.ledger_admin import Admin

DATABASE_VARIABLE, OPERATOR_VARIABLE = "IEUM_LEDGER_DATABASE", "IEUM_OPERATOR"
ROOT = Path(__file__).resolve().parents[1]
DEMO_LEDGER = str(ROOT / "var" / "demo" / "ledger.db")
DEMO_KEYS = ROOT / "var" / "demo" / "ledger_keys.json"


class Operator:
    """Who this run of the command line acts for; set before its one command."""

    named = ""


Database = Annotated[
    str,
    typer.Option("--db", envvar=DATABASE_VARIABLE, help="the ledger's file, or postgresql://..."),
]


def say(db: str, act: Callable[[Admin], str]) -> None:
    """Do what a command does and say what came of it; exit code 1 for wrong books, 2 for a refusal."""
    from composition.ledger_admin import Admin, BooksWrong
    from composition.ledger_books import operator_named
    from ledger.server.database import named
    from ledger.server.service import utc_now

    who = operator_named(Operator.named)

    def do() -> None:
        try:
            print(act(Admin(named(db), utc_now, who)), end="")
        except BooksWrong as error:
            print(f"{error.message('ko')}\n{error.message('en')}", file=sys.stderr)
            raise typer.Exit(1) from error

    or_say(do)
