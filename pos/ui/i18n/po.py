"""Reads a gettext .po file: the part of the format that our catalogues use. Never writes one.

No plurals and no contexts: Korean has no plural, and the English texts are worded around it.
"""

from __future__ import annotations

import json

ENTRIES_MAX = 5_000  # Ten times what we have; a longer file is not ours.


def read_po(text: str) -> dict[str, str]:
    """Return message to translation; untranslated, fuzzy and obsolete entries are left out.

    Raises:
        ValueError: a line is none that we know, or there are too many entries.
    """
    found: dict[str, str] = {}
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines()):
            continue
        message, translation = _entry(lines)
        if message and translation:
            found[message] = translation
    if len(found) > ENTRIES_MAX:
        raise ValueError(f"more than {ENTRIES_MAX} texts")
    return found


def _entry(lines: list[str]) -> tuple[str, str]:
    parts = {"msgid": "", "msgstr": ""}
    current = ""
    for line in lines:
        if line.startswith('"'):
            parts[current] += _unquote(line)
            continue
        current, _, rest = line.partition(" ")
        if current not in parts:
            raise ValueError(f"not a line of our catalogues: {line}")
        parts[current] = _unquote(rest)
    return parts["msgid"], parts["msgstr"]


def _unquote(quoted: str) -> str:
    text = json.loads(quoted)  # The escapes of .po that we use are JSON's.
    if not isinstance(text, str):
        raise ValueError(f"not a text: {quoted}")
    return text
