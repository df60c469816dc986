"""Reads what a scanner may have sent through a keyboard: Hangul on, capitals lost. Never finds a product."""

from __future__ import annotations

from pos.ui.hangul_keys import has_hangul, latin

OURS = "IEUM"
BEGINNING = 16  # Characters; a prefix in Hangul is shorter than in Latin.


def as_code(text: str, prefix: str = "") -> str:
    """Return a scan as its code says it.

    Args:
        text: what the field held.
        prefix: what the scanner puts before each code, if it was told to.
    """
    text = text.strip()
    if prefix:
        text = text.removeprefix(prefix)
    if not is_ours(text):
        return text
    return latin(text).upper()  # Our codes know capitals alone.


def is_ours(text: str) -> bool:
    """Tell whether it is, or begins to be, a receipt's code or a customer's."""
    beginning = latin(text[:BEGINNING].lstrip()).upper()
    return beginning.startswith(OURS)


def ways_to_read(text: str) -> tuple[str, ...]:
    """Return the codes that a scan may stand for: itself, and what its keys are in Latin."""
    if not has_hangul(text):
        return (text,)
    return tuple(dict.fromkeys((text, latin(text), latin(text).upper())))
