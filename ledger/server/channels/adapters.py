"""The channels: 배달e음 and any other that signs its calls, and the platform's mall with its stock. Never a rule of money."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime

from ledger.server.channels import signing, wire
from ledger.server.channels.port import Call, Incoming, Note, Placed
from ledger.server.channels.signing import ChannelKey
from ledger.server.database import Tx
from ledger.server.problems import Refused
from pos.domain.won import Won

MALL = "eum-mall"
Post = Callable[[str, dict[str, str], bytes], Awaitable[int]]
"""Sends a body with headers to an address and returns the status.

Raises:
    OSError: nobody answers.
"""


class SignedChannel:
    """Implements `Channel` for one key: calls come signed, and ours go out signed alike."""

    def __init__(self, key: ChannelKey, post: Post, now: Callable[[], datetime]) -> None:
        self._key = key
        self._post = post
        self._now = now

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._key.channel

    def read(self, tx: Tx, call: Call, now: datetime) -> Incoming:
        """Check and read a call."""
        signing.check(tx, self._key, call, now)
        return wire.read(self.name, call.body)

    def place(self, tx: Tx, merchant: int, placed: Placed) -> None:
        """Nothing: the channel keeps no stock here."""

    async def tell(self, note: Note) -> None:
        """Post a note to the channel's own address; one without an address reads it there itself."""
        if not self._key.callback:
            return
        _, number = note.order_key.split(":", 1)
        said = {"event": "order.state", "number": number, "state": note.state.value}
        body = json.dumps(said).encode()
        seconds, nonce = int(self._now().timestamp()), secrets.token_hex(16)
        headers = {
            "content-type": "application/json",
            "x-ieum-key": self._key.id,
            "x-ieum-time": str(seconds),
            "x-ieum-nonce": nonce,
            "x-ieum-signature": signing.sign(self._key.secret, seconds, nonce, body),
        }
        status = await self._post(self._key.callback, headers, body)
        if not 200 <= status < 300:
            raise OSError(f"the channel answered {status}")


class MallChannel(SignedChannel):
    """The platform's mall: it sells what the shop has published, by code, price and stock."""

    def place(self, tx: Tx, merchant: int, placed: Placed) -> None:
        """Take an order out of the stock.

        Raises:
            Refused: `product_unknown`, `price_differs` or `sold_out`.
        """
        wanted: dict[str, int] = {}
        for code, line in zip(placed.codes, placed.order.lines, strict=True):
            row = tx.row(
                "SELECT price FROM mall_products WHERE merchant = ? AND code = ?", (merchant, code)
            )
            if row is None:
                raise Refused("product_unknown", f"{code[:40]!r} is not in this shop's window")
            if Won(row[0]) * line.quantity != line.amount:
                raise Refused("price_differs", f"{code[:40]} costs {row[0]} won each")
            wanted[code] = wanted.get(code, 0) + line.quantity
        for code, quantity in wanted.items():
            taken = tx.change(
                "UPDATE mall_products SET stock = stock - ?"
                " WHERE merchant = ? AND code = ? AND stock >= ?",
                (quantity, merchant, code, quantity),
            )
            if not taken:
                raise Refused("sold_out", f"not {quantity} of {code[:40]} are left")
            row_ = (merchant, placed.order.key, code, quantity)
            tx.execute("INSERT INTO mall_taken VALUES (?, ?, ?, ?)", row_)


def channel_of(key: ChannelKey, post: Post, now: Callable[[], datetime]) -> SignedChannel:
    """Return the adapter that a key asks for."""
    return (MallChannel if key.channel == MALL else SignedChannel)(key, post, now)
