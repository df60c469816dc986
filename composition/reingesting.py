"""Takes papers of a lost terminal in, one scanned line each, and tells the ledger. Never while the till runs."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from composition.clock import SystemClock
from composition.devices import ledger_of
from composition.wiring import INCARNATION_BITS
from config.settings import load_settings
from offline_queue.device_key import PublicKeys, public_keys
from offline_queue.forwarder import Forwarder
from offline_queue.store import SqliteStore
from pos.domain.errors import IeumError, LedgerError
from pos.domain.receipt_code import SignedReceipt, receipt_key_id
from pos.services.reingest import Reingest

Say = Callable[[str], None]


async def reingest(settings_path: Path, codes: Iterable[str], key: Path | None, say: Say) -> int:
    """Take codes in until there are no more, then forward; return how many were not taken.

    Args:
        settings_path: this terminal's settings.
        codes: what the scanner typed, a code a line; empty lines are passed over.
        key: the lost terminal's public keys, if a backup has them; the ledger checks in any case.
        say: hears how each went.

    Raises:
        ConfigError, AuditError, StoreError: nothing more was taken.
    """
    settings, folder = load_settings(settings_path), settings_path.parent
    keys = None if key is None else public_keys(key)
    ledger = ledger_of(settings, folder)
    store = SqliteStore(
        folder / settings.files.database,
        device=settings.terminal.device,
        new_incarnation=lambda: secrets.randbits(INCARNATION_BITS),
    )
    try:
        forwarder = Forwarder(
            store=store,
            ledger=ledger,
            clock=SystemClock(),
            answered=lambda: None,
            failed=lambda: None,
            jitter=random.random,
        )
        use_case = Reingest(
            store=store, sync=forwarder, clock=SystemClock(), genuine=_genuine_by(keys)
        )
        refused = 0
        for text in codes:
            if text.strip():
                refused += not await _take(use_case, text, say)
        return refused + await _forward(forwarder, store, say)
    finally:
        await store.close()
        await ledger.aclose()


async def _take(use_case: Reingest, text: str, say: Say) -> bool:
    try:
        facts = (await use_case.take(text)).facts
    except IeumError as error:
        say(f"{error.code} {error.message('ko')}\n{error.code} {error.message('en')}")
        return False
    say(f"기록함 / written down: {facts.receipt_number} {facts.total}원")
    return True


async def _forward(forwarder: Forwarder, store: SqliteStore, say: Say) -> int:
    """Tell the ledger now; return how many records it would not take."""
    try:
        count = await forwarder.drain()
    except LedgerError as error:
        waiting = (await store.backlog()).count
        say(
            f"{error.code} 지금은 보낼 수 없습니다. {waiting}건은 단말기가 나중에 보냅니다.\n"
            f"{error.code} Can't be sent now. The terminal sends the {waiting} records later."
        )
        return 0
    parked = (await store.backlog()).parked
    say(f"보냄 / sent: {count}, 거절 / refused: {parked}")
    return parked


def _genuine_by(keys: PublicKeys | None) -> Callable[[SignedReceipt], bool | None]:
    def genuine(receipt: SignedReceipt) -> bool | None:
        named = [k for k in (keys.raw if keys else ()) if receipt_key_id(k) == receipt.key_id]
        if not named:
            return None
        return PublicKeys(tuple(named)).signed(receipt.signature, receipt.message)

    return genuine
