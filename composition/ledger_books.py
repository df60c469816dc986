"""Reads and changes the ledger's own database for its operator, each change with its entry in the log."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import apsw

from ledger.server import operator_log
from ledger.server.database import (
    ConstraintBroken,
    Database,
    DatabaseUnfit,
    LedgerUnavailable,
    Tx,
    exists,
    is_postgres,
    open_reader,
)
from ledger.server.operator_log import DONE, REFUSED
from ledger.server.writer import Writer
from pos.domain.errors import IeumError

T = TypeVar("T")
_TROUBLES = (
    *(OSError, ValueError, OverflowError, apsw.Error),
    *(DatabaseUnfit, LedgerUnavailable, ConstraintBroken),
)


class AdminRefused(IeumError):
    """The operator's command can't be done; nothing was changed."""

    code = "A01"
    ko = "할 수 없습니다: {why}. 바뀐 것은 없습니다."
    en = "Can't be done: {why}. Nothing was changed."


def _done(_: Any) -> str:
    return DONE


@dataclass(frozen=True, slots=True)
class Act:
    """What the log says of a change.

    Attributes:
        what: the command.
        about: what it is done to; never a code, a key or a card's number.
        outcome: says what came of it.
    """

    what: str
    about: str = ""
    outcome: Callable[[Any], str] = _done


def os_user() -> str:
    """Return this process's user, and who became it by sudo."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # A user without an entry, as in a container.
        name = f"uid {os.getuid()}"
    before = os.environ.get("SUDO_USER", "")
    return f"{before} as {name}" if before else name


def operator_named(said: str) -> str:
    """Return who acts: as they name themselves, if they do, and always the machine's user."""
    return f"{said.strip()} ({os_user()})" if said.strip() else os_user()


class LedgerBooks:
    """One database, beside a running ledger too."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], who: str | None = None
    ) -> None:
        """Take the database, and who acts; the machine's user if nobody is named."""
        self._database = database
        self.now = now
        self._who = os_user() if who is None else who

    def read(self, job: Callable[[Tx], T]) -> T:
        """Look at one moment of the books.

        Raises:
            AdminRefused: in place of whatever the job or the database raised.
        """
        self._must_exist()
        with said(), closing(open_reader(self._database)) as tx, tx.snapshot():
            return job(tx)

    def write(self, act: Act, job: Callable[[Tx], T], *, make: bool = False) -> T:
        """Change the books and note it in the log, all of it or nothing.

        Args:
            act: what the log is to say.
            job: changes the books.
            make: makes the database if there is none.

        Raises:
            AdminRefused: as `read`; nothing was changed, and the log says that it was tried.
        """
        if not make:
            self._must_exist()

        def logged(tx: Tx) -> T:
            value = job(tx)
            self._note(tx, act, act.outcome(value))
            return value

        with said(), closing(Writer(self._database)) as writer:
            try:
                return writer.run_now(logged)
            except Exception as error:
                why = f"{REFUSED}{_why(error)}"
                with suppress(
                    *_TROUBLES
                ):  # Then nothing can be noted either; the command says why.
                    writer.run_now(lambda tx: self._note(tx, act, why))
                raise

    def refused(self, act: Act, why: str) -> None:
        """Note what could not even be begun; where the books can't be written either, nothing is."""
        with suppress(*_TROUBLES, AdminRefused):
            self.write(Act(act.what, act.about, lambda _: f"{REFUSED}{why}"), lambda _: None)

    def _note(self, tx: Tx, act: Act, outcome: str) -> None:
        operator_log.add(tx, self.now(), self._who, act.what, act.about, outcome)

    def _must_exist(self) -> None:
        with said():
            if exists(self._database):
                return
        if is_postgres(self._database):  # Its name may hold a password.
            raise AdminRefused(
                why="그 데이터베이스에 서버의 표가 없음 / no ledger in that database"
            )
        raise AdminRefused(why=f"파일 없음: {self._database} / no such file: {self._database}")


@contextmanager
def said() -> Iterator[None]:
    """Turn what the ledger's rules raise into words.

    Raises:
        AdminRefused: in place of whatever they raised.
    """
    try:
        yield
    except LookupError as error:
        raise AdminRefused(why=f"없음: {error.args[0]} / not found: {error.args[0]}") from error
    except _TROUBLES as error:
        raise AdminRefused(why=str(error)) from error


def _why(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__
