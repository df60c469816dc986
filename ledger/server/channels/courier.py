"""Tells channels how their orders go on, in the feed's order, at least once. Never holds the ledger up."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TypeVar

from ledger.server.channels.port import Channel, Note
from ledger.server.channels.signing import ChannelKey
from ledger.server.channels.vault import Vault, VaultLocked
from ledger.server.database import LedgerUnavailable, Tx
from ledger.server.writer import Writer
from pos.domain.codec import decode
from pos.ports import FeedItem

BATCH = 100
EVERY_S = 0.5
BACK_OFF_S = (1, 2, 5, 15, 60)
T = TypeVar("T")


class Courier:
    """`run` is a task of the server's. How far each channel has been told is a row, so a restart goes on there."""

    def __init__(
        self, writer: Writer, reader: Tx, vault: Vault, adapt: Callable[[ChannelKey], Channel]
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._vault = vault
        self._adapt = adapt

    async def run(self) -> None:
        """Tell for ever."""
        silent: dict[str, int] = {}
        quiet_until: dict[str, float] = {}
        while True:
            now = asyncio.get_running_loop().time()
            with contextlib.suppress(LedgerUnavailable):
                for key in open_keys(self._reader, self._vault):
                    if quiet_until.get(key.id, 0.0) > now:
                        continue
                    try:
                        await self.tell(key)
                        silent.pop(key.id, None)
                    except OSError:
                        failures = silent[key.id] = silent.get(key.id, 0) + 1
                        pause = BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1]
                        quiet_until[key.id] = now + pause
            await asyncio.sleep(EVERY_S)

    async def tell(self, key: ChannelKey) -> int:
        """Tell one channel what is new of its orders; return how many words it was told.

        Raises:
            OSError: it does not answer; what it was told counts, the rest comes again.
        """
        channel = self._adapt(key)
        said = 0
        last = _last(self._reader, key.id)
        rows = list(
            self._reader.execute(
                "SELECT cursor, item FROM feed WHERE merchant = ? AND cursor > ?"
                " ORDER BY cursor LIMIT ?",
                (key.merchant, last, BATCH),
            )
        )
        try:
            for cursor, text in rows:
                item = decode(FeedItem, json.loads(text))
                if item.state is not None and item.order_key.startswith(f"{key.channel}:"):
                    await channel.tell(Note(item.order_key, item.state))
                    said += 1
                last = int(cursor)
        finally:
            if rows:
                await self._writer.run(lambda tx: _note(tx, key.id, last))
        return said


def open_keys(tx: Tx, vault: Vault) -> list[ChannelKey]:
    """Return the keys of channels that are told of their orders; one that does not open is left out."""
    rows = tx.execute(
        "SELECT id, channel, merchant, sealed, callback FROM channel_keys"
        " WHERE revoked_at IS NULL AND callback <> '' ORDER BY id"
    )
    keys = []
    for key_id, channel, merchant, sealed, callback in rows:
        with contextlib.suppress(VaultLocked):
            secret = vault.open(key_id, sealed)
            keys.append(ChannelKey(key_id, channel, merchant, secret, callback))
    return keys


def _last(tx: Tx, key_id: str) -> int:
    row = tx.row("SELECT last FROM channel_cursors WHERE key_id = ?", (key_id,))
    return 0 if row is None else int(row[0])


def _note(tx: Tx, key_id: str, last: int) -> None:
    if not tx.change("UPDATE channel_cursors SET last = ? WHERE key_id = ?", (last, key_id)):
        tx.execute("INSERT INTO channel_cursors VALUES (?, ?)", (key_id, last))
