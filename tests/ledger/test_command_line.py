"""The ledger as the demo starts it: real keys, the demo's cards, real taps."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.simulators.card.keys import LEDGER_FILE
from ledger.client import HttpLedger
from ledger.contract import openapi
from ledger.server.__main__ import DATABASE_VARIABLE, main
from pos.domain.forwarding import ForwardStatus
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.payment_events import OfflineApproved
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import AuthorizationRequest
from tests.drivers.cards.cardworld import CARD_FILE_PATH, NOON, PAYMENT, CardWorld, request
from tests.ledger.conftest import ROOT
from tests.ledger.journal import SALE, Journal

TOKEN = "c" * 32
DEVICE = PAYMENT.device


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> CardWorld:
    folder = tmp_path_factory.mktemp("keys")
    return CardWorld(folder, folder / "state.json")


def command(folder: Path, keys: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "ledger.server", "--db", str(folder / "ledger.db")),
        *("--port", "0", "--keys", str(keys / LEDGER_FILE), "--cards", str(CARD_FILE_PATH)),
        *("--demo", "--die-with-parent"),
    ]


@pytest.fixture
def started(tmp_path: Path, world: CardWorld) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with subprocess.Popen(
        command(tmp_path, world.keys),
        cwd=ROOT,
        env=os.environ | {"IEUM_LEDGER_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        yield running, json.loads(running.stdout.readline())["port"]
        running.terminate()


async def test_a_demo_card_pays_online_and_offline(
    started: tuple[subprocess.Popen[str], int], world: CardWorld
) -> None:
    client = HttpLedger(f"http://127.0.0.1:{started[1]}", TOKEN, DEVICE)
    online = replace(PAYMENT, sequence=10)
    tapped = world.tap("offline", replace(request(), payment_id=online))
    answer = await client.authorize(
        AuthorizationRequest(online, Won(4_500), tapped.sealed, NOON), deadline_ms=5_000
    )
    offline = replace(PAYMENT, sequence=11)
    tapped = world.tap("offline", replace(request(online=False), payment_id=offline))
    journal = Journal(device=DEVICE)
    journal.add(
        OfflineApproved(
            payment_id=offline,
            sale_id=replace(SALE, device=DEVICE),
            amount=Won(4_500),
            card=tapped,
            mode=ApprovalMode.OFFLINE_GUARANTEED,
            approval_code="F0000011",
            cashback_estimate=Won(450),
            at=NOON,
        )
    )
    (outcome,) = await client.forward(journal.records, deadline_ms=5_000)
    await client.aclose()

    assert isinstance(answer, Approval)
    assert answer.balance == Won(150_000 + 5_000 - 4_500 + 450)
    assert outcome.status is ForwardStatus.ACCEPTED


@pytest.mark.parametrize(
    ("card", "decline"),
    [
        ("poor", Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(3_200))),
        ("blocked", Decline(DeclineReason.CARD_BLOCKED)),
    ],
)
async def test_the_demos_odd_cards_are_declined_as_labelled(
    started: tuple[subprocess.Popen[str], int], world: CardWorld, card: str, decline: Decline
) -> None:
    client = HttpLedger(f"http://127.0.0.1:{started[1]}", TOKEN, DEVICE)
    tapped = world.tap(card, request())

    answer = await client.authorize(
        AuthorizationRequest(PAYMENT, Won(4_500), tapped.sealed, NOON), deadline_ms=5_000
    )
    await client.aclose()

    assert answer == decline


def test_it_serves_its_contract_and_nothing_without_a_token(
    started: tuple[subprocess.Popen[str], int],
) -> None:
    url = f"http://127.0.0.1:{started[1]}"
    with urllib.request.urlopen(f"{url}/openapi.json", timeout=5) as response:
        assert json.load(response) == json.loads(openapi.text())
    with urllib.request.urlopen(f"{url}/v1/health", timeout=5) as response:
        assert json.load(response)["status"] == "ok"
    for path in ("/v1/feed", "/demo/cards", "/demo/entries"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url + path, timeout=5)
        assert caught.value.code == 401
        assert caught.value.headers["Content-Type"] == "application/problem+json"


def test_no_card_number_is_in_the_database(
    started: tuple[subprocess.Popen[str], int], world: CardWorld, tmp_path: Path
) -> None:
    written = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))

    assert b"629099******1004" in written
    for profile in world.profiles:
        assert not profile.pan or profile.pan.encode() not in written
    assert TOKEN.encode() not in written


def test_it_stops_at_once_when_told_to(started: tuple[subprocess.Popen[str], int]) -> None:
    running, _ = started

    running.send_signal(signal.SIGTERM)

    assert running.wait(timeout=5) in (0, -signal.SIGTERM)


def test_it_dies_with_its_parent(tmp_path: Path, world: CardWorld) -> None:
    parent = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", parent, *command(tmp_path, world.keys)],
        cwd=ROOT,
        env=os.environ | {"IEUM_LEDGER_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    child = int(done.stdout)

    end = time.monotonic() + 5
    while _alive(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def test_the_client_costs_a_starting_terminal_no_http_library() -> None:
    loaded = "import sys, ledger.client; print({'httpx', 'pydantic'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("missing", ["token", "keys", "folder"])
def test_it_says_what_is_missing_and_starts_nothing(
    tmp_path: Path, world: CardWorld, missing: str
) -> None:
    keys = tmp_path if missing == "keys" else world.keys
    folder = tmp_path / "none" if missing == "folder" else tmp_path
    environment = {key: each for key, each in os.environ.items() if key != "IEUM_LEDGER_TOKEN"}
    if missing != "token":
        environment["IEUM_LEDGER_TOKEN"] = TOKEN
    done = subprocess.run(
        command(folder, keys), cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False, timeout=30,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith("ledger: ")
    assert done.stdout == ""


def test_a_ledger_without_a_database_says_what_to_give(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    assert main(["--keys", "none.json"]) == 2
    assert "--database postgresql://" in capsys.readouterr().err


def test_a_database_named_by_the_environment_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, world: CardWorld
) -> None:
    """A URL with a password belongs there; neither is said on."""
    keys = world.keys / LEDGER_FILE
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql://u:secret@/x?host=/nowhere")
    monkeypatch.setenv("IEUM_LEDGER_TOKEN", "a" * 32)
    assert main(["--keys", str(keys)]) == 2
    said = capsys.readouterr().err
    assert "/nowhere" in said
    assert "secret" not in said
    assert DATABASE_VARIABLE not in os.environ
