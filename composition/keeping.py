"""Verifies, backs up and restores a journal for the command line. Never while deciding a sale."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from config.settings import load_settings
from offline_queue import copies
from offline_queue.audit import Audit, Head, audit, open_to_read
from offline_queue.device_key import PUBLIC_NAME, public_keys
from pos.domain.business_day import KOREA


def verify_journal(journal: Path, key: Path | None, head: str | None) -> str:
    """Check a journal with public keys alone; return what to say.

    Raises:
        AuditError: it did not pass, or could not be checked.
    """
    noted = None if head is None else Head.parse(head)
    open_to_read(journal).close()  # A missing journal is to be named before its key.
    keys = public_keys(journal.parent / PUBLIC_NAME if key is None else key)
    found = audit(journal, keys, noted)
    if noted is not None:
        tail = f"끝 번호 {head} 있음 / the noted head {head} is there"
    else:
        tail = "뒷부분이 지워졌는지는 --head로 봅니다 / --head tells whether the tail was cut off"
    return f"진본입니다 / genuine: {_said(found)}\n{tail}\n"


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
