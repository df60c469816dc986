"""Serves the till's page and its line to the till. Never to a page that came from elsewhere, never from the internet."""

from __future__ import annotations

import logging
import os
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).resolve().parent / "page"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# All that the page may load is beside it; nothing may put it into a frame.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class TillServer(Server):
    """textual-serve, with our own page, and deaf to whoever did not come by it.

    Args:
        settings: of the terminal that is to sell.
        host, port: where to listen.
    """

    def __init__(self, settings: Path, host: str, port: int) -> None:
        command = [sys.executable, "-m", "composition.browser.session", str(settings)]
        super().__init__(shlex.join(command), host, port, "Ieum POS", templates_path=PAGE)
        os.environ["PYTHONPATH"] = str(ROOT)

    def initialize_logging(self) -> None:
        """Log problems alone, and no values: a customer's may be among them."""
        logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing more: the command has said where it is."""

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._only_ours)
        return app

    @web.middleware
    async def _only_ours(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what another site's page sends, and names that only pretend to be this machine."""
        name = request.host.rsplit(":", 1)[0].strip("[]")
        if self.host in LOOPBACK and name not in LOOPBACK:
            raise web.HTTPForbidden(text="not this machine's name")
        origin = request.headers.get("Origin", "")
        wanted = request.path == "/ws" or bool(origin)
        if wanted and origin.split("://", 1)[-1] != request.host:
            raise web.HTTPForbidden(text="another site's page")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(HEADERS)
        return response


def warning(host: str) -> str:
    """Return what is to be known before anybody else can reach it; nothing on this machine alone."""
    if host in LOOPBACK:
        return ""
    return (
        "주의: 이 주소에 닿는 사람은 누구나 계산대를 씁니다. 암호도 암호화도 없습니다. 매장 안의 닫힌 망에서만 쓰고, "
        "사람마다 PIN으로 들어오게 하세요.\n"
        "Beware: whoever reaches this address is the cashier. There is no password and no encryption. "
        "Use it only in a closed network of the shop's, and let people sign in by PIN."
    )
