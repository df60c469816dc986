"""What travels between terminal and ledger. Never more than its fields say: unknown ones are refused.

Won are JSON integers, ids lower-case hex, times ISO 8601 with a zone. No clear card number has a
field here: cards travel sealed to the ledger's key.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, JsonValue, RootModel

from ledger.contract.note_models import BenefitTold, FeeTold
from ledger.contract.words import (
    DEVICE_MAX,
    Amount,
    Balance,
    Digest,
    LongText,
    PublicKey,
    ShortText,
    Signature,
    Wire,
)

SEALED_MAX = 4_096  # Characters; a sealed card is about 300.
CODE_MAX = 512  # Characters of a code that is paid by.
CATALOGUE_MAX = 200  # Products in one feed item.
BATCH_MAX = 1_000  # Records in one request.
SEQUENCE_MAX = (1 << 48) - 1
INCARNATION_MAX = (1 << 32) - 1

PurseName = Literal["policy", "charged", "cashback"]
DeclineCode = Literal[
    "insufficient_funds",
    "card_blocked",
    "card_expired",
    "card_unknown",
    "card_not_genuine",
    "merchant_not_eligible",
    "reversed_before",
    "payment_unknown",
    "refund_exceeds",
    "code_unknown",
    "code_used",
    "code_expired",
    "coupon_unknown",
    "coupon_used",
    "coupon_ended",
    "coupon_minimum",
    "coupon_not_here",
    "coupon_changed",
]
OrderStateName = Literal[
    "accepted",
    "cooking",
    "ready",
    "picked_up",
    "delivered",
    "rejected",
    "cancelled",
    "auto_cancelled",
]


class AuthorizeRequest(Wire):
    """One online payment; its id is in the path. `sealed` is bound to that id."""

    amount: Amount
    sealed: Annotated[str, Field(min_length=1, max_length=SEALED_MAX)]
    at: AwareDatetime


class CodeRequest(Wire):
    """One online payment by the code of a customer's app; its id is in the path."""

    amount: Amount
    code: Annotated[str, Field(min_length=1, max_length=CODE_MAX)]
    at: AwareDatetime


class PurseDrawn(Wire):
    """What one purse paid."""

    purse: PurseName
    amount: Amount


class ApprovalAnswer(Wire):
    """Posted. `purses` sums to `amount`; `balance` is over all purses, afterwards.

    `for_card` is for the card: tag 91, and 71 or 72 with commands, as in an issuer's field 55. It is
    left out unless the terminal has passed on what the card says to its issuer.
    `masked_pan` is told where a code stood for the card, else empty. `benefits` and `fee` are told to
    terminals alone that ask for them with the header `Ieum-Tell: benefits`.
    """

    status: Literal["approved"] = "approved"
    amount: Amount
    approval_code: Annotated[str, Field(pattern="^[0-9]{8}$")]
    rrn: Annotated[str, Field(pattern="^[0-9]{12}$")]
    approved_at: AwareDatetime
    purses: tuple[PurseDrawn, ...]
    cashback: Balance
    balance: Balance
    # Terminals of before refuse a field that they do not know, null or not.
    for_card: Annotated[
        Annotated[str, Field(pattern="^([0-9a-f]{2}){1,512}$")] | None,
        Field(exclude_if=lambda value: value is None),
    ] = None
    masked_pan: Annotated[str, Field(pattern=r"^([0-9]{6}\*{3,9}[0-9]{4})?$")] = ""
    benefits: Annotated[
        tuple[BenefitTold, ...], Field(max_length=10, exclude_if=lambda value: not value)
    ] = ()
    fee: Annotated[FeeTold | None, Field(exclude_if=lambda value: value is None)] = None


class DeclineAnswer(Wire):
    """Not posted; nothing was drawn. `balance` is what the card could pay, for lack of funds."""

    status: Literal["declined"] = "declined"
    reason: DeclineCode
    balance: Balance | None = None


