"""Builds the ways to pay out of what they all need. Never a rule: each of them is a service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from config.settings import Settings
from pos.domain.rates import Rates
from pos.ports import CardReader, Clock, Ledger, Store, SyncEngine
from pos.services.ask_balance import AskBalance
from pos.services.build_sale import Counter
from pos.services.card_outcome import Deadlines
from pos.services.finish_sale import FinishSale
from pos.services.line import Line
from pos.services.take_card import TakeCard
from pos.services.take_cash import TakeCash
from pos.services.take_coupon import TakeCoupon
from pos.services.take_external import TakeExternal
from pos.services.take_qr import Sign, TakeQr


class Parts(TypedDict):
    """What every payment that asks the ledger needs, by the names of its arguments."""

    counter: Counter
    finish: FinishSale
    ledger: Ledger
    store: Store
    sync: SyncEngine
    line: Line
    clock: Clock


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to pay."""

    cash: TakeCash
    card: TakeCard
    qr: TakeQr
    coupon: TakeCoupon
    external: TakeExternal
    balance: AskBalance


def ways_to_pay(
    settings: Settings, parts: Parts, reader: CardReader, sign: Sign, rates: Callable[[], Rates]
) -> Ways:
    """Return them, over one sale and one line."""
    ledger = settings.ledger
    asking = Deadlines(authorize_ms=ledger.authorize_ms, outcome_ms=ledger.outcome_ms)
    card = Deadlines(settings.reader.card_ms, ledger.authorize_ms, ledger.outcome_ms)
    return Ways(
        cash=TakeCash(counter=parts["counter"], finish=parts["finish"]),
        card=TakeCard(
            **parts, reader=reader, limits=settings.offline.limits, rates=rates, deadlines=card
        ),
        qr=TakeQr(**parts, sign=sign, terminal_number=settings.terminal.number, deadlines=asking),
        coupon=TakeCoupon(**parts, deadlines=asking),
        external=TakeExternal(
            counter=parts["counter"],
            finish=parts["finish"],
            store=parts["store"],
            clock=parts["clock"],
        ),
        balance=AskBalance(
            counter=parts["counter"],
            reader=reader,
            ledger=parts["ledger"],
            line=parts["line"],
            deadlines=card,
            clock=parts["clock"],
        ),
    )
