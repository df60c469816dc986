"""What can be said to the till in lines, in both languages. Never what it does."""

from __future__ import annotations

from pos.ui.hangul_keys import latin

WORDS = {
    "help": ("도움", "도움말", "help", "f1", "?"),
    "reprint": ("재발행", "reprint", "f2"),
    "orders": ("주문", "orders", "f3"),
    "accept": ("수락", "accept"),
    "reject": ("거절", "reject"),
    "day": ("하루", "day", "f4"),
    "card": ("카드", "card", "f5"),
    "cash": ("현금", "cash", "f6"),
    "refund": ("환불", "취소환불", "refund", "f7"),
    "person": ("사람", "person", "f11"),
    "tap": ("대기", "tap", "f12"),
    "list": ("목록", "list"),
    "remove": ("빼기", "remove"),
    "drop": ("버리기", "drop"),
    "status": ("상태", "status"),
    "cancel": ("취소", "cancel", "esc"),
    "yes": ("예", "네", "yes"),
    "quit": ("끝", "quit", "f10"),
}
_BY_WORD = {word: command for command, words in WORDS.items() for word in words}


def read_command(line: str) -> tuple[str, str] | None:
    """Return a command and what follows it, or None where the line begins with none.

    English words are known with the Hangul keyboard on, too.
    """
    first, _space, rest = line.strip().partition(" ")
    command = _BY_WORD.get(first.lower()) or _BY_WORD.get(latin(first).lower())
    return None if command is None else (command, rest.strip())
