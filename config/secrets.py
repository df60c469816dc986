"""Reads what must stay secret from files that only their owner can read. Never shows one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from config.reading import why
from pos.domain.errors import ConfigError

HINT = (
    "서버 운영자에게 받은 파일을 이 위치에 두세요. / Put the file from the ledger's operator there."
)
TOKEN_MIN = 32  # Characters; 128 bits in hex.


def read_secret(path: Path) -> str:
    """Return a secret's text.

    Raises:
        ConfigError: it is missing, too short, or others on the machine can read it.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(where=str(path), problem=why(error), hint=HINT) from error
    except UnicodeDecodeError as error:
        problem = "글자가 아님 / not text"
        raise ConfigError(where=str(path), problem=problem, hint=HINT) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        problem = "다른 사용자가 읽을 수 있음 / others can read it"
        raise ConfigError(where=str(path), problem=problem, hint=f"chmod 600 {path}")
    if len(text) < TOKEN_MIN:
        problem = f"{TOKEN_MIN}자보다 짧음 / shorter than {TOKEN_MIN} characters"
        raise ConfigError(where=str(path), problem=problem, hint="")
    return text


def write_secret(path: Path, text: str) -> None:
    """Write a secret so that nobody else can read it, not even for a moment."""
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    temporary.replace(path)
