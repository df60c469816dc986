"""Rules read again while servers run: all answer the same, a broken file changes nothing and is heard of."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from composition.command_line import app
from ledger.client import HttpLedger
from ledger.policy.growth import NotGrown, check_growth
from ledger.policy.reading import PACKAGED, policy_of, read_files
from ledger.server import operator_log, rulebook, shops
from ledger.server.database import Database
from ledger.server.first_keys import new_keys
from ledger.server.operator_log import Entry
from ledger.server.rule_files import RuleFiles
from ledger.server.rulebook import LEAD, Rulebook, tell
from pos.domain.business_day import business_day
from tests.ledger.conftest import DEVICE, KEY, ROOT, Process, open_shops

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SHOP = '[[shop]]\nid = "cafe"\ndevices = ["{device:012x}"]\n[[shop.facts]]\nvalid_from = 2026-01-01\nannual_sales = 1\n'


def with_row(folder: Path, text: str, file: str = "calendar.toml") -> None:
    path = folder / file
    path.write_text(f"{path.read_text('utf-8')}\n{text}\n", encoding="utf-8")


def pay_out(days: int, valid_from: date, known_from: date | None = None) -> str:
    known = "" if known_from is None else f"known_from = {known_from}\n"
    return f"[[pay_out]]\nvalid_from = {valid_from}\n{known}business_days = {days}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The packaged rules, to be changed; a far year's holidays so that no test ends with the calendar."""
    made = tmp_path / "rules"
    shutil.copytree(PACKAGED, made)
    for year in range(2028, 2090):
        with_row(made, f"[[holidays]]\nyear = {year}\ndays = []")
    return made


def changed(**texts: str) -> dict[str, str]:
    files = read_files(PACKAGED)
    return {name: text + texts.get(name.removesuffix(".toml"), "") for name, text in files.items()}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("calendar", "\n" + pay_out(1, TODAY)),
        ("calendar", "\n" + pay_out(1, TODAY + timedelta(days=9))),
        ("calendar", "\n" + pay_out(1, date(2026, 1, 1), TODAY)),  # A correction known from today.
        ("calendar", "\n[[holidays]]\nyear = 2028\ndays = []"),
    ],
)
def test_what_is_known_from_today_on_may_be_added(file: str, text: str) -> None:
    before, after = policy_of(read_files(PACKAGED), "x"), policy_of(changed(**{file: text}), "x")
    check_growth(before, after, TODAY)


def test_what_is_not_known_yet_may_be_taken_back_and_what_is_known_may_not() -> None:
    before = policy_of(changed(calendar="\n" + pay_out(1, TODAY + timedelta(days=9))), "x")
    after = policy_of(read_files(PACKAGED), "x")
    check_growth(before, after, TODAY)
    with pytest.raises(NotGrown, match="changed or gone"):
        check_growth(before, after, TODAY + timedelta(days=9))


def test_a_new_row_can_not_have_been_known_before_today() -> None:
    after = policy_of(changed(calendar="\n" + pay_out(1, TODAY - timedelta(days=1))), "x")
    with pytest.raises(NotGrown, match="known_from = 2026-11-24"):
        check_growth(policy_of(read_files(PACKAGED), "x"), after, TODAY)


def test_a_holiday_may_come_at_short_notice_but_not_into_the_past() -> None:
    texts = read_files(PACKAGED)
    before = policy_of(texts, "x")
    for day, fits in (("2027-12-31", True), ("2027-11-02", False)):
        text = texts["calendar.toml"].replace("    2027-01-01,", f"    2027-01-01, {day},")
        after = policy_of(texts | {"calendar.toml": text}, "x")
        if fits:
            check_growth(before, after, date(2027, 11, 24))
        else:
            with pytest.raises(NotGrown, match="2027-11-02"):
                check_growth(before, after, date(2027, 11, 24))
    gone = texts["calendar.toml"][: texts["calendar.toml"].index("[[holidays]]\nyear = 2027")]
    with pytest.raises(NotGrown, match="2027"):
        check_growth(before, policy_of(texts | {"calendar.toml": gone}, "x"), TODAY)


