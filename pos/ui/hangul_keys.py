"""Letter shortcuts that work with the Hangul keyboard on: by place on the key. Never for text."""

from __future__ import annotations

_TWO_SET = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
        "qwertyuiopasdfghjklzxcvbnm",
        strict=True,
    )
)


def letter(character: str | None) -> str:
    """Return the Latin letter on the key that was pressed: `ㄱ` and `R` are `r`; else the input."""
    if not character:
        return ""
    return _TWO_SET.get(character, character.lower())
