"""What was pressed while the Hangul keyboard was on: keys by their place. Never for text."""

from __future__ import annotations

import unicodedata

_TWO_SET = dict(
    zip(
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
        "qwertyuiopasdfghjklzxcvbnm",
        strict=True,
    )
)
_SHIFTED = dict(zip("ㅃㅉㄸㄲㅆㅒㅖ", "QWERTOP", strict=True))
# Vowels and finals that take two keys.
_PAIRS = dict(
    zip(
        "ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
        [
            "hk",
            "ho",
            "hl",
            "nj",
            "np",
            "nl",
            "ml",
            "rt",
            "sw",
            "sg",
            "fr",
            "fa",
            "fq",
            "ft",
            "fx",
            "fv",
            "fg",
            "qt",
        ],
        strict=True,
    )
)
_KEYS = _TWO_SET | _SHIFTED | _PAIRS
_FIRSTS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = "\0ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_SYLLABLES, _FIRST_SYLLABLE = 11_172, 0xAC00


def letter(character: str | None) -> str:
    """Return the Latin letter on the key that was pressed: `ㄱ` and `R` are `r`; else the input."""
    if not character:
        return ""
    return _TWO_SET.get(character, character.lower())


def latin(text: str) -> str:
    """Return what the same keys give with the Latin keyboard on: `뇬8` is `sys8`, `ㅃ` is `Q`.

    Capitals without a Hangul letter of their own come back small: the keyboard has forgotten them.
    """
    return "".join(_keys(each) for each in unicodedata.normalize("NFC", text))


def has_hangul(text: str) -> bool:
    """Tell whether any letter is Korean, a syllable or a part of one."""
    return latin(text) != unicodedata.normalize("NFC", text)


def _keys(character: str) -> str:
    index = ord(character) - _FIRST_SYLLABLE
    if not 0 <= index < _SYLLABLES:
        return _KEYS.get(_jamo(character), character)
    first, rest = divmod(index, 21 * 28)
    vowel, final = divmod(rest, 28)
    parts = (_FIRSTS[first], _VOWELS[vowel], _FINALS[final] if final else "")
    return "".join(_KEYS.get(each, "") for each in parts)


def _jamo(character: str) -> str:
    """Return a letter that was sent to be put together (U+1100 on) as one that stands by itself."""
    code = ord(character)
    for start, letters in ((0x1100, _FIRSTS), (0x1161, _VOWELS), (0x11A7, _FINALS)):
        if start <= code < start + len(letters):
            return letters[code - start]
    return character
