"""What enrolment writes on a terminal, what it leaves alone, and what it refuses to begin with."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from composition.devices import ledger_of
from composition.enrolling import enrol_terminal
from config.settings import load_settings
from ledger.enrolling import EnrolmentUnanswered, NotEnrolled
from ledger.server import devices
from offline_queue.device_key import (
    NEXT_NAME,
    PUBLIC_NAME,
    SECRET_NAME,
    public_keys,
    read_device_key,
)
from offline_queue.opening import hold
from offline_queue.store import SqliteStore
from pos.domain.errors import ConfigError, StoreInUse, TerminalRevoked
from tests.ledger.conftest import Process

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "sample_shop"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Process]:
    made = Process(tmp_path / "ledger.db")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(SAMPLE, folder)
    return folder


def code(ledger: Process, device: int | None = None) -> str:
    return ledger.act(lambda tx: devices.new_code(tx, 1, datetime.now(UTC), device=device)).text


async def enrol(shop: Path, url: str, text: str, *, new_key: bool = False) -> str:
    return await enrol_terminal(shop / "settings.toml", url, text, new_key=new_key)


def number(shop: Path) -> int:
    return load_settings(shop / "settings.toml").terminal.device


async def test_it_writes_number_address_and_keys_and_says_so(ledger: Process, shop: Path) -> None:
    before = (shop / "settings.toml").read_text(encoding="utf-8").splitlines()

    said = await enrol(shop, ledger.url + "/", code(ledger))

    settings = load_settings(shop / "settings.toml")
    assert settings.ledger.url == ledger.url
    after = (shop / "settings.toml").read_text(encoding="utf-8").splitlines()
    assert len([1 for old, new in zip(before, after, strict=True) if old != new]) == 2
    keys = json.loads((shop / "terminal_keys.json").read_text())
    assert keys.keys() == {
        "sealing_public", "ca_keys", "hotlist_key", "ledger_public", "card_ref_key"
    }  # fmt: skip
    for secret in (SECRET_NAME, "terminal_keys.json"):
        assert (shop / secret).stat().st_mode & 0o077 == 0
    assert "등록되었습니다" in said
    assert "Enrolled: shop 1" in said
    assert f"{settings.terminal.device:012x}" in said
    assert keys["hotlist_key"] not in said


async def test_the_terminal_speaks_at_once_with_what_was_written(
    ledger: Process, shop: Path
) -> None:
    await enrol(shop, ledger.url, code(ledger))
    settings = load_settings(shop / "settings.toml")

    line = ledger_of(settings, shop)(read_device_key(shop))

    assert (await line.feed("", wait_ms=0)).at is not None
    await line.aclose()


async def test_the_same_command_may_be_run_twice(ledger: Process, shop: Path) -> None:
    text = code(ledger)
    first = await enrol(shop, ledger.url, text)
    own = json.loads((shop / "terminal_keys.json").read_text())["card_ref_key"]

    assert await enrol(shop, ledger.url, text) == first
    assert json.loads((shop / "terminal_keys.json").read_text())["card_ref_key"] == own


async def test_a_new_key_follows_the_old_whose_public_half_stays(
    ledger: Process, shop: Path
) -> None:
    await enrol(shop, ledger.url, code(ledger))
    old = read_device_key(shop).public
    device = number(shop)
    ledger.act(lambda tx: devices.revoke_key(tx, device, old.hex(), datetime.now(UTC)))
    text = code(ledger, device)
    with pytest.raises(NotEnrolled, match="--new-key"):
        await enrol(shop, ledger.url, text)

    await enrol(shop, ledger.url, text, new_key=True)

    new = read_device_key(shop).public
    assert public_keys(shop / PUBLIC_NAME).raw == (old, new)
    assert number(shop) == device
    line = ledger_of(load_settings(shop / "settings.toml"), shop)(read_device_key(shop))
    await line.feed("", wait_ms=0)
    await line.aclose()


async def test_a_new_key_that_is_not_taken_leaves_the_old_in_place(
    ledger: Process, shop: Path
) -> None:
    await enrol(shop, ledger.url, code(ledger))
    old = read_device_key(shop).public

    with pytest.raises(NotEnrolled):
        await enrol(shop, ledger.url, "0000-0000-0000-0000", new_key=True)
    with pytest.raises(EnrolmentUnanswered):
        await enrol(shop, "http://127.0.0.1:1", "0000", new_key=True)

    assert read_device_key(shop).public == old
    waiting = (shop / NEXT_NAME).read_text()
    await enrol(shop, ledger.url, code(ledger, number(shop)), new_key=True)
    assert (shop / SECRET_NAME).read_text() == waiting


async def test_a_folder_with_records_takes_a_code_of_its_own_terminal_alone(
    ledger: Process, shop: Path
) -> None:
    await enrol(shop, ledger.url, code(ledger))
    store = SqliteStore(shop / "terminal.db", device=number(shop), new_incarnation=lambda: 1)
    await store.close()
    settings = (shop / "settings.toml").read_text()

    with pytest.raises(NotEnrolled, match="another terminal"):
        await enrol(shop, ledger.url, code(ledger))

    assert (shop / "settings.toml").read_text() == settings
    await enrol(shop, ledger.url, code(ledger, number(shop)))


async def test_it_does_not_begin_while_the_till_runs(ledger: Process, shop: Path) -> None:
    with hold(shop / "terminal.db"), pytest.raises(StoreInUse):
        await enrol(shop, ledger.url, code(ledger))


@pytest.mark.parametrize("url", ["http://ledger.example", "ftp://x", "ledger.example", "https://"])
async def test_an_address_that_others_could_hear_is_refused(shop: Path, url: str) -> None:
    with pytest.raises(ConfigError):
        await enrol(shop, url, "0000")


async def test_settings_that_can_not_be_used_are_said_before_the_code_is_sent(
    ledger: Process, shop: Path
) -> None:
    text = code(ledger)
    path = shop / "settings.toml"
    good = path.read_text()
    path.write_text(good.replace("columns = 42", "columns = 12"))
    with pytest.raises(ConfigError):
        await enrol(shop, ledger.url, text)

    path.write_text(good)
    await enrol(shop, ledger.url, text)


async def test_a_revoked_terminal_reads_what_to_do(ledger: Process, shop: Path) -> None:
    await enrol(shop, ledger.url, code(ledger))
    line = ledger_of(load_settings(shop / "settings.toml"), shop)(read_device_key(shop))
    ledger.act(lambda tx: devices.revoke(tx, number(shop), datetime.now(UTC)))

    with pytest.raises(TerminalRevoked) as caught:
        await asyncio.wait_for(line.feed("", wait_ms=0), 5)
    await line.aclose()

    assert "보낼 기록은 그대로" in caught.value.message("ko")
    assert "kept" in caught.value.message("en")
