"""Backs a terminal's database up while it sells, and puts a copy back. Never without checking it.

A copy is one file with its public keys beside it (`FILE.pub`); the secret key stays where it is.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from offline_queue.audit import Audit, audit, open_to_read
from offline_queue.device_key import (
    PUBLIC_NAME,
    PublicKeys,
    add_public_keys,
    public_keys,
    write_public_keys,
)
from offline_queue.identity import SUFFIX, sync
from offline_queue.opening import hold, store_errors
from offline_queue.rebuild import rebuild
from pos.domain.audit_errors import CopyRefused, JournalUnreadable

STEP_PAGES = 256  # Between two steps the terminal may write.


def back_up(database: Path, to: Path) -> Audit:
    """Copy a database, running or not, to a new file; return what the copy holds.

    Raises:
        CopyRefused: there is something at that place already, or it can't be written.
        AuditError: the database can't be read, or its copy does not verify; no copy is left.
    """
    if to.exists():
        raise CopyRefused(path=to, problem="이미 있음 / exists already")
    open_to_read(database).close()  # A missing record is to be named before its key.
    keys = public_keys(database.parent / PUBLIC_NAME)
    draft = _draft(to)
    try:
        _copy(database, draft)
        result = audit(draft, keys)
        write_public_keys(_keys_beside(to), keys.raw)
        draft.replace(to)
        sync(to.parent)
    except OSError as error:
        raise CopyRefused(path=to, problem=error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    return result


def restore(database: Path, source: Path, *, device: int) -> tuple[Audit, Path | None]:
    """Put a copy in the database's place; return what it holds and where the old one lies now.

    The next opening sees that it is not the file last opened there and takes a new incarnation.

    Raises:
        StoreInUse: the terminal runs.
        CopyRefused: it is another terminal's copy, or can't be written.
        AuditError: it does not verify. Nothing was changed.
    """
    with store_errors():
        database.parent.mkdir(parents=True, exist_ok=True)
        held = hold(database)
    draft = _draft(database)
    try:
        open_to_read(source).close()
        keys = _keys_for(database, source)
        _copy(source, draft)
        result = audit(draft, keys)
        if result.device != device:
            problem = f"다른 단말기({result.device})의 기록 / of another terminal ({result.device})"
            raise CopyRefused(path=source, problem=problem)
        _rebuild(draft)
        add_public_keys(database.parent, keys.raw)
        return result, _put_in_place(draft, database)
    except OSError as error:
        raise CopyRefused(path=database, problem=error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
        held.close()


def _keys_for(database: Path, source: Path) -> PublicKeys:
    """Return this terminal's keys; on a new machine, those that came with the copy."""
    own = database.parent / PUBLIC_NAME
    return public_keys(own if own.exists() else _keys_beside(source))


def _keys_beside(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.pub")


def _draft(path: Path) -> Path:
    draft = path.with_name(f"{path.name}.copying")
    draft.unlink(missing_ok=True)
    return draft


def _copy(source: Path, to: Path) -> None:
    reader = open_to_read(source)
    try:
        # One moment's view: without it, each sale would make the copying start anew.
        reader.execute("BEGIN; SELECT count(*) FROM sqlite_schema").fetchall()
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.close(handle)
        writer = apsw.Connection(str(to))
        try:
            with writer.backup("main", reader, "main") as work:
                while not work.done:
                    work.step(STEP_PAGES)
            writer.execute("PRAGMA journal_mode = DELETE")  # One file, readable anywhere.
        finally:
            writer.close()
    except apsw.Error as error:
        raise JournalUnreadable(path=source, reason=str(error)) from error
    finally:
        reader.close()
    sync(to)


def _rebuild(draft: Path) -> None:
    """What no signature covers is made from what one does."""
    connection = apsw.Connection(str(draft))
    try:
        rebuild(connection)
    except (apsw.Error, ValueError) as error:
        raise JournalUnreadable(path=draft, reason=str(error)) from error
    finally:
        connection.close()


def _put_in_place(draft: Path, database: Path) -> Path | None:
    """Swap the files; the old one is kept, with its log, under a name that says when."""
    aside = None
    Path(f"{database}{SUFFIX}").unlink(missing_ok=True)  # So that the opening can't know it.
    if database.exists():
        _empty_log(database)
        aside = database.with_name(f"{database.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        aside.hardlink_to(database)
    log = Path(f"{database}-wal")
    if log.exists():  # A stranger's log must never be read into the copy.
        log.replace(Path(f"{aside}-wal" if aside else f"{database}.stray-wal"))
    Path(f"{database}-shm").unlink(missing_ok=True)
    draft.replace(database)
    sync(database.parent)
    return aside


def _empty_log(database: Path) -> None:
    """Write a sound database's log into it, so that no crash from here on can part the two.

    A damaged one stays byte for byte as it is: somebody will want to look at it.
    """
    with suppress(apsw.Error, JournalUnreadable):
        reader = open_to_read(database)
        try:
            answer = reader.execute("PRAGMA integrity_check(1)").fetchall()[0][0]
        finally:
            reader.close()
        if answer != "ok":
            return
        connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()
