"""Problem documents (RFC 9457): why a request was not taken. Never says what is inside the ledger."""

from __future__ import annotations

from starlette.responses import Response

from ledger.contract.models import Problem
from ledger.contract.operations import PROBLEM_TYPE

_TITLES = {
    "malformed": (422, "The request is not of the contract's shape."),
    "unauthorized": (401, "The token is not known."),
    "wrong_device": (403, "The token was given to another device."),
    "signature_wrong": (403, "The batch is not signed by the terminal's key."),
    "id_reused": (409, "The id is known with another body."),
    "seal_broken": (422, "The sealed card can't be opened for this payment."),
    "too_large": (413, "The request is too large."),
    "not_found": (404, "There is nothing here."),
    "method_not_allowed": (405, "Not with this method."),
    "unavailable": (503, "Nothing was posted; try again."),
    "internal": (500, "A fault of the ledger's; nothing was posted."),
}


class Refused(Exception):
    """A request that was not taken; `code` is one of the titles'."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        super().__init__(code)


def problem(code: str, detail: str = "") -> Response:
    """Return the problem document of a code."""
    status, title = _TITLES[code]
    body = Problem(title=title, status=status, code=code, detail=detail[:1_000])
    headers = {"WWW-Authenticate": "Bearer"} if code == "unauthorized" else None
    return Response(
        body.model_dump_json(), status_code=status, media_type=PROBLEM_TYPE, headers=headers
    )
