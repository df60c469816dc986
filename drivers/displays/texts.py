"""What a character display of a few columns says of a view. Never more than fits: an amount is never cut."""

from __future__ import annotations

from drivers.displays.profile import Profile
from pos.domain.customer_view import CustomerView, Moment
from pos.domain.won import Won

_KO = {
    "welcome": "어서 오세요",
    "total": "합계",
    "due": "받을 금액",
    "qr": "QR 결제",
    "change": "거스름돈",
    "thanks": "감사합니다",
    "balance": "카드 잔액",
}
_EN = {
    "welcome": "WELCOME",
    "total": "TOTAL",
    "due": "TO PAY",
    "qr": "PAY BY QR",
    "change": "CHANGE",
    "thanks": "THANK YOU",
    "balance": "BALANCE",
}


def rows_of(view: CustomerView, profile: Profile) -> tuple[str, ...]:
    """Return the display's rows, each exactly as wide as it is."""
    words = _KO if view.language == "ko" and profile.speaks_korean else _EN
    rows = _said(view, words)
    return tuple(
        _row(*each, profile) for each in (*rows, *([("", "")] * profile.rows))[: profile.rows]
    )


def _said(view: CustomerView, words: dict[str, str]) -> tuple[tuple[str, str], ...]:
    match view.moment:
        case Moment.WELCOME:
            return ((words["welcome"], ""), (view.shop, ""))
        case Moment.TAKE_RECEIPT:  # Two rows of letters hold no code.
            return ((words["thanks"], ""), (view.shop, ""))
        case Moment.THANKS:
            if view.change:
                return ((words["total"], _won(view.total)), (words["change"], _won(view.change)))
            return ((words["thanks"], ""), (words["total"], _won(view.total)))
        case Moment.BALANCE:
            return ((words["balance"], _won(view.total)), (view.shop, ""))
        case Moment.PAY_BY_QR:
            return ((words["qr"], ""), (words["due"], _won(view.asked)))
        case Moment.RINGING_UP:
            label = words["due"] if view.paid else words["total"]
            if not view.lines:
                return ((label, _won(view.due)),)
            last = view.lines[-1]
            name = last.name if last.quantity == 1 else f"{last.quantity}x {last.name}"
            return ((name, _won(last.total)), (label, _won(view.due)))


def _won(amount: Won) -> str:
    return str(amount)


def _row(left: str, right: str, profile: Profile) -> str:
    """Put a name at the left and an amount at the right; the name is what gives way."""
    room = profile.columns - (len(right) + 1 if right else 0)
    left = _fitting(_drawable(left, profile), room, profile)
    gap = profile.columns - _width(left, profile) - len(right)
    return left + " " * gap + right


def _drawable(text: str, profile: Profile) -> str:
    """Leave out what the display can't draw: control characters and foreign letters."""
    drawn = []
    for each in text:
        try:
            each.encode(profile.encoding)
        except UnicodeEncodeError:
            continue
        if each.isprintable():
            drawn.append(each)
    return " ".join("".join(drawn).split())


def _fitting(text: str, room: int, profile: Profile) -> str:
    while _width(text, profile) > room:
        text = text[:-1]
    return text


def _width(text: str, profile: Profile) -> int:
    return len(text.encode(profile.encoding))
