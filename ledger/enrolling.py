"""Asks the ledger to enrol this terminal's key by a one-use code. Never writes what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.signed_line import RequestSigner, SignedLine
from pos.domain.errors import LedgerError, LedgerRefused

DEADLINE_MS = 10_000


class NotEnrolled(LedgerError):
    """The ledger did not enrol the terminal; the code is as good as it was before."""

    code = "L06"
    ko = "등록되지 않았습니다: {why}. 코드는 쓰이지 않았습니다. {todo}"
    en = "Not enrolled: {why}. The code was not used up. {todo}"


class EnrolmentUnanswered(LedgerError):
    """No answer came; the ledger may have enrolled the key, and will say so when asked again."""

    code = "L07"
    ko = (
        "서버({url})의 응답을 받지 못했습니다. 아무것도 바꾸지 않았습니다. 네트워크와 주소를 확인하고 "
        "같은 명령을 다시 실행하세요. 코드는 같은 것을 씁니다."
    )
    en = (
        "No answer came from {url}. Nothing was changed here. Check the network and the address and "
        "run the same command again, with the same code."
    )


_NEW_CODE = "운영자에게 새 코드를 받으세요. / Get a new code from the operator."
_WHY = {
    "code_unknown": (
        "없는 코드 / no such code",
        "코드를 다시 확인하세요. / Check the code.",
    ),
    "code_used": ("이미 쓴 코드 / the code was used before", _NEW_CODE),
    "code_expired": ("기한이 지난 코드 / the code has expired", _NEW_CODE),
    "code_of_other_device": (
        "다른 단말기의 코드 / the code is for another terminal",
        "이 폴더에는 다른 단말기의 기록이 있습니다. 그 단말기의 코드를 쓰거나 빈 폴더에서 하세요. / "
        "This folder holds another terminal's records. Use its code, or an empty folder.",
    ),
    "key_revoked": (
        "취소된 키 / this key was revoked",
        "--new-key 를 붙여 다시 하세요. / Do it again with --new-key.",
    ),
    "key_of_other_device": (
        "다른 단말기의 키 / this key is another terminal's",
        "--new-key 를 붙여 다시 하세요. / Do it again with --new-key.",
    ),
}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the ledger tells a terminal that it has enrolled.

    Attributes:
        keys: what goes into the terminal's file of keys, by name, as JSON.
    """

    device: int
    merchant: str
    keys: dict[str, object] = field(repr=False)


async def enrol(url: str, code: str, signer: RequestSigner, held: int | None) -> Enrolment:
    """Enrol the signer's key; asked again with the same code and key, the answer is the same.

    Args:
        url: the ledger's, `http(s)://host:port`.
        code: as the operator told it.
        signer: the key to be enrolled.
        held: the number under which the terminal has records already.

    Raises:
        NotEnrolled: the ledger says why.
        EnrolmentUnanswered: to ask again does no harm.
    """
    line = SignedLine(url, signer, None)
    await line.open()
    from ledger.contract import enrolment_models as models

    try:
        body = models.EnrolmentRequest(code=code, device=held)
        said = await line.call("enrolTerminal", models.EnrolmentAnswer, DEADLINE_MS, body=body)
    except ValueError as error:  # No code could look like that.
        raise _not_enrolled("code_unknown") from error
    except LedgerRefused as error:
        raise _not_enrolled(str(error.facts["reason"])) from error
    except LedgerError as error:
        raise EnrolmentUnanswered(url=url) from error
    finally:
        await line.close()
    return Enrolment(
        device=said.device,
        merchant=said.merchant,
        keys={
            "sealing_public": said.sealing_public,
            "ca_keys": [each.model_dump() for each in said.ca_keys],
            "hotlist_key": said.hotlist_key,
            "ledger_public": said.ledger_public,
        },
    )


def _not_enrolled(reason: str) -> NotEnrolled:
    why, todo = _WHY.get(
        reason,
        (reason, "주소를 확인하고 운영자에게 알리세요. / Check the address; tell the operator."),
    )
    return NotEnrolled(why=why, todo=todo)
