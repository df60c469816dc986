"""Checks a journal's file with public keys alone: every byte, every number, every signature.

It opens read-only, beside a running terminal or on a copy anywhere, and never asks for the lock. It
reads the rows as bytes and trusts no index or projection. Never changes a file, never repairs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from offline_queue.device_key import SIGNATURE_BYTES, PublicKeys
from offline_queue.names import named_in
from offline_queue.rows import EPOCH, LEDGER_HEAD, NEWS
from offline_queue.schema import SCHEMA_VERSION
from pos.domain.audit_errors import (
    HeadMalformed,
    HeadNotFound,
    JournalUnreadable,
    LedgerHeadForged,
    RecordNotGenuine,
)
from pos.domain.codec import decode
from pos.domain.news import News
from pos.domain.record import FIRST_PREVIOUS, HEAD_DIGITS, LedgerHead, digest, head_of

BUSY_MS = 5_000
TYPES = "integer,integer,integer,text,text,text,text,text,blob"
# As bytes: what someone wrote into a text column may be no text.
ROWS = (
    "SELECT sequence, incarnation, at_us, CAST(kind AS BLOB), CAST(sale AS BLOB), "
    "CAST(body AS BLOB), CAST(previous AS BLOB), CAST(hash AS BLOB), signature, "
    "typeof(sequence)||','||typeof(incarnation)||','||typeof(at_us)||','||typeof(kind)||','||"
    "typeof(sale)||','||typeof(body)||','||typeof(previous)||','||typeof(hash)||','||"
    "typeof(signature) FROM journal NOT INDEXED ORDER BY sequence"
)


@dataclass(frozen=True, slots=True)
class Audit:
    """A journal that passed.

    Attributes:
        head: `SEQUENCE:HASH12`, empty like `last_at` without a record.
        ledger_head: the newest head that the ledger signed, kept beside the journal, which reaches
            it; None if there is none yet. With no ledger's key given its signature is not checked.
    """

    device: int
    count: int
    last_at: datetime | None
    head: str
    ledger_head: LedgerHead | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A journal's last record as noted elsewhere; `start` is how its hash begins."""

    sequence: int
    start: str

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read `SEQUENCE:HASH`, with 12 to 64 hex digits.

        Raises:
            HeadMalformed: it is nothing of the kind.
        """
        number, _, start = text.strip().lower().partition(":")
        digits = set(start) <= set("0123456789abcdef") and HEAD_DIGITS <= len(start) <= 64
        if not (number.isascii() and number.isdigit() and int(number) > 0 and digits):
            raise HeadMalformed(head=text)
        return cls(int(number), start)


def open_to_read(path: Path) -> apsw.Connection:
    """Open a database that may be another process's, or lie on a read-only disk.

    Raises:
        JournalUnreadable: it can't be opened.
    """
    if not path.is_file():
        raise JournalUnreadable(path=path, reason="파일 없음 / no such file")
    wal = Path(f"{path}-wal")
    # Without a log nobody has it open, and SQLite need not lay its own files beside it.
    how = "mode=ro" if wal.exists() else "mode=ro&immutable=1"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        connection = apsw.Connection(f"file:{quote(str(path.resolve()))}?{how}", flags=flags)
        connection.set_busy_timeout(BUSY_MS)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except apsw.Error as error:
        raise JournalUnreadable(path=path, reason=str(error)) from error
    return connection


def audit(
    path: Path, keys: PublicKeys, head: Head | None = None, ledger_public: bytes | None = None
) -> Audit:
    """Check a whole journal.

    Args:
        path: the journal.
        keys: the device's, that may have signed it.
        head: as noted elsewhere; the journal must reach it.
        ledger_public: the ledger's key, 32 bytes, for the head that the ledger signed.

    Raises:
        JournalUnreadable: it is no journal of this version, or the file is damaged.
        RecordNotGenuine: the first record that is not what the device wrote.
        HeadNotFound: it does not reach the noted head or the ledger's, or has another record there.
        LedgerHeadForged: the head kept beside it is not the ledger's.
    """
    connection = open_to_read(path)
    try:
        connection.execute("BEGIN")  # One moment's view, whatever a running terminal adds.
        return _audit(connection, path, keys.rewound(), head, ledger_public)
    except (apsw.Error, UnicodeDecodeError) as error:
        raise JournalUnreadable(path=path, reason=str(error)) from error
    finally:
        connection.close()


def _audit(
    connection: apsw.Connection,
    path: Path,
    keys: PublicKeys,
    head: Head | None,
    ledger_public: bytes | None,
) -> Audit:
    device = _device(connection, path)
    signed = _ledger_head(connection, path, ledger_public)
    noted = [each for each in (head, _as_noted(signed, device)) if each is not None]
    there: dict[int, str] = {}
    count, previous, last_us = 0, FIRST_PREVIOUS, 0
    for count, row in enumerate(_rows(connection), start=1):
        problem = _problem(row, device, count, previous, keys)
        if problem:
            raise RecordNotGenuine(sequence=count, problem=problem)
        previous, last_us = row[7].decode(), row[2]
        if any(each.sequence == count for each in noted):
            there[count] = previous
    for each in noted:
        found = there.get(each.sequence, "")
        if not (found and found.startswith(each.start)):
            reason = (
                "다른 기록 / another record" if found else f"{count}건뿐 / only {count} records"
            )
            raise HeadNotFound(head=f"{each.sequence}:{each.start[:HEAD_DIGITS]}", problem=reason)
    answer = str(connection.execute("PRAGMA integrity_check(1)").fetchall()[0][0])
    if answer != "ok":
        raise JournalUnreadable(path=path, reason=answer)
    at = EPOCH + timedelta(microseconds=last_us) if count else None
    return Audit(device, count, at, head_of(count, previous) if count else "", signed)


def _as_noted(signed: LedgerHead | None, device: int) -> Head | None:
    if signed is None or signed.device != device:
        return None
    return Head(signed.sequence, signed.hash)


def _ledger_head(
    connection: apsw.Connection, path: Path, ledger_public: bytes | None
) -> LedgerHead | None:
    """Return the head that the ledger signed, if one is kept.

    Raises:
        LedgerHeadForged: the ledger's key did not sign it.
    """
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (LEDGER_HEAD,)).fetchone()
    if row is None:
        return None
    try:
        head = decode(LedgerHead, json.loads(str(row[0])))
        if ledger_public is not None:
            keys = _keys_after(connection, ledger_public)
            if not any(_signed(key, head.signature, head.message) for key in keys):
                raise LedgerHeadForged(path=path)
    except ValueError as error:
        raise LedgerHeadForged(path=path) from error
    return head


def _keys_after(connection: apsw.Connection, first: bytes) -> list[bytes]:
    """Return a key of the ledger's and those that followed it, each signed by one before.

    Raises:
        ValueError: what is kept of them is no such thing.
    """
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (NEWS,)).fetchone()
    trusted = [first]
    for key in () if row is None else decode(News, json.loads(str(row[0]))).keys:
        if any(_signed(each, key.signature, key.message) for each in trusted):
            trusted.append(bytes.fromhex(key.public))
    return trusted


def _signed(public: bytes, signature: str, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), message)
    except InvalidSignature:
        return False
    return True


def _rows(connection: apsw.Connection) -> Iterator[Sequence[Any]]:
    return iter(connection.execute(ROWS))


def device_of(path: Path) -> int:
    """Return the number of the terminal whose journal this is.

    Raises:
        AuditError: it can't be read.
    """
    connection = open_to_read(path)
    try:
        return _device(connection, path)
    finally:
        connection.close()


def _device(connection: apsw.Connection, path: Path) -> int:
    try:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        version, device = int(str(meta["schema"])), int(str(meta["device"]))
    except (apsw.SQLError, KeyError, ValueError) as error:
        reason = "단말기의 기록이 아님 / not a terminal's journal"
        raise JournalUnreadable(path=path, reason=reason) from error
    if version != SCHEMA_VERSION:
        reason = f"다른 버전의 기록({version}) / another version's record ({version})"
        raise JournalUnreadable(path=path, reason=reason)
    return device


def _problem(
    row: Sequence[Any], device: int, expected: int, previous: str, keys: PublicKeys
) -> str:
    """Return what is wrong with a row that must be the next one, or nothing."""
    sequence, incarnation, at_us, *texts, signature, types = row
    if types != TYPES:
        return "열의 형식이 다름 / a column of another type"
    if sequence != expected:
        return f"그 자리에 {sequence}번 / number {sequence} stands there"
    try:
        kind, sale, body, before, noted = (text.decode() for text in texts)
        at = EPOCH + timedelta(microseconds=at_us)
    except (UnicodeDecodeError, OverflowError):
        return "내용이 바뀜 / its content was changed"
    if before != previous:
        return "앞 기록과 이어지지 않음 / does not follow the record before it"
    if noted != digest(device, incarnation, sequence, at, kind, body, before):
        return "내용이 바뀜 / its content was changed"
    if len(signature) != SIGNATURE_BYTES or not keys.signed(signature, bytes.fromhex(noted)):
        return "이 단말기의 서명이 아님 / not signed by this device"
    if sale != _sale_named(kind, body):
        return "판매 번호 열이 바뀜 / its sale column was changed"
    return ""


def _sale_named(kind: str, body: str) -> str | None:
    """Return the sale of a record that the device signed; None if this program can't read it."""
    try:
        return named_in(kind, json.loads(body)).sale
    except (ValueError, AttributeError, TypeError):
        return None
