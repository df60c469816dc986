"""Takes orders over a unix socket, one JSON line each, and answers each so. Never opens a port.

What an order means is said by whoever serves.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

Obey = Callable[[object], Awaitable[dict[str, object]]]


async def serve_orders(path: Path, obey: Obey) -> None:
    """Listen until cancelled; only the socket's owner may connect.

    The socket appears under its name only when it takes orders.
    """
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(partial(_client, obey), draft)
    draft.chmod(0o600)
    draft.replace(path)
    async with server:
        await server.serve_forever()


async def _client(obey: Obey, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            writer.write(json.dumps(await obey(_parse(line))).encode("utf-8") + b"\n")
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
