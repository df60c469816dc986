"""Enrols this terminal with a one-use code and writes what it needs. Never while the till runs."""

from __future__ import annotations

import json
import re
import secrets
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from config.secrets import write_secret
from config.settings import Settings, load_settings
from ledger.enrolling import Enrolment, enrol
from offline_queue.audit import device_of
from offline_queue.device_key import device_key, follow_with_next, next_device_key
from offline_queue.opening import hold
from pos.domain.errors import ConfigError

CARD_REF_KEY = "card_ref_key"  # This terminal's own; the ledger neither gives nor knows it.
CARD_REF_KEY_BYTES = 32


async def enrol_terminal(settings_path: Path, url: str, code: str, *, new_key: bool) -> str:
    """Enrol, and write the number, the address and the keys; return what to say.

    Cut short anywhere, the same command with the same code goes on.

    Args:
        settings_path: this terminal's settings; the shop's facts are in it already.
        url: the ledger's address.
        code: as the operator told it.
        new_key: put a new key in the place of the one that is there.

    Raises:
        ConfigError: the settings or the address can't be used; the ledger was not asked.
        StoreInUse: the till runs.
        NotEnrolled, EnrolmentUnanswered: the ledger said no, or nothing; nothing was changed.
        KeyUnusable, AuditError: what lies here can't be read.
        OSError: something could not be written; do it again.
    """
    url = _checked(url)
    settings, folder = load_settings(settings_path), settings_path.parent
    database = folder / settings.files.database
    with hold(database):
        held = device_of(database) if database.exists() else None
        key = next_device_key(folder) if new_key else device_key(folder)
        told = await enrol(url, code, key, held)
        if new_key:
            follow_with_next(folder)
        _write_keys(folder / settings.files.keys, told)
        _write_settings(settings_path, url, told.device)
    return _said(told, settings, key.public)


def _checked(url: str) -> str:
    """Return the address without a slash at its end.

    Raises:
        ConfigError: it is none, or what is said there could be heard on the way.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        problem = "주소가 아님 / not an address"
        raise ConfigError(where=url[:80], problem=problem, hint="https://HOST[:PORT]")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        problem = "암호화되지 않음 / not encrypted"
        raise ConfigError(
            where=url[:80], problem=problem, hint="https:// 로 하세요. / Use https://."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _write_keys(path: Path, told: Enrolment) -> None:
    own = secrets.token_hex(CARD_REF_KEY_BYTES)
    if path.exists():
        try:
            own = str(json.loads(path.read_text(encoding="utf-8"))[CARD_REF_KEY])
        except (ValueError, KeyError, TypeError) as error:
            hint = "지우면 새로 씁니다. / Delete it and it is written anew."
            problem = type(error).__name__
            raise ConfigError(where=str(path), problem=problem, hint=hint) from None
    write_secret(path, json.dumps(told.keys | {CARD_REF_KEY: own}, indent=1))


def _write_settings(path: Path, url: str, device: int) -> None:
    """Change the two lines, and leave all others and their comments as they are."""
    text = path.read_text(encoding="utf-8-sig")
    text = re.sub(r"(?m)^(\s*url\s*=\s*)\"[^\"\n]*\"", rf'\g<1>"{url}"', text, count=1)
    text = re.sub(r"(?m)^(\s*device\s*=\s*)[0-9_xA-Fa-f]+", rf"\g<1>{device}", text, count=1)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    written = load_settings(path)
    if (written.ledger.url, written.terminal.device) != (url, device):
        hint = f'url = "{url}", device = {device}'
        problem = "직접 적어 주세요 / write it by hand"
        raise ConfigError(where=str(path), problem=problem, hint=hint)


def _said(told: Enrolment, settings: Settings, key: bytes) -> str:
    number = f"{told.device:012x}"
    short = key.hex()[:16]
    return (
        f"등록되었습니다: {told.merchant}, 단말기 {number}, 키 {short}…\n"
        f"  설정(단말기 번호, 서버 주소)과 {settings.files.keys} 를 썼습니다. 이제 run 하세요.\n"
        f"Enrolled: {told.merchant}, terminal {number}, key {short}…\n"
        f"  The settings (number, address) and {settings.files.keys} were written. Now: run.\n"
    )
