"""A lost PIN is set anew by the machine's owner, on record; a lock survives a real kill -9."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from composition.clock import SystemClock
from composition.new_pin import NobodyOfThatNumber, PinsDiffer, give_new_pin
from composition.pin_hasher import Argon2Pins, staff_of
from config.settings import load_settings
from offline_queue.store import SqliteStore
from pos.domain.errors import ConfigError, StoreInUse
from pos.domain.people import TRIES_MAX, Grant, Permission, Role
from pos.domain.people_errors import PersonLocked, PinTooSimple, PinWrong
from pos.services.staff import Staff

ROOT = Path(__file__).resolve().parents[2]
FREE = Grant(Permission.PEOPLE, "shop")

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from composition.clock import SystemClock
from offline_queue.store import SqliteStore
from pos.services.staff import Staff

class Killed:
    async def verify(self, pin_hash, pin):
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    store = SqliteStore(Path(sys.argv[1]), device=1, new_incarnation=lambda: 7)
    staff = Staff(store=store, hasher=Killed(), clock=SystemClock(), shop_name="S")
    await staff.load()
    await staff.sign_in("29999")

asyncio.run(main())
"""


@pytest.fixture
async def settings(tmp_path: Path) -> Path:
    for name in ("settings.toml", "products.csv"):
        shutil.copyfile(ROOT / "config" / "sample_shop" / name, tmp_path / name)
    path = tmp_path / "settings.toml"
    staff, store = open_staff(path)
    await staff.add(FREE, "김사장", Role.MANAGER, "2580")
    await store.close()
    return path


def open_staff(path: Path) -> tuple[Staff, SqliteStore]:
    loaded = load_settings(path)
    store = SqliteStore(
        path.parent / loaded.files.database,
        device=loaded.terminal.device,
        new_incarnation=lambda: 7,
    )
    return staff_of(loaded, store, SystemClock()), store


async def test_a_lost_pin_is_set_anew_and_on_record(settings: Path) -> None:
    said = await give_new_pin(settings, 1, lambda _: "7310")
    assert "김사장" in said
    staff, store = open_staff(settings)
    await staff.load()
    assert (await staff.sign_in("17310")).name == "김사장"
    record = (await store.latest_records(("person.changed",), 1))[0]
    assert (record.body["recovered"], record.body["new_pin"]) == (True, True)
    await store.close()


async def test_nothing_changes_for_a_slip_of_the_finger(settings: Path) -> None:
    answers = iter(["7310", "7311"])
    with pytest.raises(PinsDiffer):
        await give_new_pin(settings, 1, lambda _: next(answers))
    with pytest.raises(PinTooSimple):
        await give_new_pin(settings, 1, lambda _: "1234")
    with pytest.raises(NobodyOfThatNumber):
        await give_new_pin(settings, 4, lambda _: "7310")
    staff, store = open_staff(settings)
    await staff.load()
    assert (await staff.sign_in("12580")).name == "김사장"
    with pytest.raises(StoreInUse):  # And never beside a terminal that sells.
        await give_new_pin(settings, 1, lambda _: "7310")
    await store.close()


async def test_kill_9_in_the_middle_of_a_try_gives_no_free_one(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    store = SqliteStore(path, device=1, new_incarnation=lambda: 7)
    staff = Staff(store=store, hasher=Argon2Pins(), clock=SystemClock(), shop_name="S")
    await staff.add(FREE, "김사장", Role.MANAGER, "2580")
    await staff.add(FREE, "이하늘", Role.CASHIER, "4569")
    await store.close()
    for _ in range(TRIES_MAX):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False, timeout=60
        )
        assert done.returncode == -signal.SIGKILL
    store = SqliteStore(path, device=1, new_incarnation=lambda: 7)
    staff = Staff(store=store, hasher=Argon2Pins(), clock=SystemClock(), shop_name="S")
    await staff.load()
    with pytest.raises(PersonLocked):
        await staff.sign_in("24569")
    with pytest.raises(PinWrong):
        await staff.sign_in("12581")  # Nobody else is locked by it.
    await store.close()


def test_settings_may_give_a_role_other_permissions_and_name_an_unknown_one(
    tmp_path: Path, settings: Path
) -> None:
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[people]\ncashier = ["refund", "open_drawer"]\n', "utf-8")
    permissions = load_settings(settings).people.permissions
    assert permissions[Role.CASHIER] == {Permission.REFUND, Permission.OPEN_DRAWER}
    assert Permission.PEOPLE in permissions[Role.MANAGER]
    settings.write_text(f'{text}\n[people]\nmanager = []\ncashier = ["refnd"]\n', "utf-8")
    with pytest.raises(ConfigError, match="refnd"):
        load_settings(settings)
