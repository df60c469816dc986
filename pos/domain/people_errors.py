"""What can go wrong with people and their PINs, in both languages. Never says which digit was wrong."""

from __future__ import annotations

from pos.domain.errors import IeumError


class PersonError(IeumError):
    """Somebody can't sign in, or may not; no money moved."""


class PinWrong(PersonError):
    """No such number and PIN; which of the two is not said."""

    code = "P01"
    ko = "번호나 PIN이 틀립니다. 바뀐 것은 없습니다. 다시 입력하세요."
    en = "The number or PIN is wrong. Nothing changed. Type it again."


class PersonLocked(PersonError):
    """Too many wrong PINs in a row."""

    code = "P02"
    ko = (
        "PIN을 여러 번 틀려 {name} 님은 {minutes}분 동안 들어올 수 없습니다. 바뀐 것은 없습니다. 기다리거나 "
        "관리자에게 새 PIN을 받으세요."
    )
    en = (
        "Too many wrong PINs: {name} is locked for {minutes} min. Nothing changed. Wait, or have a "
        "manager set a new PIN."
    )


class NotPermitted(PersonError):
    """The PIN is right, but its owner may not allow this."""

    code = "P03"
    ko = "{name} 님에게는 이 일을 허락할 권한이 없습니다. 한 일은 없습니다. 권한이 있는 사람을 부르세요."
    en = "{name} may not allow this. Nothing was done. Call somebody who may."


class PinTooSimple(PersonError):
    """A PIN that anybody would try first, or of the wrong length."""

    code = "P04"
    ko = "PIN은 숫자 4~8자리이고 1111, 1234 같은 것은 안 됩니다. 바뀐 것은 없습니다. 다른 PIN을 정하세요."
    en = "A PIN is 4 to 8 digits, and not 1111 or 1234. Nothing changed. Choose another."


class PersonNameTaken(PersonError):
    """Records name people, so no two have one name."""

    code = "P05"
    ko = "{name}(이)라는 사람이 이미 있습니다. 등록하지 않았습니다. 구별되는 이름을 쓰세요."
    en = "There is a {name} already. Nobody was entered. Use a name that tells them apart."


class NoRoomForPerson(PersonError):
    """All numbers are taken."""

    code = "P06"
    ko = "더 등록할 번호가 없습니다({count}명). 등록하지 않았습니다. 쉬는 사람을 다시 쓰세요."
    en = "No number is left ({count} people). Nobody was entered. Bring a retired one back."


class ShopNeedsManager(PersonError):
    """Nobody could change people any more."""

    code = "P07"
    ko = "관리자가 한 명은 있어야 합니다. 바뀐 것은 없습니다. 먼저 다른 사람을 관리자로 정하세요."
    en = "There has to be a manager. Nothing changed. Make somebody else one first."
