"""A card holder's app against the reference ledger's demo door. Never a real card holder's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

CALL_S = 5.0
SEEN_MAX = 1 << 20


class PhoneRefused(Exception):
    """The ledger would not; `args[0]` is its short reason."""


class Phone:
    """One card in an app."""

    def __init__(self, ledger: str, token: str, card: str) -> None:
        self._url = f"{ledger}/app/cards/{card}"
        self._headers = {"Authorization": f"Bearer {token}"}

    async def show_code(self) -> str:
        """Return a fresh one-use code, as the shop's scanner reads it.

        Raises:
            PhoneRefused: no such card, or no such door.
        """
        said = await self._post("code", {})
        return str(said["code"])

    async def pay(self, code: str) -> dict[str, Any]:
        """Pay by the shop's code and return the ledger's answer.

        Raises:
            PhoneRefused: the code can't be paid by.
        """
        return await self._post("payments", {"code": code})

    async def _post(self, what: str, body: dict[str, str]) -> dict[str, Any]:
        import httpx

        try:
            async with httpx.AsyncClient(timeout=CALL_S, headers=self._headers) as client:
                response = await client.post(f"{self._url}/{what}", json=body)
            said = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise PhoneRefused(type(error).__name__) from error
        if response.is_error or not isinstance(said, dict):
            raise PhoneRefused(str(said.get("code", response.status_code)))
        return said


async def code_on(display: Path, wait_s: float = 10.0) -> str:
    """Look at the customer's screen until it shows a code to pay by, and return its text.

    Raises:
        TimeoutError: none was shown.
        OSError: there is no such screen.
    """
    async with asyncio.timeout(wait_s):
        reader, writer = await asyncio.open_unix_connection(display, limit=SEEN_MAX)
        try:
            while line := await reader.readline():
                code = json.loads(line).get("code", "")
                if code:
                    return str(code)
        finally:
            writer.close()
    raise TimeoutError("the till has ended")