def test_a_version_holds_from_its_moment_on_and_every_server_has_it_by_then(
    database: Database, folder: Path
) -> None:
    open_shops(database)
    ledger, time = Process(database), [NOON]
    first, second = Rulebook(lambda: time[0]), Rulebook(lambda: time[0])
    ledger.act(lambda tx: tell(tx, RuleFiles(folder).read(), NOON))
    assert ledger.act(first.look)
    with_row(folder, pay_out(1, TODAY))
    told = ledger.act(lambda tx: tell(tx, RuleFiles(folder).read(), NOON))
    again = ledger.act(lambda tx: tell(tx, RuleFiles(folder).read(), NOON + timedelta(hours=1)))
    assert (told.number, told.in_force_at, told.is_new) == (2, NOON + LEAD, True)
    assert (again.number, again.in_force_at, again.is_new) == (2, NOON + LEAD, False)

    assert ledger.act(first.look)  # One looks at once, the other a second before it holds.
    time[0] = NOON + LEAD - timedelta(seconds=1)
    assert ledger.act(second.look)
    shop = ledger.act(lambda tx: shops.of_device(tx, DEVICE))
    for at, days in ((time[0], 2), (NOON + LEAD, 1), (NOON + timedelta(days=1), 1)):
        assert [book.at(at).pay_days(shop, TODAY) for book in (first, second)] == [days, days]
    time[0] = NOON + timedelta(days=1)
    assert first.policy().pay_days(shop, TODAY - timedelta(days=1)) == 2  # At its date.
    assert not ledger.act(first.look)


def test_what_unsays_rules_or_shops_leaves_nothing(database: Database, folder: Path) -> None:
    open_shops(database)
    ledger = Process(database)
    file = folder.parent / "shops.toml"
    file.write_text(SHOP.format(device=DEVICE), encoding="utf-8")
    ledger.act(lambda tx: tell(tx, RuleFiles(folder, file).read(), NOON))

    file.write_text(SHOP.format(device=DEVICE).replace("sales = 1", "sales = 2"), encoding="utf-8")
    with_row(folder, pay_out(1, TODAY))
    with pytest.raises(ValueError, match="something else was said"):
        ledger.act(lambda tx: tell(tx, RuleFiles(folder, file).read(), NOON))

    version = ledger.act(rulebook.newest)
    assert version is not None
    assert version.number == 1


