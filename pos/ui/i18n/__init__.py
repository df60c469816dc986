"""The texts of the screens: `_("English")` gives the language in use. Never a text of its own.

The English sentence in the code is the key; `ko.po` and `en.po` beside this file are ordinary
gettext catalogues, kept with Babel. They are read as they stand: no compile step at install, and
reading one takes 2 ms, against 35 ms for Babel's own reader at every start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pos.ui.i18n.po import read_po

DEFAULT = "ko"
LANGUAGES = ("ko", "en")

_HERE = Path(__file__).parent


@dataclass(slots=True)
class _Spoken:
    """The language in use; one for the process, as the terminal has one shop."""

    language: str = ""
    texts: dict[str, str] = field(default_factory=dict)


_spoken = _Spoken()


def use(language: str) -> None:
    """Speak this language from now on; an unknown one is Korean."""
    wanted = language if language in LANGUAGES else DEFAULT
    if wanted != _spoken.language:
        _spoken.texts = read_po((_HERE / f"{wanted}.po").read_text(encoding="utf-8"))
        _spoken.language = wanted


def language() -> str:
    """Return the language in use, `ko` or `en`."""
    return _spoken.language or DEFAULT


def _(message: str, /, **facts: object) -> str:
    """Return the message in the language in use, its `{names}` filled from the facts."""
    if not _spoken.language:
        use(DEFAULT)
    text = _spoken.texts.get(message, message)
    return text.format(**facts) if facts else text
