"""Is the demo's operator: makes its shop known and hands its terminal a code. Never enrols by itself."""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings
from ledger.server import devices, merchants
from ledger.server.database import Tx
from ledger.server.device_keys import KeyState, state_of
from ledger.server.service import utc_now
from ledger.server.writer import Writer


def make_code(database: Path, settings: Settings, key: bytes) -> str | None:
    """Return a code for the shop's terminal, or None where this key speaks for it already.

    Raises:
        DatabaseUnfit, apsw.Error: the ledger's file can't be used.
    """
    device = settings.terminal.device

    def make(tx: Tx) -> str | None:
        if state_of(tx, device, key) is KeyState.ACTIVE:
            return None
        owner = merchants.of_device(tx, device)
        shops = merchants.all_shops(tx)
        if owner is not None:
            merchant = owner.id
        elif shops:
            merchant = shops[0].id
        else:
            merchant = merchants.add(tx, settings.shop.name)
        return devices.new_code(tx, merchant, utc_now(), device=device).text

    writer = Writer(database)
    try:
        return writer.run_now(make)
    finally:
        writer.close()


def introduce(database: Path, device: int, key: bytes, name: str = "shop") -> None:
    """Make a shop and its terminal known without a code, as whoever holds the ledger's file can.

    Raises:
        DatabaseUnfit, apsw.Error: the ledger's file can't be used.
    """

    def add(tx: Tx) -> None:
        devices.enrol(tx, merchants.add(tx, name), device, key, utc_now())

    writer = Writer(database)
    try:
        writer.run_now(add)
    finally:
        writer.close()
