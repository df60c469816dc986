"""Takes a lost terminal's sale in from its paper: the code is written down and told to the ledger.

Never posts anything itself: the ledger checks the signature against the lost terminal's key, and a
sale or payment that it knows already changes nothing there, however often its paper is scanned.
"""

from __future__ import annotations

from collections.abc import Callable

from pos.domain.errors import IeumError
from pos.domain.events import ReceiptReingested, to_record
from pos.domain.receipt_code import NotAReceiptCode, ReceiptCodeError, SignedReceipt, read_code
from pos.ports import Change, Clock, Store, SyncEngine

Genuine = Callable[[SignedReceipt], bool | None]
"""Tells whether a known key signed a code; None if no key at hand is the one it names."""


class ReceiptError(IeumError):
    """A scanned code that can't be taken in; nothing was written or sent."""


class NoReceiptCode(ReceiptError):
    """Another code than that of a receipt of ours."""

    code = "R06"
    ko = "이음 영수증의 QR이 아닙니다. 기록된 것은 없습니다. 영수증 아래쪽의 QR을 스캔하세요."
    en = "This is not the QR code of one of our receipts. Nothing was written. Scan the one at its foot."


class ReceiptNotReadable(ReceiptError):
    """A damaged code, or one that no terminal of ours has signed."""

    code = "R07"
    ko = "QR이 손상되었거나 진본이 아닙니다. 기록된 것은 없습니다. 다시 스캔하고, 안 되면 영수증을 보관하세요."
    en = (
        "The code is damaged or not genuine. Nothing was written. Scan it again, or keep the paper."
    )


class ReceiptKnown(ReceiptError):
    """This terminal has the sale in its own record."""

    code = "R08"
    ko = "영수증 {number}은(는) 이 단말기에 이미 있는 판매입니다. 바뀐 것은 없습니다. 다음 영수증을 스캔하세요."
    en = (
        "Receipt {number} is in this terminal's record already. Nothing changed. Scan the next one."
    )


class TrainingReceipt(ReceiptError):
    """A paper of the training mode: no money moved."""

    code = "R09"
    ko = "교육용 영수증 {number}입니다. 실제 거래가 아니어서 기록하지 않았습니다."
    en = "Receipt {number} is from training. It is no real sale, so nothing was written."


class Reingest:
    """The key for papers of a terminal whose disk is gone."""

    def __init__(
        self,
        *,
        store: Store,
        sync: SyncEngine,
        clock: Clock,
        genuine: Genuine = lambda _: None,
    ) -> None:
        """Take the ports; `genuine` checks what can be checked here, the ledger checks the rest."""
        self._store = store
        self._sync = sync
        self._clock = clock
        self._genuine = genuine

    async def take(self, text: str) -> SignedReceipt:
        """Write a scanned code down and have it told to the ledger; return what it says.

        Raises:
            ReceiptError: nothing was written.
            StoreUnavailable: it could not be written.
        """
        receipt = _read(text)
        number = receipt.facts.receipt_number
        if self._genuine(receipt) is False:
            raise ReceiptNotReadable()
        if receipt.facts.training:
            raise TrainingReceipt(number=number)
        if await self._store.sale_records(receipt.facts.sale_id):
            raise ReceiptKnown(number=number)
        event = ReceiptReingested(receipt.facts.sale_id, text.strip(), self._clock.now())
        await self._store.commit(Change(records=(to_record(event),)))
        self._sync.wake()
        return receipt


def _read(text: str) -> SignedReceipt:
    try:
        return read_code(text.strip())
    except NotAReceiptCode as error:
        raise NoReceiptCode() from error
    except ReceiptCodeError as error:
        raise ReceiptNotReadable() from error
