"""Verifies, backs up and restores a journal for the command line. Never while deciding a sale."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from config.settings import load_settings
from drivers.cards.terminal_keys import load_terminal_keys
from offline_queue import copies
from offline_queue.audit import Audit, Head, audit, open_to_read
from offline_queue.device_key import PUBLIC_NAME, public_keys
from pos.domain.audit_errors import KeyUnusable
from pos.domain.business_day import KOREA

TERMINAL_KEYS = "terminal_keys.json"  # FileSettings.keys, unless a shop has named it otherwise.
PUBLIC_BYTES = 32  # RFC 8032, 5.1.5


def verify_journal(
    journal: Path, key: Path | None, head: str | None, ledger_key: str | None = None
) -> str:
    """Check a journal with public keys alone; return what to say.

    Args:
        journal: the database, or a copy.
        key: the device's public keys; None is the file beside the journal.
        head: as a day report has it.
        ledger_key: the ledger's public key in hex; None is the one in the terminal's keys, if the
            journal lies beside them.

    Raises:
        AuditError: it did not pass, or could not be checked.
    """
    noted = None if head is None else Head.parse(head)
    open_to_read(journal).close()  # A missing journal is to be named before its key.
    keys = public_keys(journal.parent / PUBLIC_NAME if key is None else key)
    ledger_public = _ledger_public(journal, ledger_key)
    found = audit(journal, keys, noted, ledger_public)
    tail = _tail(found, head, checked=ledger_public is not None)
    return f"진본입니다 / genuine: {_said(found)}\n{tail}\n"


def _ledger_public(journal: Path, given: str | None) -> bytes | None:
    """Return the ledger's public key, or None where there is none to check with.

    Raises:
        KeyUnusable: what was given is no key.
    """
    if given is not None:
        try:
            key = bytes.fromhex(given)
        except ValueError:
            key = b""
        if len(key) != PUBLIC_BYTES:
            problem = "키가 아님 / not a key"
            raise KeyUnusable(path="--ledger-key", problem=problem, hint="")
        return key
    beside = journal.parent / TERMINAL_KEYS
    if not beside.is_file():
        return None
    return load_terminal_keys(beside).ledger_public


def _tail(found: Audit, noted: str | None, *, checked: bool) -> str:
    """Say how far it is proven that nothing was cut off the end."""
    lines: list[str] = []
    if noted is not None:
        lines.append(f"끝 번호 {noted} 있음 / the noted head {noted} is there")
    if found.ledger_head is not None:
        at, number = _korean(found.ledger_head.at), found.ledger_head.sequence
        how = (
            ("서버 서명 확인", "signed by the ledger")
            if checked
            else ("서버 서명은 확인 못 함(키 없음)", "signature not checked, no key")
        )
        lines.append(
            f"{number}번까지 지워지지 않음({at}, {how[0]}) / whole up to record {number} "
            f"({at} KST, {how[1]})"
        )
    if not lines:
        lines.append(
            "뒷부분이 지워졌는지는 알 수 없습니다: 정산지의 끝 번호를 --head로 주세요 / a cut-off tail "
            "can't be seen: give the head of a day report with --head"
        )
    return "\n".join(lines)


def back_up(settings_path: Path, to: Path) -> str:
    """Copy the terminal's database while it may be selling; return what to say.

    Raises:
        ConfigError, AuditError: no copy was made.
    """
    found = copies.back_up(_database(settings_path), to)
    return f"백업했습니다 / backed up: {to}\n{_said(found)}\n"


def restore(settings_path: Path, source: Path) -> str:
    """Put a copy in the place of the terminal's database; return what to say.

    Raises:
        ConfigError, AuditError, StoreInUse: nothing was changed.
    """
    device = load_settings(settings_path).terminal.device
    found, aside = copies.restore(_database(settings_path), source, device=device)
    kept = f"이전 기록 / the old record: {aside}\n" if aside else ""
    return f"복원했습니다 / restored: {source}\n{_said(found)}\n{kept}"


def _database(settings_path: Path) -> Path:
    return settings_path.parent / load_settings(settings_path).files.database


def _said(found: Audit) -> str:
    if found.last_at is None:
        return "0건 / 0 records"
    at = _korean(found.last_at)
    return (
        f"{found.count}건, 마지막 {at} / {found.count} records, the last at {at} KST\n"
        f"끝 번호 / head {found.head}"
    )


def _korean(at: datetime) -> str:
    return f"{at.astimezone(KOREA):%Y-%m-%d %H:%M:%S}"
