"""A rider's way, apart from the order's. Never called twice for one order; cancelled before pick-up only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pos.domain.errors import IeumError


class RiderState(StrEnum):
    """How far a rider is."""

    REQUESTED = "requested"
    ASSIGNED = "assigned"
    ARRIVED = "arrived"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


_RANK = {state: rank for rank, state in enumerate(RiderState)}


class RiderCalled(IeumError):
    """A rider was called for this order before."""

    code = "O11"
    ko = "주문 {number}의 라이더는 이미 불렀습니다. 다시 부르지 않았습니다. 라이더 상태를 확인하세요."
    en = "A rider was called for order {number} before. None was called again. Look how far he is."


class RiderUnderWay(IeumError):
    """The rider has the food already, or none was called: nothing can be cancelled."""

    code = "O12"
    ko = "주문 {number}의 라이더는 취소할 수 없습니다({why}). 취소되지 않았습니다. 배달 대행사에 전화하세요."
    en = "The rider of order {number} can't be cancelled ({why}). He was not. Call the agency."


@dataclass(frozen=True, slots=True)
class Rider:
    """Where an order's rider is.

    Attributes:
        told: the agency has said that it knows the request; until then it is sent again.
        cancelling: it is to be cancelled, and the agency has not said yes.
    """

    order_key: str
    state: RiderState = RiderState.REQUESTED
    told: bool = False
    cancelling: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class RiderAsked:
    """A rider is to be called; written before the agency is asked, and once an order."""

    order_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RiderCancelAsked:
    """The rider is to be cancelled; written before the agency is asked."""

    order_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RiderMoved:
    """The agency said where the rider is."""

    order_key: str
    state: RiderState
    name: str
    at: datetime


RiderEvent = RiderAsked | RiderCancelAsked | RiderMoved


def follow(riders: dict[str, Rider], event: RiderEvent) -> None:
    """Take one event in; one told twice, or late, changes nothing."""
    key = event.order_key
    rider = riders.get(key)
    match event:
        case RiderAsked():
            riders.setdefault(key, Rider(key))
        case RiderCancelAsked() if rider is not None:
            riders[key] = replace(rider, cancelling=True)
        case RiderMoved(state=state, name=name) if rider is not None:
            if _RANK[state] > _RANK[rider.state] or not rider.told:
                newer = max(rider.state, state, key=lambda each: _RANK[each])
                ended = newer in ENDED or newer is RiderState.PICKED_UP
                riders[key] = replace(
                    rider,
                    state=newer,
                    told=True,
                    name=name or rider.name,
                    cancelling=rider.cancelling and not ended,
                )
        case _:
            pass


ENDED = frozenset({RiderState.DELIVERED, RiderState.CANCELLED})


def can_cancel(rider: Rider | None) -> bool:
    """Tell whether a rider can still be cancelled: before he has the food."""
    return rider is not None and _RANK[rider.state] < _RANK[RiderState.PICKED_UP]