class FateAnswer(Wire):
    """Neither stands nor was declined."""

    status: Literal["reversed", "not_seen"]


class AuthorizeAnswer(
    RootModel[Annotated[ApprovalAnswer | DeclineAnswer, Field(discriminator="status")]]
):
    """The answer to a payment."""


class OutcomeAnswer(
    RootModel[Annotated[ApprovalAnswer | DeclineAnswer | FateAnswer, Field(discriminator="status")]]
):
    """What became of a payment."""


class ForwardedRecord(Wire):
    """One journal record as it stands at the terminal; `hash` is over all other fields."""

    device: Annotated[int, Field(ge=0, le=DEVICE_MAX)]
    incarnation: Annotated[int, Field(ge=0, le=INCARNATION_MAX)]
    sequence: Annotated[int, Field(ge=1, le=SEQUENCE_MAX)]
    at: AwareDatetime
    kind: Annotated[str, Field(max_length=64)]
    body: dict[str, JsonValue]
    previous: Digest
    hash: Digest


class ForwardRequest(Wire):
    """Records in the journal's order."""

    records: Annotated[tuple[ForwardedRecord, ...], Field(min_length=1, max_length=BATCH_MAX)]


class GivenBackAnswer(Wire):
    """What a void or refund did; empty, and without a balance, where nothing had been posted."""

    purses: tuple[PurseDrawn, ...]
    cashback_taken: Balance
    balance: Balance | None = None


class RecordOutcome(Wire):
    """The ledger's word on the record with this sequence."""

    sequence: Annotated[int, Field(ge=1, le=SEQUENCE_MAX)]
    status: Literal["accepted", "declined", "poison"]
    approval: ApprovalAnswer | None = None
    decline: DeclineAnswer | None = None
    commission: Balance | None = None
    problem: LongText = ""
    given_back: GivenBackAnswer | None = None
    not_posted: Balance = 0


class ForwardAnswer(Wire):
    """One outcome for each record, in the order sent."""

    outcomes: tuple[RecordOutcome, ...]


class WireOrderLine(Wire):
    """One dish; `amount` is for the whole line."""

    name: ShortText
    quantity: Annotated[int, Field(ge=1, le=9_999)]
    amount: Balance
    options: tuple[ShortText, ...] = ()


class WireOrder(Wire):
    """A delivery order; address and phone come masked."""

    channel: Annotated[str, Field(pattern="^[a-z0-9-]{1,32}$")]
    number: Annotated[str, Field(min_length=1, max_length=64)]
    short_number: Annotated[str, Field(min_length=1, max_length=16)]
    placed_at: AwareDatetime
    accept_by: AwareDatetime
    lines: Annotated[tuple[WireOrderLine, ...], Field(min_length=1, max_length=200)]
    total: Amount
    paid_in_app: bool
    disposables: bool
    shop_note: LongText = ""
    rider_note: LongText = ""
    address_masked: LongText = ""
    phone_masked: ShortText = ""


class OrderPlaced(Wire):
    """A new order to answer before its `accept_by`."""

    kind: Literal["order.placed"] = "order.placed"
    order: WireOrder


class OrderMoved(Wire):
    """An order went on, or ended, without the shop."""

    kind: Literal["order.state"] = "order.state"
    order_key: ShortText
    state: OrderStateName


class OrderRefundMade(Wire):
    """A part of an order was given back without the shop; `reference` names it for ever."""

    kind: Literal["order.refund"] = "order.refund"
    order_key: ShortText
    reference: ShortText
    amount: Amount
    commission_back: Balance


class OrderDoorTaken(Wire):
    """A till of the shop takes an order's door money, or has: then with its receipt."""

    kind: Literal["order.door"] = "order.door"
    order_key: ShortText
    till: Annotated[int, Field(ge=1)]
    receipt: Annotated[str, Field(max_length=40)]
    at: AwareDatetime


