"""How far the ledger knows a journal, signed by it; a head that it did not sign is no answer."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest

from ledger.client import HttpLedger
from pos.domain.errors import LedgerSilent
from tests.ledger.conftest import DEVICE, KEY, Key, Process
from tests.ledger.journal import Journal
from tests.ledger.plain_cards import SIGNING

DEADLINE_MS = 5_000
LEDGER_PUBLIC = SIGNING.public_key().public_bytes_raw()


def journal(*amounts: int) -> Journal:
    made = Journal()
    for number, amount in enumerate(amounts, start=1):
        made.cash_sale(number, amount)
    return made


@pytest.fixture
async def signed(process: Process) -> AsyncIterator[HttpLedger]:
    client = HttpLedger(process.url, DEVICE, KEY, LEDGER_PUBLIC)
    yield client
    await client.aclose()


async def test_a_ledger_that_knows_nothing_of_a_terminal_has_no_head(signed: HttpLedger) -> None:
    assert await signed.head(deadline_ms=DEADLINE_MS) is None


async def test_the_head_is_the_newest_record_and_counts_all(signed: HttpLedger) -> None:
    old, new = journal(1_000, 2_000), Journal(incarnation=8)
    new.cash_sale(9, 3_000)
    await signed.forward(old.records[1:], deadline_ms=DEADLINE_MS)
    await signed.forward(new.records, deadline_ms=DEADLINE_MS)
    await signed.forward(old.records[:1], deadline_ms=DEADLINE_MS)  # Parked, and released late.
    await signed.forward(new.records, deadline_ms=DEADLINE_MS)  # A repeat.

    head = await signed.head(deadline_ms=DEADLINE_MS)

    assert head is not None
    assert (head.device, head.incarnation, head.count) == (DEVICE, 8, 3)
    assert (head.sequence, head.hash) == (1, new.records[0].hash)


async def test_a_late_record_does_not_set_the_head_back(signed: HttpLedger) -> None:
    records = journal(1_000, 2_000).records
    await signed.forward(records[1:], deadline_ms=DEADLINE_MS)
    await signed.forward(records[:1], deadline_ms=DEADLINE_MS)

    head = await signed.head(deadline_ms=DEADLINE_MS)

    assert head is not None
    assert (head.sequence, head.hash, head.count) == (2, records[1].hash, 2)


async def test_poison_is_not_counted(signed: HttpLedger) -> None:
    good = journal(1_000).records
    broken = dataclasses.replace(good[0], sequence=2)
    await signed.forward([*good, broken], deadline_ms=DEADLINE_MS)

    head = await signed.head(deadline_ms=DEADLINE_MS)

    assert head is not None
    assert (head.sequence, head.count) == (1, 1)


@pytest.mark.parametrize("public", [Key(9).public, b"no key"], ids=["another's", "none"])
async def test_a_head_that_the_ledger_did_not_sign_is_no_answer(
    signed: HttpLedger, process: Process, public: bytes
) -> None:
    await signed.forward(journal(1_000).records, deadline_ms=DEADLINE_MS)
    doubting = HttpLedger(process.url, DEVICE, KEY, public)

    with pytest.raises(LedgerSilent):
        await doubting.head(deadline_ms=DEADLINE_MS)


async def test_without_the_ledgers_key_no_head_is_asked_for() -> None:
    nowhere = HttpLedger("http://127.0.0.1:1", DEVICE, KEY)

    assert await nowhere.head(deadline_ms=1) is None
