"""What a card holds, as the ledger says it when asked. Never an estimate, never kept: it is only shown."""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.errors import IeumError
from pos.domain.tender import PurseDraw
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class CardBalance:
    """One answer.

    Attributes:
        purses: what of each can pay here, in the order drawn.
        elsewhere: policy money that only pays in other shops.
        on_card: set aside for payments that the card approves by itself.
    """

    purses: tuple[PurseDraw, ...]
    elsewhere: Won = ZERO
    on_card: Won = ZERO

    @property
    def here(self) -> Won:
        """What can pay here, with the line."""
        return Won.total(each.amount for each in self.purses)


class BalanceNeedsLine(IeumError):
    """Only the ledger knows what a card holds. Nothing was drawn."""

    code = "U04"
    ko = (
        "통신이 끊겨 잔액을 확인할 수 없습니다. 결제되거나 빠져나간 돈은 없습니다. "
        "통신이 돌아온 뒤 다시 확인하세요."
    )
    en = (
        "The balance can't be asked while the line is down. Nothing was charged. "
        "Ask again when the line is back."
    )


class BalanceNotRead(IeumError):
    """The reader can't ask this card for a balance: it gave nothing that proves it. Nothing was drawn."""

    code = "U05"
    ko = "이 카드로는 잔액을 확인할 수 없습니다. 빠져나간 돈은 없습니다. 카드를 다시 대거나 손님 앱에서 확인하세요."
    en = "This card can't be asked. Nothing was charged. Tap it again, or look in the customer's app."
