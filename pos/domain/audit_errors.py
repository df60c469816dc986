"""What can be wrong with a journal, a copy of it or a key, for those who check. Never a sale's error.

`StoreDamaged` speaks to a cashier whose till has just stopped; these speak to whoever verifies, backs
up or restores, and nothing was changed by the time they are raised.
"""

from __future__ import annotations

from pos.domain.errors import IeumError


class AuditError(IeumError):
    """A check that did not pass, or could not be made; nothing was changed."""


class JournalUnreadable(AuditError):
    """The file is not there, can't be opened, or is no journal of this program's."""

    code = "J01"
    ko = "판매 기록을 읽을 수 없습니다: {path}({reason}). 바뀐 것은 없습니다. 파일을 확인하세요."
    en = "This journal can't be read: {path} ({reason}). Nothing changed. Check the file."


class RecordNotGenuine(AuditError):
    """A record was changed, removed, added, moved, or not signed by this device."""

    code = "J02"
    ko = (
        "기록 {sequence}번이 진본이 아닙니다({problem}). 바뀐 것은 없습니다. "
        "파일을 지우지 말고 그대로 보관한 뒤 관리자에게 알리세요."
    )
    en = (
        "Record {sequence} is not genuine ({problem}). Nothing was changed. "
        "Keep the file as it is and tell your technician."
    )


class HeadNotFound(AuditError):
    """The journal does not reach the head that was noted, or another record stands there."""

    code = "J03"
    ko = "적어 둔 끝 번호 {head}가 기록에 없습니다({problem}). 뒷부분이 지워졌거나 다른 기록입니다."
    en = "The noted head {head} is not in the journal ({problem}). Its tail is cut off, or it is another."


class LedgerHeadForged(AuditError):
    """What is kept as the ledger's signed head is not signed by the ledger."""

    code = "J07"
    ko = (
        "서버가 서명한 끝 번호가 진본이 아닙니다: {path}. 바뀐 것은 없습니다. "
        "파일을 그대로 보관하고 관리자에게 알리세요."
    )
    en = (
        "The ledger's signed head beside {path} is not genuine. Nothing was changed. "
        "Keep the file as it is and tell your technician."
    )


class HeadMalformed(AuditError):
    """What was typed is no head."""

    code = "J04"
    ko = "끝 번호는 '123:0a1b2c3d4e5f'처럼 씁니다({head}). 검사하지 않았습니다. 정산지를 보고 다시 입력하세요."
    en = "A head looks like 123:0a1b2c3d4e5f, not {head}. Nothing was checked. See the day report."


class KeyUnusable(AuditError):
    """A key file that is missing, malformed or open to others."""

    code = "J05"
    ko = "키 파일을 쓸 수 없습니다: {path}({problem}). 바뀐 것은 없습니다. {hint}"
    en = "This key file can't be used: {path} ({problem}). Nothing changed. {hint}"


class CopyRefused(AuditError):
    """A backup or restore that would lose or mix something."""

    code = "J06"
    ko = "복사하지 않았습니다: {path}({problem}). 바뀐 것은 없습니다."
    en = "Nothing was copied: {path} ({problem}). Nothing changed."
