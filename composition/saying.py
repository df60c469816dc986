"""Says an error that a person can act on in words, in both languages. Never a traceback for one."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from pos.domain.errors import IeumError


def or_say(act: Callable[[], None]) -> None:
    """Do it, or say why not and end with 2."""
    try:
        act()
    except IeumError as error:
        words = f"{error.code} {error.message('ko')}\n{error.code} {error.message('en')}"
    except LookupError as error:
        words = f"그날에 적용되는 요율이 없습니다. ({error})\nNo rates are in force on that day."
    except OSError as error:
        words = (
            f"{error.filename}: 읽거나 쓸 수 없습니다({error.strerror}). 시작하지 않았습니다.\n"
            f"{error.filename}: can't be read or written ({error.strerror}). Nothing was started."
        )
    else:
        return
    print(words, file=sys.stderr)
    raise typer.Exit(2)