@dataclass
class Server:
    """`python -m ledger.server`, with rules and shops from files."""

    database: Database
    folder: Path
    port: int = 0
    running: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        keys = self.folder.parent / "ledger_keys.json"
        keys.write_text(json.dumps(new_keys([])), encoding="utf-8")
        where = ["--database" if isinstance(self.database, str) else "--db", str(self.database)]
        self.running = subprocess.Popen(
            [
                *(sys.executable, "-m", "ledger.server", *where, "--keys", str(keys)),
                *("--policy", str(self.folder), "--shops", str(self.folder.parent / "shops.toml")),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=(self.folder.parent / "stderr").open("a"),
            text=True,
        )
        assert self.running.stdout is not None
        line = self.running.stdout.readline()
        assert line, (self.folder.parent / "stderr").read_text()
        self.port = json.loads(line)["port"]

    def stop(self) -> None:
        assert self.running is not None
        self.running.terminate()
        assert self.running.stdout is not None
        self.running.wait(10)
        self.running.stdout.close()

    def page(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/operator", timeout=10) as said:
            return str(said.read().decode())

    async def pay_days(self, day: date) -> int:
        line = HttpLedger(f"http://127.0.0.1:{self.port}", DEVICE, KEY)
        try:
            return (await line.statement(day, deadline_ms=5_000)).pay_days
        finally:
            await line.aclose()


@pytest.fixture
def servers(database: Database, folder: Path) -> Iterator[tuple[Server, Server]]:
    """Two server processes on one database."""
    open_shops(database)
    (folder.parent / "shops.toml").write_text(SHOP.format(device=DEVICE), encoding="utf-8")
    made = Server(database, folder), Server(database, folder)
    for each in made:
        each.start()
    yield made
    for each in made:
        each.stop()


def typed(database: Database, *words: str) -> Result:
    return CliRunner().invoke(app, ["ledger", *words], env={"IEUM_LEDGER_DATABASE": str(database)})


def entries(database: Database) -> list[Entry]:
    return Process(database).act(operator_log.newest)


async def until_both(servers: tuple[Server, Server], day: date, days: int) -> None:
    async with asyncio.timeout(20):
        while [await each.pay_days(day) for each in servers] != [days, days]:
            await asyncio.sleep(0.2)


async def test_a_reload_by_the_command_reaches_every_server_and_a_broken_file_none(
    servers: tuple[Server, Server], database: Database, folder: Path
) -> None:
    today = business_day(datetime.now(UTC))
    yesterday = today - timedelta(days=1)
    assert [await each.pay_days(today) for each in servers] == [2, 2]

    with_row(folder, "[[pay_out]]\nvalid_from = soon")
    broken = typed(database, "reload")
    assert broken.exit_code == 2
    assert "calendar.toml" in broken.stderr
    assert "Nothing was changed" in broken.stderr
    assert entries(database)[0].was_refused
    for each in servers:
        assert 'class="bad"' in each.page()
        assert "the rules above go on" in each.page()
        assert await each.pay_days(today) == 2

    text = (
        (folder / "calendar.toml").read_text("utf-8").replace("[[pay_out]]\nvalid_from = soon", "")
    )
    (folder / "calendar.toml").write_text(text + pay_out(1, today), encoding="utf-8")
    done = typed(database, "--as", "김대리", "reload")
    assert done.exit_code == 0, done.output
    assert "rules 2: from" in done.stdout
    await until_both(servers, today, 1)
    assert [await each.pay_days(yesterday) for each in servers] == [2, 2]
    assert (entries(database)[0].what, entries(database)[0].who[:3]) == ("reload", "김대리")
    assert "the rules above go on" not in servers[0].page()
    assert "as before" in typed(database, "reload").stdout


async def test_sighup_reads_again_and_a_broken_file_leaves_the_old_rules(
    servers: tuple[Server, Server], database: Database, folder: Path
) -> None:
    today = business_day(datetime.now(UTC))
    whole = (folder / "calendar.toml").read_text("utf-8")
    errors = folder.parent / "stderr"
    asked = servers[0].running
    assert asked is not None

    (folder / "calendar.toml").write_text(whole.replace("business_days = 2", "business_days = 1"))
    os.kill(asked.pid, signal.SIGHUP)
    async with asyncio.timeout(10):
        while "SIGHUP" not in str(entries(database)[0]):
            await asyncio.sleep(0.1)
    assert entries(database)[0].was_refused
    assert "the rules in force stay" in errors.read_text()
    assert [await each.pay_days(today) for each in servers] == [2, 2]
    assert "the rules above go on" in servers[1].page()

    (folder / "calendar.toml").write_text(f"{whole}\n{pay_out(1, today)}\n")
    os.kill(asked.pid, signal.SIGHUP)
    await until_both(servers, today, 1)


async def test_a_start_with_a_broken_file_goes_on_with_the_rules_in_force(
    servers: tuple[Server, Server], database: Database, folder: Path
) -> None:
    (folder / "fees.toml").write_text("[[fee")
    servers[0].stop()
    servers[0].start()
    assert await servers[0].pay_days(business_day(datetime.now(UTC))) == 2
    assert entries(database)[0].was_refused
    assert "fees.toml" in entries(database)[0].outcome


def test_a_first_start_with_a_broken_file_is_no_start(database: Database, folder: Path) -> None:
    (folder / "fees.toml").write_text("[[fee")
    (folder.parent / "shops.toml").write_text(SHOP.format(device=DEVICE))
    with pytest.raises(AssertionError, match=r"fees\.toml"):
        Server(database, folder).start()
