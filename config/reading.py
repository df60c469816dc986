"""Reads TOML into a model, and says where it is wrong in words and with a line. Never guesses a value."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pos.domain.errors import ConfigError

SIZE_MAX = 1_000_000  # Bytes; a settings file is a page or two.


class Strict(BaseModel):
    """A table of a settings file: an unknown key is a typing error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


PROBLEMS = {"missing": "빠짐 / missing", "extra_forbidden": "모르는 이름 / unknown name"}


def why(error: OSError) -> str:
    """Return what kept a file from being read, in both languages."""
    match error:
        case FileNotFoundError():
            return "파일 없음 / no such file"
        case PermissionError():
            return "권한 없음 / no permission"
        case _:
            return f"읽을 수 없음({error.strerror}) / {error.strerror}"


M = TypeVar("M", bound=Strict)


def read_model(model: type[M], path: Path) -> M:
    """Read a file into a model.

    Raises:
        ConfigError: the file is missing, is no TOML, or a value can't be used; names the line.
    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            where=str(path), problem=str(error), hint="따옴표와 괄호를 확인하세요. / Check quotes."
        ) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        keys = [str(part) for part in first["loc"]]
        kind = first["type"]
        raise ConfigError(
            where=f"{path}:{_line_of(text, keys)} {'.'.join(keys)}",
            problem=PROBLEMS.get(kind, f"쓸 수 없는 값({first['msg']}) / {first['msg']}"),
            hint=_hint(kind),
        ) from error


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises:
        ConfigError: it can't be read, is not UTF-8, or is far too large.
    """
    try:
        if path.stat().st_size > SIZE_MAX:
            raise ConfigError(where=str(path), problem=f"> {SIZE_MAX} bytes", hint="")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "UTF-8로 저장하세요. / Save it as UTF-8."
        raise ConfigError(where=str(path), problem="UTF-8 아님 / not UTF-8", hint=hint) from error
    except OSError as error:
        problem = why(error)
        hint = "파일 위치와 권한을 확인하세요. / Check its place and rights."
        raise ConfigError(where=str(path), problem=problem, hint=hint) from error


def _line_of(text: str, keys: list[str]) -> int:
    """Return the line of a key, or of its table if the key is missing; 1 if neither is there."""
    table, key = ".".join(keys[:-1]), keys[-1] if keys else ""
    in_table, found = not table, 1
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if heading:
            in_table = heading[1] in (table, ".".join(keys))
            found = number if in_table else found
        elif in_table and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return found


def _hint(kind: str) -> str:
    match kind:
        case "missing":
            return "이 항목을 적어 넣으세요. / Add this key."
        case "extra_forbidden":
            return "이름을 확인하세요(오타?). / Check the name for a typing error."
        case _:
            return "값을 고치고 다시 시작하세요. / Correct the value and start again."
