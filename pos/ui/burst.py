"""Letters and digits that came in one read of the terminal, as one event. Never an Enter or a sign."""

from __future__ import annotations

from typing import TypeGuard

from textual.events import InputEvent, Key
from textual.message import Message


class Burst(InputEvent):
    """A scanner's code, or the middle of one; only a field that takes it whole gets it so."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def as_keys(self) -> list[Key]:
        """Return the same as keys, for everything else."""
        return [Key(character, character) for character in self.text]


def is_letter(message: Message) -> TypeGuard[Key]:
    """Return whether it is the key of a letter or a digit."""
    return (
        isinstance(message, Key) and message.character is not None and message.character.isalnum()
    )
