"""The ledger's operations, one table for client, server and document. Never a call outside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from ledger.contract import day_models as days
from ledger.contract import models as wire
from ledger.contract.balance_models import BalanceAnswer, BalanceRequest
from ledger.contract.coupon_models import CouponAnswer, CouponQuestion, CouponRequest
from ledger.contract.enrolment_models import EnrolmentAnswer, EnrolmentRequest

PROBLEM_TYPE = "application/problem+json"  # RFC 9457.
JSON, EVENTS = "application/json", "text/event-stream"
EVENT_HEADER = "Last-Event-ID"  # The cursor; covered by the signature where it is sent.
TELL_HEADER = "Ieum-Tell"  # What a terminal understands beyond the first version.
BENEFITS = "benefits"
NEWER = {"benefits", "fee"}  # Of an approval.
# Terminals of before refuse a field that they do not know.
UNTOLD: dict[str, Any] = {
    "authorizePayment": NEWER,
    "payByCustomerCode": NEWER,
    "paymentOutcome": NEWER,
    "forwardRecords": {"outcomes": {"__all__": {"approval": NEWER}}},
}
DEVICE_HEADER = "Ieum-Device"  # 12 hex digits; covered by the signature.
FEED_WAIT_MS_MAX = 30_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path or query parameter, with its JSON schema."""

    name: str
    place: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call.

    Attributes:
        id: the OpenAPI operationId.
        problems: HTTP statuses that come as a `Problem`.
        media_type: of the answer; an event stream sends one answer after the other.
        public: needs no signature.
        enrolled: the signer must be an enrolled terminal, which names its device.
    """

    id: str
    method: str
    path: str
    summary: str
    answer: type[BaseModel]
    request: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[int, ...] = (401, 403, 409, 422, 503)
    media_type: str = JSON
    public: bool = False
    enrolled: bool = True

    def url(self, **values: str) -> str:
        """Return the path with its parameters filled in and escaped."""
        return self.path.format(**{name: quote(each, safe="") for name, each in values.items()})


DEVICE = Parameter(DEVICE_HEADER, "header", {"type": "string", "pattern": "^[0-9a-f]{12}$"})
"""Goes with every operation of an enrolled terminal's."""

_PAYMENT_ID = Parameter("payment_id", "path", {"type": "string", "pattern": "^[0-9a-f]{32}$"})

_DAY = Parameter("day", "path", {"type": "string", "format": "date"})

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        id="enrolTerminal",
        method="POST",
        path="/v1/enrolment",
        summary="Enrol the key that signs this request, by a one-use code.",
        request=EnrolmentRequest,
        answer=EnrolmentAnswer,
        problems=(401, 403, 409, 413, 422, 503),
        enrolled=False,
    ),
    Operation(
        id="authorizePayment",
        method="POST",
        path="/v1/payments/{payment_id}",
        summary="Authorize and capture one payment; idempotent for ever by its id.",
        request=wire.AuthorizeRequest,
        answer=wire.AuthorizeAnswer,
        parameters=(_PAYMENT_ID,),
        problems=(401, 403, 409, 413, 422, 503),
    ),
    Operation(
        id="payByCustomerCode",
        method="POST",
        path="/v1/payments/{payment_id}/customer-code",
        summary="Authorize and capture one payment by the one-use code of a customer's app.",
        request=wire.CodeRequest,
        answer=wire.AuthorizeAnswer,
        parameters=(_PAYMENT_ID,),
        problems=(401, 403, 409, 413, 422, 503),
    ),
    Operation(
        id="cardBalance",
        method="POST",
        path="/v1/balances/{payment_id}",
        summary="Say what a card holds that was tapped for it; nothing is drawn.",
        request=BalanceRequest,
        answer=BalanceAnswer,
        parameters=(_PAYMENT_ID,),
        problems=(401, 403, 409, 413, 422, 503),
    ),
    Operation(
        id="askCoupon",
        method="POST",
        path="/v1/coupons",
        summary="Say what a coupon pays of a sale here and now; nothing is used up.",
        request=CouponQuestion,
        answer=CouponAnswer,
    ),
    Operation(
        id="payByCoupon",
        method="POST",
        path="/v1/payments/{payment_id}/coupon",
        summary="Capture one payment by a coupon that is shown; idempotent for ever by its id.",
        request=CouponRequest,
        answer=wire.AuthorizeAnswer,
        parameters=(_PAYMENT_ID,),
        problems=(401, 403, 409, 413, 422, 503),
    ),
    Operation(
        id="paymentOutcome",
        method="GET",
        path="/v1/payments/{payment_id}",
        summary="Say what became of a payment.",
        answer=wire.OutcomeAnswer,
        parameters=(_PAYMENT_ID,),
    ),
    Operation(
        id="forwardRecords",
        method="POST",
        path="/v1/records",
        summary="Take journal records in order; one outcome for each, the same for ever.",
        request=wire.ForwardRequest,
        answer=wire.ForwardAnswer,
        problems=(401, 403, 409, 413, 422, 503),
    ),
    Operation(
        id="journalHead",
        method="GET",
        path="/v1/head",
        summary="Say, signed, how far the ledger knows the terminal's journal.",
        answer=wire.HeadAnswer,
    ),
    Operation(
        id="readFeed",
        method="GET",
        path="/v1/feed",
        summary="Return what is new after a cursor, waiting for something if asked to.",
        answer=wire.FeedAnswer,
        parameters=(
            Parameter("cursor", "query", {"type": "string", "pattern": "^[0-9]{0,18}$"}),
            Parameter(
                "wait_ms",
                "query",
                {"type": "integer", "minimum": 0, "maximum": FEED_WAIT_MS_MAX},
            ),
        ),
    ),
    Operation(
        id="followFeed",
        method="GET",
        path="/v1/feed/events",
        summary=(
            "Send what is new as server-sent events, each with its cursor as id and a page as data;"
            " one without items every ten seconds. 503 `busy`: read the feed instead."
        ),
        answer=wire.FeedAnswer,
        parameters=(
            Parameter(EVENT_HEADER, "header", {"type": "string", "pattern": "^[0-9]{1,18}$"}),
        ),
        media_type=EVENTS,
    ),
    Operation(
        id="dayStatement",
        method="GET",
        path="/v1/days/{day}/statement",
        summary="Say what the shop took on a day, and what and when it is paid.",
        answer=days.StatementAnswer,
        parameters=(_DAY,),
        problems=(401, 403, 404, 422, 503),
    ),
    Operation(
        id="reconcileDay",
        method="POST",
        path="/v1/days/{day}/reconciliation",
        summary="Compare the terminal's day with the ledger's and name every difference.",
        request=days.ReconcileRequest,
        answer=days.ReconcileAnswer,
        parameters=(_DAY,),
        problems=(401, 403, 413, 422, 503),
    ),
    Operation(
        id="health",
        method="GET",
        path="/v1/health",
        summary="Say that the ledger takes requests.",
        answer=wire.HealthAnswer,
        problems=(503,),
        public=True,
    ),
)

BY_ID = {operation.id: operation for operation in OPERATIONS}
