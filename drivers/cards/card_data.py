"""Reads a voucher card's application up to its records. Never keeps them beyond the transaction.

Source: EMV Book 3, 10.1 (initiate), 10.2 (read application data), 10.3 (which data is signed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from drivers.cards import apdu
from drivers.cards.tlv import MalformedCard, children, encode, fill_dol, flatten, parse, parse_dol

MAX_RECORDS = 16  # A voucher card has 3; a card that goes on is broken.
_RECORD = 0x70
_AIP, _AFL, _PDOL = 0x82, 0x94, 0x9F38
_PAN, _EXPIRY, _PSN, _CDOL1, _CDOL2, _SDA_TAGS = 0x5A, 0x5F24, 0x5F34, 0x8C, 0x8D, 0x9F4A


@dataclass(frozen=True, slots=True)
class CardData:
    """What the card says of itself. Only the shape shows in the repr.

    Attributes:
        profile: application interchange profile (AIP), 2 bytes.
        static_data: what the card's certificate signs beside its own key.
        cdol2: what the card wants to know with the ledger's answer; empty: it wants none.
        pdol_data: what the terminal sent with GPO; the card's signature covers it.
    """

    pan: str = field(repr=False)
    psn: str = field(repr=False)
    expires: date
    profile: bytes
    cdol: tuple[tuple[int, int], ...]
    cdol2: tuple[tuple[int, int], ...]
    objects: Mapping[int, bytes] = field(repr=False)
    static_data: bytes = field(repr=False)
    pdol_data: bytes = field(repr=False)


def read_card(transmit: apdu.Transmit, aid: bytes, values: Mapping[int, bytes]) -> CardData:
    """Select the application, start it and read its records.

    Raises:
        MalformedCard: an answer is refused, cut short or lacks what is mandatory.
    """
    pdol_data = fill_dol(_select(transmit, aid), values)
    profile, locator = _start(transmit, pdol_data)
    objects, static_data = _read_records(transmit, locator)
    if _SDA_TAGS in objects:
        if objects[_SDA_TAGS] != bytes([_AIP]):  # Book 3, 10.3: nothing else may stand here.
            raise MalformedCard("the list of signed objects is wrong")
        static_data += profile
    return CardData(
        pan=_pan(objects),
        psn=_psn(objects.get(_PSN, b"\0")),
        expires=_expiry(_need(objects, _EXPIRY)),
        profile=profile,
        cdol=parse_dol(_need(objects, _CDOL1)),
        cdol2=parse_dol(objects.get(_CDOL2, b"")),
        objects=objects,
        static_data=static_data,
        pdol_data=pdol_data,
    )


def _select(transmit: apdu.Transmit, aid: bytes) -> tuple[tuple[int, int], ...]:
    """Select the application and return its PDOL."""
    reply = _done(apdu.exchange(transmit, apdu.select(aid)), "the application can't be selected")
    inside = {each.tag: each.value for each in children(reply, 0x6F, 0xA5)}
    return parse_dol(inside.get(_PDOL, b""))


def _start(transmit: apdu.Transmit, pdol_data: bytes) -> tuple[bytes, bytes]:
    """Get processing options; both forms of the answer (Book 3, 6.5.8.4)."""
    command = apdu.get_processing_options(pdol_data)
    outer = parse(_done(apdu.exchange(transmit, command), "the card does not start"))
    if len(outer) != 1:
        raise MalformedCard("the processing options have a wrong form")
    if outer[0].tag == 0x80:
        profile, locator = outer[0].value[:2], outer[0].value[2:]
    else:
        objects = flatten(encode(outer[0].tag, outer[0].value)) if outer[0].tag == 0x77 else {}
        profile, locator = _need(objects, _AIP), _need(objects, _AFL)
    if len(profile) != 2 or not locator or len(locator) % 4:
        raise MalformedCard("the processing options have a wrong form")
    return profile, locator


def _read_records(transmit: apdu.Transmit, locator: bytes) -> tuple[dict[int, bytes], bytes]:
    objects: dict[int, bytes] = {}
    signed = b""
    count = 0
    for at in range(0, len(locator), 4):
        sfi, first, last, signed_count = locator[at] >> 3, *locator[at + 1 : at + 4]
        if not 1 <= sfi <= 10 or not 1 <= first <= last or signed_count > last - first + 1:
            raise MalformedCard("the file locator is wrong")
        for number in range(first, last + 1):
            count += 1
            if count > MAX_RECORDS:
                raise MalformedCard("too many records")
            body = _read_record(transmit, sfi, number)
            found = flatten(body)
            if found.keys() & objects.keys():
                raise MalformedCard("an object comes twice")
            objects.update(found)
            if number < first + signed_count:
                signed += body
    return objects, signed


def _read_record(transmit: apdu.Transmit, sfi: int, number: int) -> bytes:
    reply = apdu.exchange(transmit, apdu.read_record(sfi, number))
    outer = parse(_done(reply, "a record can't be read"))
    if len(outer) != 1 or outer[0].tag != _RECORD:
        raise MalformedCard("a record has a wrong form")
    return outer[0].value


def _done(reply: apdu.Reply, problem: str) -> bytes:
    if not reply.ok:
        raise MalformedCard(problem)
    return reply.data


def _need(objects: Mapping[int, bytes], tag: int) -> bytes:
    if tag not in objects:
        raise MalformedCard(f"object {tag:X} is missing")
    return objects[tag]


def _pan(objects: Mapping[int, bytes]) -> str:
    digits = _need(objects, _PAN).hex()
    pan = digits.rstrip("f")
    if not pan.isdecimal() or not 13 <= len(pan) <= 19 or len(digits) - len(pan) > 7:
        raise MalformedCard("the card number has a wrong form")
    return pan


def _psn(value: bytes) -> str:
    if len(value) != 1 or not value.hex().isdecimal():
        raise MalformedCard("the sequence number has a wrong form")
    return value.hex()


def _expiry(value: bytes) -> date:
    """Read YYMMDD; the card is good through that day."""
    try:
        return datetime.strptime(f"20{value.hex()}", "%Y%m%d").date()  # noqa: DTZ007 - a calendar day.
    except ValueError:
        raise MalformedCard("the expiry is no date") from None
