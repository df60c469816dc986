"""Serves a terminal to a browser, until it is ended. Never without saying who can reach it."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from composition.saying import or_say
from pos.domain.errors import IeumError

LOCAL = "127.0.0.1"


class NoBrowserParts(IeumError):
    """What serves a browser is not installed."""

    code = "K06"
    ko = "브라우저용 부품이 설치되어 있지 않습니다. 시작하지 않았습니다. pip install 'ieum-pos[browser]'"
    en = "The parts for browsers are not installed. Nothing was started. pip install 'ieum-pos[browser]'"


def serve(
    settings: Annotated[
        Path,
        typer.Option("--settings", envvar="IEUM_SETTINGS", help="settings.toml of the terminal"),
    ] = Path("settings.toml"),
    host: Annotated[str, typer.Option("--host", help="this machine alone if left out")] = LOCAL,
    port: Annotated[int, typer.Option("--port", min=1, max=65_535)] = 8_441,
) -> None:
    """단말기를 태블릿의 브라우저에서 / this shop's terminal in a tablet's browser."""
    or_say(lambda: serve_till(settings.resolve(), host, port))


def serve_till(settings: Path, host: str, port: int) -> None:
    """Serve it.

    Raises:
        ConfigError: the settings can't be read.
        NoBrowserParts: textual-serve is not there.
    """
    from config.settings import load_settings

    load_settings(settings)  # A mistake in them is to be seen here, not in a browser.
    if find_spec("textual_serve") is None:
        raise NoBrowserParts()
    from composition.browser.server import TillServer, warning

    os.umask(0o077)
    said = f"http://{host}:{port}  (Ctrl+C)\n{warning(host)}".rstrip()
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()
    TillServer(settings, host, port).serve()
