"""A record's hash is that of its whole canonical form, whatever its words hold."""

from __future__ import annotations

import hashlib

import pytest

from pos.domain.codec import encode
from pos.domain.record import NewRecord, canonical, chain
from tests.fakes import NOON

ODD = ['a "quoted" kind', "back\\slash", "줄\n바꿈", "\x00\u2028", '","previous":"']


@pytest.mark.parametrize("kind", ["sale.completed", *ODD])
@pytest.mark.parametrize("previous", ["0" * 64, *ODD])
def test_the_hash_is_over_the_canonical_form_of_the_whole_record(kind: str, previous: str) -> None:
    new = NewRecord(kind, {"z": [1, None, True], "가": 'a "word"\n', "type": "X"}, NOON)
    record = chain(0x0001_0000_0001, 7, 3, previous, new)
    whole = {
        "device": record.device,
        "incarnation": record.incarnation,
        "sequence": record.sequence,
        "at": encode(NOON),
        "kind": kind,
        "body": new.body,
        "previous": previous,
    }
    assert record.hash == hashlib.sha256(canonical(whole)).hexdigest()
