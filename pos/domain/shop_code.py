"""The code that the shop shows for the customer's app: EMVCo merchant-presented. Never without its amount.

Tag, two digits of length, value (EMVCo QRCPS-MPM 1.1), all in the letters that a QR code packs best. The
payment's id and end stand in template 26, the terminal's own signature over all before it in templates 80
and 81 (in two halves: 99 characters are the most of one), and the checksum is last.

ShopCodeError (a ValueError)
* NotAShopCode      another code
* ShopCodeDamaged   the checksum, a length or a field is wrong
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pos.domain.base45 import Base45Error, base45_decode, base45_encode
from pos.domain.identifiers import Stan, TransactionId
from pos.domain.won import ZERO, Won

GUID = "KR.IEUM"
LABEL = b"ieum shop code v1"
GOOD_FOR = timedelta(minutes=3)
CHARS_MAX = 512  # What EMVCo allows.
VALUE_MAX = 99
NAME_MAX, CITY, COUNTRY, CURRENCY = 25, "INCHEON", "KR", "410"
SIGNATURE_BYTES = 64
AMOUNT_DIGITS_MAX = 8
_HALF = SIGNATURE_BYTES // 2
_BEGIN = "000201010212"  # Version 1, and made for one payment.
_CRC_POLYNOMIAL, _CRC_START = 0x1021, 0xFFFF  # CRC-16/CCITT-FALSE (ISO/IEC 13239).
_TOP = ("00", "01", "26", "52", "53", "54", "58", "59", "60", "62", "80", "81", "63")


class ShopCodeError(ValueError):
    """A code that can't be read as the shop's."""


class NotAShopCode(ShopCodeError):
    """Some other code."""


class ShopCodeDamaged(ShopCodeError):
    """It begins as one, and can't be read to its end as exactly one."""


@dataclass(frozen=True, slots=True)
class ShopCode:
    """What is to be paid, to whom, and until when.

    Attributes:
        name: of the terminal, in ASCII capitals; the app shows the shop's own name from the ledger.
        expires_at: to the second; the first moment at which it is not good any more.
        signature: the terminal's, over `message`.
    """

    payment_id: TransactionId
    amount: Won
    expires_at: datetime
    name: str
    signature: bytes = b""

    @property
    def message(self) -> bytes:
        """What the terminal signs: everything that stands before the signature."""
        return LABEL + self._unsigned().encode("ascii")

    @property
    def text(self) -> str:
        """What the QR code holds."""
        if len(self.signature) != SIGNATURE_BYTES:
            raise ValueError("a shop's code is shown signed")
        halves = self.signature[:_HALF], self.signature[_HALF:]
        signed = self._unsigned() + "".join(
            _field(tag, _field("00", GUID) + _field("01", base45_encode(half)))
            for tag, half in zip(("80", "81"), halves, strict=True)
        )
        return f"{signed}6304{crc16(f'{signed}6304'.encode('ascii')):04X}"

    def _unsigned(self) -> str:
        if not ZERO < self.amount or len(str(self.amount.amount)) > AMOUNT_DIGITS_MAX:
            raise ValueError(f"{self.amount} won can't stand in a code")
        account = (
            _field("00", GUID)
            + _field("01", self.payment_id.hex.upper())
            + _field("02", f"{int(self.expires_at.timestamp()):010d}")
        )
        return (
            _BEGIN
            + _field("26", account)
            + _field("52", "0000")
            + _field("53", CURRENCY)
            + _field("54", str(self.amount.amount))
            + _field("58", COUNTRY)
            + _field("59", self.name)
            + _field("60", CITY)
            + _field("62", _field("05", str(Stan.of(self.payment_id))))
        )


def plain_name(text: str) -> str:
    """Return a name as tag 59 takes it: ASCII capitals that keep the whole code small."""
    kept = "".join(
        each for each in text.upper() if each.isascii() and (each.isalnum() or each in "-. ")
    )
    return kept.strip()[:NAME_MAX] or "SHOP"


def read_shop_code(text: str) -> ShopCode:
    """Read a scan, from whatever hand it comes. That it is well formed says nothing of who signed it.

    Raises:
        NotAShopCode: it is some other code.
        ShopCodeDamaged: it is not exactly what `ShopCode.text` makes of some payment.
    """
    if not text.startswith(_BEGIN):
        raise NotAShopCode("another code")
    if len(text) > CHARS_MAX or not text.isascii():
        raise ShopCodeDamaged("too long, or no ASCII")
    if text[-8:-4] != "6304" or text[-4:] != f"{crc16(text[:-4].encode('ascii')):04X}":
        raise ShopCodeDamaged("the checksum is wrong")
    fields = _fields(text)
    if tuple(fields) != _TOP:
        raise ShopCodeDamaged("other fields")
    code = _code(fields)
    if code.text != text:
        raise ShopCodeDamaged("not the one way to write it")
    return code


def _code(fields: dict[str, str]) -> ShopCode:
    account, halves = _fields(fields["26"]), [_fields(fields[tag]) for tag in ("80", "81")]
    if account.get("00") != GUID:
        raise NotAShopCode("another scheme's")
    try:
        return ShopCode(
            payment_id=TransactionId.parse(account["01"].lower()),
            amount=Won(int(fields["54"])),
            expires_at=datetime.fromtimestamp(int(account["02"]), UTC),
            name=fields["59"],
            signature=b"".join(base45_decode(each["01"]) for each in halves),
        )
    except (KeyError, ValueError, OverflowError, OSError, Base45Error) as error:
        raise ShopCodeDamaged(type(error).__name__) from error


def _fields(text: str) -> dict[str, str]:
    """Take tags apart, in their order.

    Raises:
        ShopCodeDamaged: a length that leads out of the text, or a tag that comes twice.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, size = text[at : at + 2], text[at + 2 : at + 4]
        if len(size) != 2 or not (tag + size).isdecimal() or tag in found:
            raise ShopCodeDamaged("a tag or a length")
        value = text[at + 4 : at + 4 + int(size)]
        if not value or len(value) != int(size):
            raise ShopCodeDamaged("it ends early")
        found[tag] = value
        at += 4 + len(value)
    return found


def _field(tag: str, value: str) -> str:
    if not 0 < len(value) <= VALUE_MAX:
        raise ValueError(f"{len(value)} characters in tag {tag}")
    return f"{tag}{len(value):02d}{value}"


def crc16(data: bytes) -> int:
    """Return CRC-16/CCITT-FALSE, which gives 0x29B1 for `123456789`."""
    crc = _CRC_START
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ _CRC_POLYNOMIAL if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc
