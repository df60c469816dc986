"""A new ledger's first keys: nobody else reads them, nothing is written over, and cards and terminals work by them."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from composition.command_line import app
from drivers.cards import oda
from drivers.cards.issuing import Issued
from drivers.cards.terminal_keys import RsaPublicKey
from ledger.server.cardcrypto import load_ledger_keys
from ledger.server.channels.signing import find_key
from ledger.server.channels.vault import Vault
from ledger.server.devices import Enrolled
from ledger.server.opener import KeyedOpener, handout_of
from ledger.server.writer import Writer
from tests.ledger.conftest import open_shops

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, ["ledger", "keys", *words])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("keys") / "new"
    before = os.umask(0)
    try:
        done = typed("make", str(folder))
    finally:
        os.umask(before)
    assert done.exit_code == 0, done.output
    return folder, done.stdout


def test_only_their_owner_reads_them(made: tuple[Path, str]) -> None:
    folder, _ = made
    assert sorted(each.name for each in folder.iterdir()) == [
        "card_issuing_keys.json",
        "ledger_keys.json",
    ]
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_public_parts_are_said_and_no_secret_is(made: tuple[Path, str]) -> None:
    folder, said = made
    keys = load_ledger_keys(folder / "ledger_keys.json")
    assert keys.signing_private.public_key().public_bytes_raw().hex() in said
    assert keys.sealing_private.public_key().public_bytes_raw().hex() in said
    for file in folder.iterdir():
        found = secrets_of(json.loads(file.read_text()))
        assert len(found) >= 3
        assert not [each for each in found if each in said]
    assert typed("show", str(folder / "ledger_keys.json")).stdout == "".join(
        line
        for line in said.splitlines(keepends=True)
        if line.split()[0].endswith(("public", "ca_key"))
    )


def secrets_of(content: dict[str, object]) -> list[str]:
    found: list[str] = []
    for name, value in content.items():
        if isinstance(value, dict):
            found += secrets_of(value)
        elif isinstance(value, str) and ("private" in name or name.endswith("_key")):
            found.append(value)
    return found


def test_a_terminal_is_handed_what_it_checks_cards_with(made: tuple[Path, str]) -> None:
    folder, _ = made
    keys = load_ledger_keys(folder / "ledger_keys.json")
    answer = handout_of(keys).answer(Enrolled(1, "가게"), NOON)
    [ca] = answer.ca_keys
    issuing = json.loads((folder / "card_issuing_keys.json").read_text())
    signed = Issued(
        bytes.fromhex(issuing["issuer_certificate"]["signed"]),
        bytes.fromhex(issuing["issuer_certificate"]["remainder"]),
    )
    scheme = RsaPublicKey(int(ca.modulus, 16), ca.exponent)
    plain = pow(int.from_bytes(signed.signed, "big"), scheme.exponent, scheme.modulus)
    recovered = plain.to_bytes(scheme.size, "big")
    assert scheme.size == oda.MAX_KEY_BYTES
    assert recovered.startswith(b"\x6a\x02" + bytes.fromhex("629099ff"))
    issuer = int(issuing["issuer"]["modulus"], 16).to_bytes(176, "big")
    assert (recovered[15:-33].rstrip(b"\xbb") + signed.remainder).endswith(issuer)
    assert issuing["issuer_master_key"] == keys.issuer_master_key.hex()
    assert KeyedOpener(keys).hot_ref("6290990000000001")


def test_nothing_is_written_over(made: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = made
    before = {each: each.read_bytes() for each in folder.iterdir()}
    again = typed("make", str(folder))
    assert again.exit_code == 2
    assert "A01" in again.stderr
    assert {each: each.read_bytes() for each in folder.iterdir()} == before

    (tmp_path / "card_issuing_keys.json").write_text("mine")
    half = typed("make", str(tmp_path))
    assert half.exit_code == 2
    assert [each.name for each in tmp_path.iterdir()] == ["card_issuing_keys.json"]


def test_a_scheme_that_exists_gives_its_own_public_keys(tmp_path: Path) -> None:
    theirs = tmp_path / "ca.json"
    theirs.write_text(json.dumps([{"index": 7, "modulus": "C" * 256, "exponent": 3}]))
    done = typed("make", str(tmp_path / "new"), "--ca-keys", str(theirs))
    assert done.exit_code == 0, done.output
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["ledger_keys.json"]
    keys = load_ledger_keys(tmp_path / "new" / "ledger_keys.json")
    assert keys.ca_keys == ((7, "c" * 256, 3),)


@pytest.mark.parametrize(
    "content", ["", "[]", '[{"index": 1}]', '[{"index": 1, "modulus": "cc", "exponent": 3}]']
)
def test_what_is_no_list_of_keys_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "ca.json").write_text(content)
    done = typed("make", str(tmp_path / "new"), "--ca-keys", str(tmp_path / "ca.json"))
    assert done.exit_code == 2
    assert not (tmp_path / "new").exists()
    assert typed("make", str(tmp_path / "new"), "--pan-prefix", "12x").exit_code == 2


def test_a_channels_secret_is_said_once_and_opens_with_these_keys_alone(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    database, keys = tmp_path / "ledger.db", made[0] / "ledger_keys.json"
    open_shops(database)
    words = ["ledger", "--as", "kim", "channels", "add", "webhook", "1", "--db", str(database)]
    done = CliRunner().invoke(app, [*words, "--keys", str(keys)])
    assert done.exit_code == 0, done.output
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.count(" ") == 1)
    writer = Writer(database)
    found = writer.run_now(lambda tx: find_key(tx, Vault.of(load_ledger_keys(keys)), said["key"]))
    writer.close()
    assert found is not None
    assert found.secret == said["secret"]
    assert said["secret"].encode() not in database.read_bytes()
    without = CliRunner().invoke(app, [*words, "--keys", str(tmp_path / "none.json")])
    assert without.exit_code != 0
