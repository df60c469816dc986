"""Chooses the voucher application from a card's directory. Never selects another card's.

Whether a card is ours is known from the directory alone (EMV Book B, 3.3), so no application of
a bank's card is selected and none of its records read.
"""

from __future__ import annotations

from drivers.cards.apdu import NOT_FOUND, Reply
from drivers.cards.scheme import OTHER_BRAND, Scheme, brand_of
from drivers.cards.tlv import MalformedCard, children, parse
from pos.domain.errors import ForeignCard

_FCI, _PROPRIETARY, _DISCRETIONARY, _ENTRY = 0x6F, 0xA5, 0xBF0C, 0x61
_ADF_NAME, _PRIORITY = 0x4F, 0x87
_AID_BYTES = range(5, 17)  # ISO/IEC 7816-4, 8.2.1.2.
_NO_PRIORITY = 0x10  # Sorts after the priorities 1 to 15.


def choose_application(ppse: Reply, scheme: Scheme) -> bytes:
    """Return the id of the voucher application to select.

    A card without a directory is asked for our own id only (Book 1, 12.3.3, a list of one).

    Raises:
        ForeignCard: the directory names only other applications.
        MalformedCard: the directory can't be read.
    """
    if ppse.status == NOT_FOUND:
        return scheme.aid
    if not ppse.ok:
        raise MalformedCard("the directory can't be selected")
    applications = _applications(ppse.data)
    if not applications:
        raise MalformedCard("the directory is empty")
    for aid in applications:
        if aid.startswith(scheme.aid):
            return aid
    brands = [brand_of(aid) for aid in applications]
    raise ForeignCard(brand=next((b for b in brands if b != OTHER_BRAND), OTHER_BRAND))


def _applications(data: bytes) -> list[bytes]:
    """Return the directory's application ids, by the card's own priority."""
    ranked: list[tuple[int, bytes]] = []
    for entry in children(data, _FCI, _PROPRIETARY, _DISCRETIONARY):
        if entry.tag != _ENTRY:
            continue
        objects = {each.tag: each.value for each in parse(entry.value)}
        aid = objects.get(_ADF_NAME, b"")
        if len(aid) not in _AID_BYTES:
            raise MalformedCard("the directory names a wrong id")
        priority = (objects.get(_PRIORITY, b"\0")[:1] or b"\0")[0] & 0x0F
        ranked.append((priority or _NO_PRIORITY, aid))
    return [aid for _, aid in sorted(ranked, key=lambda each: each[0])]
