"""The numbers of cash receipts on the disk: sealed to the device, opened by nobody else, erased for good."""

from __future__ import annotations

from pathlib import Path

from offline_queue.store import SqliteStore
from pos.ports import CashReceiptDue, Change
from tests.fakes import DEVICE

NUMBER = "01098761234"
KEY = "00" * 16 + ":1"


def a_store(folder: Path) -> SqliteStore:
    return SqliteStore(folder / "till.db", device=DEVICE, new_incarnation=lambda: 7)


def bytes_of(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(folder.iterdir()) if each.is_file())


async def test_a_number_comes_back_after_a_restart_and_never_stood_in_a_file(
    tmp_path: Path,
) -> None:
    store = a_store(tmp_path)
    due = (CashReceiptDue(KEY, NUMBER), CashReceiptDue(f"{KEY[:-1]}2"))
    await store.commit(Change(cash_due=due))
    assert NUMBER.encode() not in bytes_of(tmp_path)
    await store.close()
    again = a_store(tmp_path)
    assert due == await again.cash_due()
    assert NUMBER.encode() not in bytes_of(tmp_path)
    await again.close()


async def test_under_another_key_it_is_not_there_and_the_receipt_still_waits(
    tmp_path: Path,
) -> None:
    store = a_store(tmp_path)
    await store.commit(Change(cash_due=(CashReceiptDue(KEY, NUMBER),)))
    await store.close()
    (tmp_path / "device_key").unlink()
    again = a_store(tmp_path)
    assert (CashReceiptDue(KEY, None),) == await again.cash_due()
    await again.close()


async def test_what_is_told_leaves_no_sealed_byte_behind(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    await store.commit(Change(cash_due=(CashReceiptDue(KEY, NUMBER),)))
    sealed = bytes(
        (
            await store.run(
                lambda: store._rows.run("SELECT sealed FROM cash_receipt_due").fetchone()
            )
        )[0]
    )
    assert sealed in bytes_of(tmp_path)
    await store.commit(Change(cash_told=(KEY,)))
    assert await store.scrub()
    assert () == await store.cash_due()
    assert sealed not in bytes_of(tmp_path)
    await store.close()


async def test_a_seal_is_good_for_its_own_receipt_alone(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    await store.commit(Change(cash_due=(CashReceiptDue(KEY, NUMBER),)))
    other = f"{KEY[:-1]}9"
    await store.run(
        lambda: store._rows.run("UPDATE cash_receipt_due SET receipt = ?", other), write=True
    )
    assert (CashReceiptDue(other, None),) == await store.cash_due()
    await store.close()
