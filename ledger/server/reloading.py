"""Reads the rules' files again while the server runs. Never lets a broken file in: the old rules go on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime

from ledger.server import operator_log, rulebook
from ledger.server.database import ConstraintBroken, LedgerUnavailable, Tx
from ledger.server.operator_log import DONE, REFUSED
from ledger.server.rule_files import RuleFiles, Told
from ledger.server.rulebook import Rulebook, Version
from ledger.server.writer import Writer

WHAT = "reload"  # As the log has it, whoever asked.
TROUBLES = (OSError, ValueError, ConstraintBroken, LedgerUnavailable)


def begin(
    writer: Writer, told: Told | None, problem: str, files: str, now: Callable[[], datetime]
) -> Rulebook:
    """Put what was read at the start into force and return the rules.

    Args:
        writer: not started yet.
        told: None if the files could not be read; `problem` says why.
        problem: empty where there is none.
        files: where they stand, for the log.
        now: the clock.

    Raises:
        ValueError: there are no rules, neither from files nor from before.
    """
    book = Rulebook(now)
    if told is not None:
        try:
            writer.run_now(lambda tx: noted(tx, told, now(), _server(), files))
        except ValueError as error:
            problem = str(error)
    writer.run_now(book.look)
    if book.is_empty:
        raise ValueError(problem or "no rules")
    if problem:
        _complain(problem)
        writer.run_now(lambda tx: _note(tx, now(), _server(), files, problem))
    return book


def noted(tx: Tx, told: Told, at: datetime, who: str, files: str) -> Version:
    """Put what was read into force, and note it in the log where it is new.

    Raises:
        ValueError: as `rulebook.tell`.
    """
    version = rulebook.tell(tx, told, at)
    if version.is_new:
        operator_log.add(tx, at, who, WHAT, files, outcome(version))
    return version


def outcome(version: Version) -> str:
    """Return what the log says of a reading."""
    if not version.is_new:
        return f"{DONE}: version {version.number}, as before"
    return f"{DONE}: version {version.number} from {version.in_force_at:%Y-%m-%d %H:%M:%S}Z"


class Reloader:
    """Reads a server's files again when it is sent SIGHUP."""

    def __init__(
        self, writer: Writer, files: RuleFiles, book: Rulebook, now: Callable[[], datetime]
    ) -> None:
        self._writer = writer
        self._files = files
        self._book = book
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self) -> None:
        """Hear the signal from now on; on the event loop."""

        def heard() -> None:
            task = asyncio.create_task(self.reload())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, heard)

    async def reload(self) -> None:
        """Read the files; what is broken is said in the log and on stderr, and the old rules go on."""
        who, files = f"{_server()}, SIGHUP", str(self._files)
        try:
            told = await asyncio.to_thread(self._files.read)
            version = await self._writer.run(
                lambda tx: noted(tx, told, self._now(), who, files), heavy=True
            )
        except TROUBLES as error:
            problem = str(error)
            _complain(problem)
            try:
                await self._writer.run(lambda tx: _note(tx, self._now(), who, files, problem))
            except LedgerUnavailable as lost:
                _complain(f"not noted either: {lost}")
        else:
            sys.stderr.write(f"ledger: rules: {outcome(version)}\n")


def _note(tx: Tx, at: datetime, who: str, files: str, problem: str) -> None:
    operator_log.add(tx, at, who, WHAT, files, f"{REFUSED}{problem}")


def _complain(problem: str) -> None:
    sys.stderr.write(f"ledger: the rules in force stay, the files were not taken: {problem}\n")


def _server() -> str:
    return f"server {os.getpid()}"
