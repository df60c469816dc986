"""The operator's command that has the rules' files read again. Never takes a broken one: the old rules go on."""

from __future__ import annotations

from pathlib import Path

from composition.ledger_books import Act, AdminRefused, LedgerBooks
from ledger.policy.reading import PACKAGED
from ledger.server import reloading, rulebook
from ledger.server.database import Tx
from ledger.server.rule_files import RuleFiles
from ledger.server.rulebook import Version


def reload_rules(books: LedgerBooks, policy: Path | None, shops: Path | None) -> str:
    """Read the files again, those of the last time where none are named, for every server at once.

    Raises:
        AdminRefused: one is broken, or unsays what was known; the rules in force stay.
    """
    known = books.read(rulebook.sources)
    files = RuleFiles(
        policy=policy or Path(known.get("policy", PACKAGED)),
        shops=shops or (Path(known["shops"]) if "shops" in known else None),
    )
    act = Act(reloading.WHAT, str(files), reloading.outcome)
    try:
        told = files.read()
    except (OSError, ValueError) as error:
        books.refused(act, str(error))
        raise AdminRefused(why=str(error)) from error

    def tell(tx: Tx) -> Version:
        return rulebook.tell(tx, told, books.now())

    version = books.write(act, tell)
    since = f"{version.in_force_at:%Y-%m-%d %H:%M:%S}Z"
    if not version.is_new:
        return f"규칙 {version.number}: 그대로 / rules {version.number}: as before\n"
    return f"규칙 {version.number}: {since}부터 / rules {version.number}: from {since} on every server\n"
