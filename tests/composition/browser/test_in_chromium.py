"""The till in a real browser: sells by keys and by touch, comes back after a reload, and lets one window sell."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from composition.browser.server import warning
from composition.report import open_for_reading
from config.settings import load_settings

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="NO PLAYWRIGHT: the browser is not tested"
)
pytest.importorskip("textual_serve", reason="NO TEXTUAL-SERVE: the browser is not tested")

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "config" / "sample_shop"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PATIENCE_S = 60.0

needs_chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists(),
    reason="NO CHROMIUM at /usr/bin/chromium: the browser is not tested",
)


class Shop:
    """A served shop."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}/"

    def kinds(self) -> list[str]:
        settings = load_settings(self.folder / "settings.toml")

        async def read() -> list[str]:
            store = open_for_reading(self.folder / settings.files.database, settings)
            try:
                return [record.kind for record in await store.records()]
            finally:
                await store.close()

        if not (self.folder / settings.files.database).exists():
            return []
        with ThreadPoolExecutor(1) as beside:  # Playwright has a loop of its own in this thread.
            return beside.submit(lambda: asyncio.run(read())).result()

    def sold(self, count: int) -> bool:
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            if self.kinds().count("sale.completed") == count:
                return True
            time.sleep(0.3)
        return False

    @property
    def code(self) -> str:
        return (SAMPLE / "products.csv").read_text(encoding="utf-8").splitlines()[2].split(",")[0]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    for name in ("settings.toml", "products.csv"):
        shutil.copyfile(SAMPLE / name, tmp_path / name)
    settings = tmp_path / "settings.toml"
    text = settings.read_text(encoding="utf-8").replace('kind = "pcsc"', 'kind = "none"')
    settings.write_text(text.replace('language = "ko"', 'language = "en"'), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = "from composition.command_line import app; app()"
    command = [
        sys.executable,
        "-c",
        start,
        "serve",
        "--settings",
        str(settings),
        "--port",
        str(port),
    ]
    serving = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        assert f"127.0.0.1:{port}" in serving.stdout.readline()
        yield Shop(tmp_path, port)
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait(30)


@pytest.fixture
def page(shop: Shop) -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            opened = browser.new_page(viewport={"width": 1180, "height": 820}, has_touch=True)
            opened.asked = []
            opened.on("request", lambda request: opened.asked.append(request.url))
            opened.goto(shop.url)
            ready(opened)
            yield opened
        finally:
            browser.close()


def ready(page: object) -> None:
    page.wait_for_selector("body.-first-byte", timeout=PATIENCE_S * 1_000)  # type: ignore[attr-defined]
    page.wait_for_timeout(2_500)  # type: ignore[attr-defined]
    page.click("#terminal")  # type: ignore[attr-defined]


@needs_chromium
def test_a_sale_by_keys_and_by_touch_and_the_same_sale_after_a_reload(
    shop: Shop, page: object
) -> None:
    page.keyboard.type(f"{shop.code}\n", delay=30)  # type: ignore[attr-defined]
    page.wait_for_timeout(500)  # type: ignore[attr-defined]
    page.keyboard.press("F6")  # type: ignore[attr-defined]
    assert shop.sold(1)

    page.keyboard.type(f"{shop.code}\n", delay=30)  # type: ignore[attr-defined]
    page.wait_for_timeout(1_500)  # type: ignore[attr-defined]
    page.reload()  # type: ignore[attr-defined]
    ready(page)
    page.wait_for_timeout(1_000)  # type: ignore[attr-defined]
    if folder := os.environ.get("IEUM_BROWSER_PICTURES"):
        page.screenshot(path=f"{folder}/browser.png")  # type: ignore[attr-defined]
    page.keyboard.press("Escape")  # type: ignore[attr-defined]  # What the start found is read.
    page.wait_for_timeout(500)  # type: ignore[attr-defined]
    touch_cash(page)
    assert shop.sold(2)
    local = [
        each for each in page.asked if "127.0.0.1" not in each and not each.startswith("data:")
    ]  # type: ignore[attr-defined]
    assert local == []


def touch_cash(page: object) -> None:
    """Touch the cash key: the sixth of the bar that stands over the pad at the bottom."""
    box = page.query_selector("#terminal canvas, #terminal .xterm-screen").bounding_box()  # type: ignore[attr-defined]
    x = box["x"] + box["width"] * 5.5 / 12
    for up in (4.5, 5.5):
        page.touchscreen.tap(x, box["y"] + box["height"] - up * 19)  # type: ignore[attr-defined]
        page.mouse.click(x, box["y"] + box["height"] - up * 19)  # type: ignore[attr-defined]
        page.wait_for_timeout(400)  # type: ignore[attr-defined]


@needs_chromium
def test_a_second_window_does_not_sell(shop: Shop, page: object) -> None:
    other = page.context.browser.new_page()  # type: ignore[attr-defined]
    other.goto(shop.url)
    other.wait_for_selector("body.-first-byte", timeout=PATIENCE_S * 1_000)
    other.click("#terminal")
    other.keyboard.type(f"{shop.code}\n", delay=30)
    other.wait_for_timeout(500)
    other.keyboard.press("F6")
    page.keyboard.type(f"{shop.code}\n", delay=30)  # type: ignore[attr-defined]
    page.wait_for_timeout(500)  # type: ignore[attr-defined]
    page.keyboard.press("F6")  # type: ignore[attr-defined]
    assert shop.sold(1)
    other.wait_for_timeout(1_000)
    assert shop.kinds().count("sale.completed") == 1


def test_only_the_shops_own_page_reaches_the_till(shop: Shop) -> None:
    assert httpx.get(shop.url).status_code == 200
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    for origin in ("https://elsewhere.example", ""):
        answer = httpx.get(f"{shop.url}ws", headers={**upgrade, "Origin": origin})
        assert answer.status_code == 403
    assert httpx.get(shop.url, headers={"Host": f"shop.example:{shop.port}"}).status_code == 403
    text = httpx.get(shop.url).text
    assert "http://" not in text
    assert "https://" not in text
    listening = [row.split()[1] for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    mine = {each for each in listening if each.endswith(f":{shop.port:04X}")}
    assert any(each.startswith("0100007F") for each in mine)
    assert not any(each.startswith("00000000") for each in mine)


def test_whoever_opens_it_to_others_is_told_what_that_means() -> None:
    assert warning("127.0.0.1") == ""
    assert "whoever reaches this address" in warning("0.0.0.0")
