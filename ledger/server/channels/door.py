"""The door that channels knock at, over HTTP, and the keys for it. Never says what is behind."""

from __future__ import annotations

import secrets
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ledger.server.app import read_body
from ledger.server.channels.adapters import Post, SignedChannel, channel_of
from ledger.server.channels.courier import Courier
from ledger.server.channels.port import Call
from ledger.server.channels.signing import ChannelKey, find_key
from ledger.server.channels.taking import take
from ledger.server.channels.vault import Vault, VaultLocked
from ledger.server.database import Tx
from ledger.server.problems import Refused
from ledger.server.service import Service
from pos.domain.codec import encode

POST_S = 5.0


class ChannelDoor:
    """`POST /channels/{key}`: a signed call of the channel that the key was given to."""

    def __init__(self, service: Service, vault: Vault, post: Post | None = None) -> None:
        self._service = service
        self._vault = vault
        self._post = post or post_over_http
        self.courier = Courier(service.writer, service.reader, vault, self._adapt)

    def routes(self) -> list[Route]:
        """Return the routes to add to the application."""
        return [Route("/channels/{key}", self.call, methods=["POST"])]

    async def call(self, request: Request) -> Response:
        """Take one call; answers with a word on it."""
        call = Call(request.headers, await read_body(request))
        key_id = str(request.path_params["key"])
        service, now = self._service, self._service.now()

        def act(tx: Tx) -> str:
            try:
                key = find_key(tx, self._vault, key_id)
            except VaultLocked:
                raise Refused("unauthorized", "this channel key needs a new secret") from None
            if key is None or call.headers.get("x-ieum-key", key_id) != key_id:
                raise Refused("unauthorized", "no such channel key")
            channel = self._adapt(key)
            said = channel.read(tx, call, now)
            return take(tx, channel, key.merchant, said, service.policy_at(now), now)

        word = await service.writer.run(act)
        return JSONResponse({"result": word}, status_code=201 if word == "placed" else 200)

    def _adapt(self, key: ChannelKey) -> SignedChannel:
        return channel_of(key, self._post, self._service.now)


async def post_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post to a channel's own address.

    Raises:
        OSError: nobody answers.
    """
    import httpx  # Only where a channel wants to be told.

    try:
        async with httpx.AsyncClient(timeout=POST_S, follow_redirects=False) as client:
            return (await client.post(url, headers=headers, content=body)).status_code
    except httpx.HTTPError as error:
        raise OSError(str(error)) from error


def add_key(tx: Tx, vault: Vault, channel: str, merchant: int, callback: str = "") -> ChannelKey:
    """Give a channel a key for a shop; its secret is shown once, here."""
    made = ChannelKey(secrets.token_hex(8), channel, merchant, secrets.token_urlsafe(32), callback)
    tx.execute(
        "INSERT INTO channel_keys VALUES (?, ?, ?, ?, ?, NULL)",
        (made.id, channel, merchant, vault.seal(made.id, made.secret), callback),
    )
    return made


def revoke_key(tx: Tx, key_id: str, at: datetime) -> bool:
    """Take a key back; False if there is none that is open."""
    sql = "UPDATE channel_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
    return bool(tx.change(sql, (encode(at), key_id)))
