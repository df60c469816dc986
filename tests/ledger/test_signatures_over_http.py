"""Batches signed by the terminal, heads signed by the ledger; a wrong signature moves nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.client import HttpLedger
from pos.domain.errors import LedgerSilent, TerminalNotAccepted
from pos.domain.forwarding import ForwardStatus
from tests.ledger.conftest import DEVICE, OTHER_DEVICE, OTHER_TOKEN, TOKEN, Process
from tests.ledger.journal import Journal
from tests.ledger.plain_cards import SIGNING

DEADLINE_MS = 5_000
LEDGER_PUBLIC = SIGNING.public_key().public_bytes_raw()


class Key:
    """A device's key; `spoilt` signs something else."""

    def __init__(self, seed: int, *, spoilt: bool = False) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self._spoilt = spoilt

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message + b"!" if self._spoilt else message)


def journal(*amounts: int) -> Journal:
    made = Journal()
    for number, amount in enumerate(amounts, start=1):
        made.cash_sale(number, amount)
    return made


@pytest.fixture
async def signed(process: Process) -> AsyncIterator[HttpLedger]:
    client = HttpLedger(process.url, TOKEN, DEVICE, Key(1), LEDGER_PUBLIC)
    yield client
    await client.aclose()


async def test_a_signed_batch_is_taken(signed: HttpLedger) -> None:
    outcomes = await signed.forward(journal(1_000, 2_000).records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [ForwardStatus.ACCEPTED] * 2


async def test_a_batch_with_a_wrong_signature_is_refused_and_leaves_nothing(
    process: Process,
) -> None:
    forger = HttpLedger(process.url, TOKEN, DEVICE, Key(1, spoilt=True))

    with pytest.raises(TerminalNotAccepted) as caught:
        await forger.forward(journal(1_000).records, deadline_ms=DEADLINE_MS)

    assert caught.value.facts["reason"] == "signature_wrong"
    assert process.ask("/demo/entries")["sales"] == []


async def test_a_terminal_that_has_signed_once_must_go_on_signing(
    signed: HttpLedger, ledger: HttpLedger
) -> None:
    batch = journal(1_000).records
    await ledger.forward(batch, deadline_ms=DEADLINE_MS)  # Not yet.
    await signed.forward(batch, deadline_ms=DEADLINE_MS)

    with pytest.raises(TerminalNotAccepted):
        await ledger.forward(batch, deadline_ms=DEADLINE_MS)


async def test_a_new_key_is_added_behind_the_first(signed: HttpLedger, process: Process) -> None:
    batch = journal(1_000).records
    await signed.forward(batch, deadline_ms=DEADLINE_MS)
    after_a_lost_disk = HttpLedger(process.url, TOKEN, DEVICE, Key(2))

    (outcome,) = await after_a_lost_disk.forward(batch, deadline_ms=DEADLINE_MS)

    assert outcome.status is ForwardStatus.ACCEPTED
    keys = process.ask("/demo/entries")["device_keys"]
    assert keys == {f"{DEVICE:012x}": [Key(1).public.hex(), Key(2).public.hex()]}


async def test_one_terminals_signature_is_good_for_no_other(process: Process) -> None:
    batch = journal(1_000).records

    class Replayed(Key):
        def sign(self, message: bytes) -> bytes:
            here, there = DEVICE.to_bytes(6, "big"), OTHER_DEVICE.to_bytes(6, "big")
            return super().sign(message.replace(there, here))

    thief = HttpLedger(process.url, OTHER_TOKEN, OTHER_DEVICE, Replayed(1))

    with pytest.raises(TerminalNotAccepted):
        await thief.forward(batch, deadline_ms=DEADLINE_MS)


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
    doubting = HttpLedger(process.url, TOKEN, DEVICE, Key(1), public)

    with pytest.raises(LedgerSilent):
        await doubting.head(deadline_ms=DEADLINE_MS)


async def test_without_the_ledgers_key_no_head_is_asked_for() -> None:
    nowhere = HttpLedger("http://127.0.0.1:1", "t", DEVICE, Key(1))

    assert await nowhere.head(deadline_ms=1) is None