class CardHotlisted(Wire):
    """A card was stopped, or let go again; `hot_ref` is a keyed hash of its number."""

    kind: Literal["card.hotlist"] = "card.hotlist"
    hot_ref: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    stopped: bool


class NoticePosted(Wire):
    """A line of the operator's to the shop; or it is taken back."""

    kind: Literal["notice"] = "notice"
    id: Annotated[int, Field(ge=1)]
    ko: ShortText
    en: ShortText
    at: AwareDatetime
    until: AwareDatetime | None = None
    withdrawn: bool = False


class LedgerKeyAnnounced(Wire):
    """The ledger's next signing key, signed by the present one over a label and the key."""

    kind: Literal["ledger.key"] = "ledger.key"
    public: PublicKey
    signature: Signature


BasisPoints = Annotated[int, Field(ge=0, le=10_000)]


class WireChannelRate(Wire):
    """What selling over one channel costs, in basis points."""

    channel: Annotated[str, Field(min_length=1, max_length=32)]
    commission_bp: BasisPoints
    payment_bp: BasisPoints
    vat_bp: BasisPoints
    ad_bp: BasisPoints = 0


class WireRates(Wire):
    """What a terminal estimates and shows with, from a day on; what is charged the ledger decides."""

    valid_from: date
    cashback_bp: BasisPoints
    no_signature_max: Balance
    channels: Annotated[tuple[WireChannelRate, ...], Field(max_length=50)]
    private_app: WireChannelRate


class RatesChanged(Wire):
    """Rates to be used over those that begin on the same day."""

    kind: Literal["rates"] = "rates"
    rates: Annotated[tuple[WireRates, ...], Field(min_length=1, max_length=100)]


class WireProduct(Wire):
    """One thing that the shop sells; `price` is in won, tax included."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    price: Amount
    tax: Literal["taxable", "exempt"]


class CatalogueChanged(Wire):
    """Products that are new or changed, and codes that are sold no more."""

    kind: Literal["catalogue"] = "catalogue"
    products: Annotated[tuple[WireProduct, ...], Field(max_length=CATALOGUE_MAX)]
    removed: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
        Field(max_length=CATALOGUE_MAX),
    ] = ()


FeedItem = (
    OrderPlaced
    | OrderMoved
    | OrderRefundMade
    | OrderDoorTaken
    | CardHotlisted
    | NoticePosted
    | LedgerKeyAnnounced
    | RatesChanged
    | CatalogueChanged
)


class FeedAnswer(Wire):
    """What is new after the cursor, oldest first, and the cursor to ask with next.

    `at` is the ledger's clock.
    """

    cursor: Annotated[str, Field(max_length=32)]
    items: tuple[Annotated[FeedItem, Field(discriminator="kind")], ...]
    at: AwareDatetime


class SignedHead(Wire):
    """How far the ledger knows the terminal's journal, signed with the ledger's key.

    `sequence` and `hash` are of the newest record it holds, `count` is over all incarnations.
    """

    device: Annotated[int, Field(ge=0, le=DEVICE_MAX)]
    incarnation: Annotated[int, Field(ge=0, le=INCARNATION_MAX)]
    sequence: Annotated[int, Field(ge=1, le=SEQUENCE_MAX)]
    hash: Digest
    count: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    signature: Signature


class HeadAnswer(Wire):
    """The head; null if the ledger holds no record of the terminal, or has no key to sign with."""

    head: SignedHead | None


class HealthAnswer(Wire):
    """The ledger takes requests; `at` is its clock."""

    status: Literal["ok"] = "ok"
    at: AwareDatetime


class Problem(Wire):
    """Why a request was not taken (RFC 9457). `code` is short and stable; nothing was posted.

    `at` is the ledger's clock, where the request's own time is what was wrong.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: Annotated[str, Field(pattern="^[a-z_]{1,40}$")]
    detail: LongText = ""
    at: AwareDatetime | None = None
