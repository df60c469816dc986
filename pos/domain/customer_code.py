"""The code that a customer's app shows to be scanned at the till. Never says which card; the ledger knows.

`IEUMC1:` and base45 of: version, id (16 bytes), when it ends (seconds, 4 bytes), the ledger's Ed25519
signature. The terminal reads its form alone: whether it is genuine, fresh and unused only the ledger
can tell, so that without a line no code is ever taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pos.domain.base45 import Base45Error, base45_decode, base45_encode
from pos.domain.scan_errors import NotAPaymentCode, PaymentCodeDamaged

PREFIX = "IEUMC1:"
LABEL = b"ieum customer code v1"
VERSION = 1
GOOD_FOR = timedelta(minutes=3)
ID_BYTES, TIME_BYTES, SIGNATURE_BYTES = 16, 4, 64
_PAYLOAD_BYTES = 1 + ID_BYTES + TIME_BYTES
_TEXT_CHARS = len(PREFIX) + (_PAYLOAD_BYTES + SIGNATURE_BYTES) // 2 * 3 + 2  # Of an odd length.


@dataclass(frozen=True, slots=True)
class CustomerCode:
    """A code as read; whether the ledger has signed it is for the ledger to check.

    Attributes:
        id: 32 hex digits, by which the ledger knows the code.
        expires_at: the first moment at which it is not good any more, by the ledger's clock.
    """

    id: str
    expires_at: datetime
    signature: bytes = b""

    @property
    def payload(self) -> bytes:
        """What stands before the signature."""
        seconds = int(self.expires_at.timestamp())
        return bytes((VERSION,)) + bytes.fromhex(self.id) + seconds.to_bytes(TIME_BYTES, "big")

    @property
    def message(self) -> bytes:
        """What the ledger signs."""
        return LABEL + self.payload

    @property
    def text(self) -> str:
        """What the QR code holds."""
        return PREFIX + base45_encode(self.payload + self.signature)


def is_customer_code(text: str) -> bool:
    """Tell whether a scan wants to be a customer's payment code."""
    return text.startswith(PREFIX)


def read_customer_code(text: str) -> CustomerCode:
    """Read a scan, from whatever hand it comes.

    Raises:
        NotAPaymentCode: it is some other code.
        PaymentCodeDamaged: it begins as one and is not exactly one.
    """
    if not is_customer_code(text):
        raise NotAPaymentCode()
    if len(text) != _TEXT_CHARS:
        raise PaymentCodeDamaged()
    try:
        data = base45_decode(text[len(PREFIX) :])
    except Base45Error as error:
        raise PaymentCodeDamaged() from error
    if len(data) != _PAYLOAD_BYTES + SIGNATURE_BYTES or data[0] != VERSION:
        raise PaymentCodeDamaged()
    seconds = int.from_bytes(data[1 + ID_BYTES : _PAYLOAD_BYTES], "big")
    return CustomerCode(
        id=data[1 : 1 + ID_BYTES].hex(),
        expires_at=datetime.fromtimestamp(seconds, UTC),
        signature=data[_PAYLOAD_BYTES:],
    )
