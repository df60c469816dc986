"""Knows the operator: by a token, or by sitting at the ledger's own machine. Never a terminal's door."""

from __future__ import annotations

import hmac
from base64 import b64decode
from ipaddress import ip_address

from starlette.requests import Request

from ledger.server.problems import Refused

TOKEN_CHARS_MIN = 32
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


class OperatorDoor:
    """Lets the operator in.

    With a token, only by it: as a Bearer token or as the password of Basic authentication. Without one,
    whoever sits at this machine; a request that came through a proxy, or for a name that is not this
    machine's (a web page of someone else's that had its name point here), does not.
    """

    def __init__(self, token: str = "") -> None:
        """Take the token.

        Raises:
            ValueError: it is too short to be safe.
        """
        if token and len(token) < TOKEN_CHARS_MIN:
            raise ValueError(f"the operator's token has {TOKEN_CHARS_MIN} characters or more")
        self._token = token

    def check(self, request: Request) -> None:
        """Let the request pass.

        Raises:
            Refused: it is not the operator's.
        """
        if self._token:
            if not hmac.compare_digest(_said(request).encode(), self._token.encode()):
                raise Refused("operator_only")
        elif not _sits_here(request):
            raise Refused("operator_only", "from this machine, or with a token")


def _said(request: Request) -> str:
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "bearer":
            return said.strip()
        case "basic":
            try:
                return b64decode(said, validate=True).decode().partition(":")[2]
            except ValueError:
                return ""
    return ""


def _sits_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    name = request.headers.get("host", "").rsplit(":", 1)[0]
    try:
        return ip_address(request.client.host).is_loopback and name in _LOCAL_NAMES
    except ValueError:
        return False
