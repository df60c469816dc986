"""Takes orders for the reader process over a unix socket, one JSON line each. Never opens a port.

`{"insert": id}` or `{"insert": id, "contact": true}`, `{"remove": true}`, `{"hold_ms": n}`,
`{"swipe": id}`, `{"swap": id}`, `{"break_chip": true}`, `{"misbehave": fault, "times": n}`,
`{"unplug": true}`, `{"plug_in": true}`, `{"power_cycle": true}`; each answered `{"ok": true}` or
`{"ok": false, "error": "no_such_card" | "not_understood"}`.
"""

from __future__ import annotations

from pathlib import Path

from drivers.simulators.order_socket import serve_orders
from drivers.simulators.reader.faults import Fault
from drivers.simulators.reader.hand import ReaderHand
from drivers.simulators.reader.pty_reader import FOREVER, PtyReader
from pos.domain.card import CardEntry

HOLD_MAX_MS = 60_000


class ReaderControl:
    """The reader's orders."""

    def __init__(self, reader: PtyReader, hand: ReaderHand) -> None:
        self._reader = reader
        self._hand = hand

    async def serve(self, path: Path) -> None:
        """Listen until cancelled; see `serve_orders`."""
        await serve_orders(path, self.obey)

    async def obey(self, message: object) -> dict[str, object]:
        """Carry out one order and return the answer."""
        try:
            understood = await self._obey(message)
        except KeyError:
            return {"ok": False, "error": "no_such_card"}
        except ValueError:
            understood = False
        return {"ok": True} if understood else {"ok": False, "error": "not_understood"}

    async def _obey(self, message: object) -> bool:
        match message:
            case {"insert": str(card_id), "contact": True}:
                await self._hand.insert(card_id, CardEntry.CONTACT_CHIP)
            case {"insert": str(card_id)}:
                await self._hand.insert(card_id)
            case {"remove": True}:
                await self._hand.remove()
            case {"hold_ms": int(limit_ms)} if 0 <= limit_ms <= HOLD_MAX_MS:
                await self._hand.hold(limit_ms)
            case {"swipe": str(card_id)}:
                await self._hand.swipe(card_id)
            case {"swap": str(card_id)}:
                await self._hand.swap(card_id)
            case {"break_chip": True}:
                await self._hand.break_chip()
            case {"misbehave": str(name), "times": int(times)}:
                self._reader.misbehave(Fault(name), times)
            case {"misbehave": str(name)}:
                self._reader.misbehave(Fault(name), FOREVER)
            case {"unplug": True}:
                self._reader.unplug()
            case {"plug_in": True}:
                self._reader.plug_in()
            case {"power_cycle": True}:
                self._reader.power_cycle()
            case _:
                return False
        return True
