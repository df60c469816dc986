"""Takes orders for the card process over a unix socket, one JSON line each. Never opens a port.

`{"insert": id}`, `{"remove": true}`, `{"wait_done_ms": n}`; each answered `{"ok": true}` or
`{"ok": false, "error": "no_such_card" | "no_reader" | "not_understood"}`.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from drivers.simulators.card.virtual_cards import Tapped, until_done
from drivers.simulators.card.vpcd import VpcdSlot
from drivers.simulators.card.wallet import Wallet

HOLD_MAX_MS = 60_000


class CardControl:
    """The hand that puts this process's cards into the virtual reader."""

    def __init__(self, wallet: Wallet, slot: VpcdSlot) -> None:
        self._wallet = wallet
        self._slot = slot
        self._card: Tapped | None = None

    async def serve(self, path: Path) -> None:
        """Listen until cancelled; only the socket's owner may connect.

        The socket appears under its name only when it takes orders.
        """
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._client, draft)
        draft.chmod(0o600)
        draft.replace(path)
        async with server:
            await server.serve_forever()

    async def obey(self, message: object) -> dict[str, object]:
        """Carry out one order and return the answer."""
        match message:
            case {"insert": str(card_id)}:
                return self._insert(card_id)
            case {"remove": True}:
                self._slot.remove()
            case {"wait_done_ms": int(limit_ms)} if 0 <= limit_ms <= HOLD_MAX_MS:
                await until_done(self._card, lambda: self._slot.occupied, limit_ms)
            case _:
                return {"ok": False, "error": "not_understood"}
        return {"ok": True}

    def _insert(self, card_id: str) -> dict[str, object]:
        try:
            card = self._wallet.card(card_id)
            self._slot.insert(card)
        except KeyError:
            return {"ok": False, "error": "no_such_card"}
        except OSError:
            return {"ok": False, "error": "no_reader"}
        self._card = card
        return {"ok": True}

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self.obey(_parse(line))).encode("utf-8") + b"\n")
                await writer.drain()
        except (OSError, ValueError):  # Hung up, or a line beyond the stream's limit.
            pass
        finally:
            writer.close()


def _parse(line: bytes) -> object:
    try:
        message: object = json.loads(line)
    except ValueError:
        return None
    return message
