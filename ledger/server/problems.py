"""Problem documents (RFC 9457): why a request was not taken. Never says what is inside the ledger."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from ledger.contract.models import Problem
from ledger.contract.operations import PROBLEM_TYPE

BASIC = 'Basic realm="ieum ledger"'
_TITLES = {
    "malformed": (422, "The request is not of the contract's shape."),
    "unauthorized": (401, "The request is not signed as it must be."),
    "clock_skew": (401, "The request was signed at another time than ours, which is here."),
    "device_unknown": (401, "No terminal with this number is enrolled."),
    "device_revoked": (401, "The terminal was revoked; enrol it anew with a new code."),
    "key_unknown": (401, "The key was never enrolled for this terminal."),
    "key_retired": (401, "The terminal was enrolled anew, with another key."),
    "key_revoked": (401, "The key was revoked; enrol another one with a new code."),
    "key_of_other_device": (403, "The key was enrolled for another terminal."),
    "code_unknown": (403, "There is no such code."),
    "code_used": (403, "The code was used before."),
    "code_expired": (403, "The code has expired."),
    "code_of_other_device": (403, "The code is for another terminal."),
    "operator_only": (401, "This is for the ledger's operator."),
    "wrong_device": (403, "The id is another device's."),
    "replayed": (409, "This very request was taken before."),
    "id_reused": (409, "The id is known with another body."),
    "seal_broken": (422, "The sealed card can't be opened for this payment."),
    "too_large": (413, "The request is too large."),
    "not_found": (404, "There is nothing here."),
    "total_differs": (422, "The total is not the sum of the lines; nothing was placed."),
    "order_changed": (409, "The order is known with other words; it was not changed."),
    "order_over": (409, "The order is over; nothing was changed."),
    "too_late": (409, "The order's time is over; nothing was placed."),
    "shop_paused": (409, "The shop takes no orders now; nothing was placed."),
    "sold_out": (409, "Something of it is sold out; nothing was placed."),
    "product_unknown": (422, "The shop does not sell one of the products; nothing was placed."),
    "price_differs": (422, "A price is not the shop's; nothing was placed."),
    "refund_too_large": (409, "That much is not left of the order; nothing was given back."),
    "method_not_allowed": (405, "Not with this method."),
    "busy": (503, "Too many event streams are open; read the feed instead."),
    "unavailable": (503, "Nothing was posted; try again."),
    "internal": (500, "A fault of the ledger's; nothing was posted."),
}


class Refused(Exception):
    """A request that was not taken; `code` is one of the titles'."""

    def __init__(self, code: str, detail: str = "", at: datetime | None = None) -> None:
        self.code = code
        self.detail = detail
        self.at = at
        super().__init__(code)


def problem(code: str, detail: str = "", at: datetime | None = None) -> Response:
    """Return the problem document of a code."""
    status, title = _TITLES[code]
    body = Problem(title=title, status=status, code=code, detail=detail[:1_000], at=at)
    headers = {"WWW-Authenticate": BASIC} if code == "operator_only" else None
    text = body.model_dump_json(exclude_none=True)
    return Response(text, status_code=status, media_type=PROBLEM_TYPE, headers=headers)
