"""Takes orders for the card process over a unix socket, one JSON line each. Never opens a port.

`{"insert": id}`, `{"remove": true}`, `{"wait_done_ms": n}`; each answered `{"ok": true}` or
`{"ok": false, "error": "no_such_card" | "no_reader" | "not_understood"}`. A card put in with
`"leave_after": n` leaves at the next command, with `"took_it": true` once it has carried that out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drivers.simulators.card.leaving import LeavingCard
from drivers.simulators.card.virtual_cards import Tapped, until_done
from drivers.simulators.card.vpcd import VpcdSlot
from drivers.simulators.card.wallet import VirtualCard, Wallet
from drivers.simulators.order_socket import serve_orders

HOLD_MAX_MS = 60_000


class CardControl:
    """The hand that puts this process's cards into the virtual reader."""

    def __init__(self, wallet: Wallet, slot: VpcdSlot) -> None:
        self._wallet = wallet
        self._slot = slot
        self._card: Tapped | None = None

    async def serve(self, path: Path) -> None:
        """Listen until cancelled; see `serve_orders`."""
        await serve_orders(path, self.obey)

    async def obey(self, message: object) -> dict[str, object]:
        """Carry out one order and return the answer."""
        match message:
            case {"insert": str(card_id), "leave_after": int(commands), "took_it": bool(took_it)}:
                return self._insert(
                    card_id, lambda card: LeavingCard(card, commands, took_it=took_it)
                )
            case {"insert": str(card_id)}:
                return self._insert(card_id, lambda card: card)
            case {"remove": True}:
                self._slot.remove()
            case {"wait_done_ms": int(limit_ms)} if 0 <= limit_ms <= HOLD_MAX_MS:
                await until_done(self._card, lambda: self._slot.occupied, limit_ms)
            case _:
                return {"ok": False, "error": "not_understood"}
        return {"ok": True}

    def _insert(
        self, card_id: str, made_of: Callable[[VirtualCard], VirtualCard | LeavingCard]
    ) -> dict[str, object]:
        try:
            card = made_of(self._wallet.card(card_id))
            self._slot.insert(card)
        except KeyError:
            return {"ok": False, "error": "no_such_card"}
        except OSError:
            return {"ok": False, "error": "no_reader"}
        self._card = card
        return {"ok": True}
