"""The CardReader port's contract, on the reader in this process and on a real pcscd."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from ledger.server import issuer_answer
from ledger.server.cardcrypto import open_sealed
from pos.domain.card import CardEntry, CardRead, CardUpdate, Cryptogram, mask_pan
from pos.domain.errors import (
    CardCancelled,
    CardRemoved,
    ForeignCard,
    NoCardInTime,
    ReaderUnavailable,
)
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from tests.drivers.cards.cardworld import PAYMENT, CardWorld, request
from tests.drivers.cards.readers import Desk, in_process_desk, pcsc_desk

DESKS = {"in_process": in_process_desk, "pcsc": pcsc_desk}


@pytest.fixture(params=["in_process", pytest.param("pcsc", marks=pytest.mark.pcsc)])
def desk(request: pytest.FixtureRequest, world: CardWorld) -> Iterator[Desk]:
    with DESKS[request.param](world) as made:
        yield made


async def test_a_card_that_is_tapped_is_read(desk: Desk, world: CardWorld) -> None:
    card = await desk.present_tapped("rich", request())
    assert card.masked_pan == mask_pan(world.profile("rich").pan)
    assert (card.cryptogram, card.genuine) == (Cryptogram.ARQC, True)
    assert card.entry is CardEntry.CONTACTLESS_CHIP


async def test_a_card_that_lies_there_already_is_read_at_once(desk: Desk) -> None:
    await desk.cards.insert("rich")
    await asyncio.sleep(desk.settle_s)
    began = time.monotonic()
    assert (await desk.reader.present(request())).genuine
    assert time.monotonic() - began < 0.4


async def test_a_card_that_stays_can_pay_again(desk: Desk) -> None:
    await desk.cards.insert("offline")
    reads = [await desk.reader.present(request(20_000, online=False)) for _ in range(3)]
    assert [each.offline_available for each in reads] == [Won(30_000), Won(10_000), Won(10_000)]


async def test_without_a_card_time_runs_out(desk: Desk) -> None:
    began = time.monotonic()
    with pytest.raises(NoCardInTime):
        await desk.reader.present(request(deadline_ms=200))
    assert 0.19 < time.monotonic() - began < 1.0


async def test_cancelling_ends_the_wait(desk: Desk) -> None:
    waiting = asyncio.create_task(desk.reader.present(request()))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await desk.reader.cancel()
    with pytest.raises(CardCancelled):
        await waiting
    assert time.monotonic() - began < 0.1


async def test_cancelling_at_once_ends_the_wait_too(desk: Desk) -> None:
    waiting = asyncio.create_task(desk.reader.present(request()))
    await asyncio.sleep(0)
    await desk.reader.cancel()
    with pytest.raises(CardCancelled):
        await waiting


async def test_cancelling_nothing_does_nothing(desk: Desk) -> None:
    await desk.reader.cancel()
    assert (await desk.present_tapped("rich", request())).genuine


async def test_a_wait_whose_task_is_cancelled_frees_the_reader(desk: Desk) -> None:
    waiting = asyncio.create_task(desk.reader.present(request()))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await desk.present_tapped("rich", request())).genuine


async def test_a_card_torn_away_is_said_and_the_next_one_is_read(desk: Desk) -> None:
    with pytest.raises(CardRemoved):
        await desk.present_tapped("torn", request())
    assert (await desk.present_tapped("rich", request())).genuine


def answer_for(world: CardWorld, read: CardRead, limit: int) -> bytes:
    keys = world.ledger
    assert keys.issuer_script_key is not None
    card = open_sealed(read.sealed, PAYMENT.hex, keys.sealing_private)
    said = issuer_answer.answer(card, keys.issuer_master_key, keys.issuer_script_key, Won(limit))
    return bytes.fromhex(said)


async def test_the_card_that_asked_is_held_for_the_ledgers_answer(
    desk: Desk, world: CardWorld
) -> None:
    waiting = asyncio.create_task(desk.reader.present(request()))
    await asyncio.sleep(0.02)
    tap = asyncio.create_task(desk.cards.tap("offline"))
    read = await waiting
    update = await desk.reader.complete(PAYMENT, answer_for(world, read, 80_000))
    await tap
    assert update == CardUpdate(True, True, "2000000001")
    await asyncio.sleep(desk.settle_s)
    paid = await desk.present_tapped("offline", request(80_000, online=False))
    assert paid.cryptogram is Cryptogram.TC


async def test_a_card_taken_away_before_the_answer_is_a_value(desk: Desk, world: CardWorld) -> None:
    await desk.cards.insert("offline")
    await asyncio.sleep(desk.settle_s)
    read = await desk.reader.present(request())
    await desk.cards.remove()
    update = await desk.reader.complete(PAYMENT, answer_for(world, read, 80_000))
    assert update == CardUpdate(script_results="0000000001")
    assert (await desk.present_tapped("rich", request())).genuine


async def test_an_answer_to_another_payment_or_to_nobody_reaches_no_card(
    desk: Desk, world: CardWorld
) -> None:
    assert await desk.reader.complete(PAYMENT, b"") == CardUpdate()
    await desk.cards.insert("offline")
    await asyncio.sleep(desk.settle_s)
    read = await desk.reader.present(request())
    answer = answer_for(world, read, 80_000)
    assert await desk.reader.complete(TransactionId(1, 2, 4), answer) == CardUpdate()
    assert await desk.reader.complete(PAYMENT, answer) == CardUpdate()  # It was let go.
    assert (await desk.reader.present(request(80_000, online=False))).cryptogram is Cryptogram.ARQC


async def test_a_card_that_got_no_answer_is_let_go_by_the_next_payment(desk: Desk) -> None:
    await desk.cards.insert("offline")
    await asyncio.sleep(desk.settle_s)
    for _ in range(3):
        assert (await desk.reader.present(request())).genuine


async def test_a_banks_card_is_refused_kindly(desk: Desk) -> None:
    with pytest.raises(ForeignCard) as caught:
        await desk.present_tapped("visa", request())
    assert "Visa" in caught.value.message("ko")


async def test_cards_after_each_other_are_told_apart(desk: Desk, world: CardWorld) -> None:
    for card_id in ("rich", "poor", "policy"):
        card = await desk.present_tapped(card_id, request())
        assert card.masked_pan == mask_pan(world.profile(card_id).pan)
        await asyncio.sleep(desk.settle_s)


async def test_a_ready_reader_says_so(desk: Desk) -> None:
    assert (await desk.reader.status()).ready
    waiting = asyncio.create_task(desk.reader.present(request()))
    await asyncio.sleep(0.05)
    assert (await desk.reader.status()).ready
    await desk.reader.cancel()
    with pytest.raises(CardCancelled):
        await waiting


async def test_a_second_wait_beside_the_first_is_a_programming_error(desk: Desk) -> None:
    waiting = asyncio.create_task(desk.reader.present(request()))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="one card"):
        await desk.reader.present(request())
    await desk.reader.cancel()
    with pytest.raises(CardCancelled):
        await waiting


async def test_an_unknown_card_can_not_be_tapped(desk: Desk) -> None:
    with pytest.raises(KeyError):
        await desk.cards.tap("nobody")


async def test_no_card_number_shows_in_an_error(desk: Desk, world: CardWorld) -> None:
    with pytest.raises(CardRemoved) as caught:
        await desk.present_tapped("torn", request())
    said = repr(caught.value) + str(caught.getrepr(showlocals=True))
    assert world.profile("torn").pan not in said
    assert not isinstance(caught.value, ReaderUnavailable)
