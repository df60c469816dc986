"""A taxi for a customer at the counter. Called once; knows nothing of the customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pos.domain.errors import IeumError
from pos.domain.identifiers import TransactionId


class TaxiState(StrEnum):
    """How far a taxi is."""

    CALLED = "called"
    COMING = "coming"
    HERE = "here"
    GONE = "gone"  # With the customer.
    CANCELLED = "cancelled"


_RANK = {state: rank for rank, state in enumerate(TaxiState)}
TAXI_ENDED = frozenset({TaxiState.GONE, TaxiState.CANCELLED})


class TaxiUnderWay(IeumError):
    """One was called and is not gone: a second one would come, too."""

    code = "O21"
    ko = "이미 부른 택시가 있습니다. 다시 부르지 않았습니다. 먼저 온 택시를 보내거나 취소하세요."
    en = "A taxi was called already. No second one was called. Send that one off, or cancel it."


class TaxiNotCalled(IeumError):
    """There is none to cancel."""

    code = "O22"
    ko = "부른 택시가 없거나 이미 떠났습니다. 취소된 것은 없습니다."
    en = "No taxi is called, or it has left. Nothing was cancelled."


@dataclass(frozen=True, slots=True)
class TaxiAsked:
    """A taxi is to be called; written before the service is asked."""

    decision_id: TransactionId
    at: datetime


@dataclass(frozen=True, slots=True)
class TaxiCancelAsked:
    """It is to be cancelled."""

    decision_id: TransactionId
    at: datetime


@dataclass(frozen=True, slots=True)
class TaxiMoved:
    """The service said where it is; `plate` as the driver shows it."""

    decision_id: TransactionId
    state: TaxiState
    plate: str
    minutes: int
    at: datetime


TaxiEvent = TaxiAsked | TaxiCancelAsked | TaxiMoved


@dataclass(frozen=True, slots=True)
class Taxi:
    """One call.

    Attributes:
        told: the service has said that it knows of it.
        minutes: until it is here, in the service's word.
    """

    id: TransactionId
    state: TaxiState = TaxiState.CALLED
    told: bool = False
    cancelling: bool = False
    plate: str = ""
    minutes: int = 0


def after(taxi: Taxi | None, event: TaxiEvent) -> Taxi | None:
    """Return the newest call after an event; one told twice or late changes nothing."""
    match event:
        case TaxiAsked(decision_id=asked):
            return taxi if taxi is not None and taxi.id == asked else Taxi(asked)
        case TaxiCancelAsked(decision_id=asked) if taxi is not None and taxi.id == asked:
            return replace(taxi, cancelling=True)
        case TaxiMoved(decision_id=asked, state=state) if taxi is not None and taxi.id == asked:
            newer = max(taxi.state, state, key=lambda each: _RANK[each])
            cancelling = taxi.cancelling and newer not in TAXI_ENDED
            plate = event.plate or taxi.plate
            return replace(
                taxi,
                state=newer,
                told=True,
                cancelling=cancelling,
                plate=plate,
                minutes=event.minutes,
            )
    return taxi
