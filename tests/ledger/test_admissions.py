"""Terminals are admitted many at a time, and each hears its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ledger.server import devices
from ledger.server.admissions import AT_ONCE, Admissions
from ledger.server.database import Database, LedgerUnavailable, Tx, is_postgres, open_reader
from ledger.server.judging import Merchant
from ledger.server.problems import Refused
from ledger.server.writer import Writer
from tests.ledger.conftest import DEVICE, ENROLLED_AT, KEY, OTHER_DEVICE, OTHER_KEY, open_shops

UNKNOWN = 0x0001_0000_0099


@pytest.fixture
def admissions(database: Database) -> Admissions:
    open_shops(database)
    writer = Writer(database)
    writer.run_now(lambda tx: devices.revoke(tx, OTHER_DEVICE, ENROLLED_AT))
    writer.close()
    return Admissions(database, open_reader(database))


async def answer(admissions: Admissions, device: int, key: bytes) -> Merchant | str:
    try:
        return await admissions.of(device, key)
    except Refused as refused:
        return refused.code


async def test_each_of_many_who_ask_at_once_hears_its_own_answer(admissions: Admissions) -> None:
    asked = [
        (DEVICE, KEY.public),
        (DEVICE, OTHER_KEY.public),
        (OTHER_DEVICE, OTHER_KEY.public),
        (UNKNOWN, KEY.public),
    ] * 40

    said = await asyncio.gather(*(answer(admissions, *each) for each in asked))

    assert isinstance(said[0], Merchant)
    assert (said[0].id, said[0].device) == (1, DEVICE)
    assert said[1:4] == ["key_unknown", "device_revoked", "device_unknown"]
    assert said == said[:4] * 40


async def test_those_who_come_during_a_look_share_the_next(
    admissions: Admissions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_postgres(database):
        pytest.skip("on SQLite each look is made on the spot")
    looks: list[int] = []
    admit_all = devices.admit_all

    def counted(tx: Tx, asked: Sequence[tuple[int, bytes]]) -> list[Merchant | Refused]:
        looks.append(len(asked))
        return admit_all(tx, asked)

    monkeypatch.setattr(devices, "admit_all", counted)
    await asyncio.gather(*(answer(admissions, DEVICE, KEY.public) for _ in range(3 * AT_ONCE)))

    assert sum(looks) == 3 * AT_ONCE
    assert len(looks) == 3


async def test_after_a_look_that_failed_the_next_is_made(
    admissions: Admissions, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_postgres(database):
        pytest.skip("on SQLite each look is made on the spot")

    def gone(_: Tx, __: Sequence[tuple[int, bytes]]) -> list[Merchant | Refused]:
        raise LedgerUnavailable("gone")

    monkeypatch.setattr(devices, "admit_all", gone)
    for _ in range(2):
        with pytest.raises(LedgerUnavailable):
            await admissions.of(DEVICE, KEY.public)
    monkeypatch.undo()

    assert isinstance(await answer(admissions, DEVICE, KEY.public), Merchant)
