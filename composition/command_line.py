"""The command line, one function a command. Never imports what the command doesn't use."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from composition.ledger_commands import ledger
from composition.saying import or_say
from composition.serving import serve

ROOT = Path(__file__).resolve().parents[1]
DEMO_HOME = ROOT / "var" / "demo"
SETTINGS_VARIABLE = "IEUM_SETTINGS"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="이음 POS: 인천e음 가맹점 단말기 / the terminal for Incheon's voucher card shops",
)

app.add_typer(ledger, name="ledger")
app.command()(serve)

SettingsOption = Annotated[
    Path,
    typer.Option("--settings", envvar=SETTINGS_VARIABLE, help="settings.toml of the terminal"),
]
HomeOption = Annotated[Path, typer.Option("--home", help="where the demo keeps its files")]


class Language(StrEnum):
    """What the screens and papers speak."""

    KO = "ko"
    EN = "en"


class PhoneDeed(StrEnum):
    """What a demo customer does with the phone."""

    SHOW = "show"
    PAY = "pay"


LinearOption = Annotated[
    bool, typer.Option("--linear", help="plain lines in reading order, for a screen reader")
]
LanguageOption = Annotated[Language | None, typer.Option("--lang", help="ko or en")]


@app.command()
def demo(
    home: HomeOption = DEMO_HOME,
    fresh: Annotated[bool, typer.Option("--fresh", help="forget the last demo")] = False,
    lang: LanguageOption = None,
    linear: LinearOption = False,
) -> None:
    """가게 전체를 이 컴퓨터에서: 단말기, 서버, 카드, 프린터 / the whole shop on this machine."""
    from composition.sessions import run_demo

    language = None if lang is None else lang.value
    or_say(lambda: run_demo(ROOT, home.resolve(), fresh=fresh, language=language, linear=linear))


@app.command()
def run(settings: SettingsOption = Path("settings.toml"), linear: LinearOption = False) -> None:
    """단말기를 시작합니다 / start this shop's terminal."""
    from composition.sessions import run_shop

    or_say(lambda: run_shop(settings.resolve(), linear=linear))


@app.command()
def display(settings: SettingsOption = DEMO_HOME / "settings.toml") -> None:
    """고객이 보는 화면을 다른 창에 띄웁니다 / the customer's screen, in a window of its own."""
    from composition.display_session import run_display

    or_say(lambda: run_display(settings.resolve()))


@app.command()
def phone(
    deed: Annotated[PhoneDeed, typer.Argument(help="show a code, or pay the one on the display")],
    card: Annotated[str, typer.Option("--card", help="id in demo_cards.toml")] = "",
    home: HomeOption = DEMO_HOME,
) -> None:
    """데모 손님의 휴대폰: 코드를 띄우거나(show) 매장 코드로 결제(pay) / a demo customer's phone."""
    from composition.demo.phone import use_phone

    or_say(lambda: print(use_phone(home.resolve(), deed.value, card, ROOT)))


@app.command()
def report(
    settings: SettingsOption = DEMO_HOME / "settings.toml",
    day: Annotated[str | None, typer.Option("--day", help="YYYY-MM-DD; today if left out")] = None,
) -> None:
    """하루 매출 보기(판매 중에도) / show a day's sales."""
    from composition.sessions import show_report

    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise typer.BadParameter("YYYY-MM-DD", param_hint="--day") from error
    or_say(lambda: print(asyncio.run(show_report(settings.resolve(), wanted)), end=""))


@app.command()
def verify(
    journal: Annotated[Path, typer.Option("--journal", help="terminal.db, or a copy of it")],
    key: Annotated[
        Path | None, typer.Option("--key", help="FILE.pub; device_key.pub beside it if left out")
    ] = None,
    head: Annotated[
        str | None, typer.Option("--head", help="SEQ:HASH as on a day report; finds a cut-off tail")
    ] = None,
    ledger_key: Annotated[
        str | None, typer.Option("--ledger-key", help="the ledger's public key, 64 hex digits")
    ] = None,
) -> None:
    """기록이 진본인지 공개키로만 검사(판매 중에도) / check a journal, with its public key alone."""
    from composition.keeping import verify_journal

    or_say(lambda: print(verify_journal(journal.resolve(), key, head, ledger_key), end=""))


@app.command()
def backup(
    to: Annotated[Path, typer.Option("--to", help="a new file")],
    settings: SettingsOption = Path("settings.toml"),
) -> None:
    """기록을 백업(판매 중에도) / copy the record to a new file, also while selling."""
    from composition.keeping import back_up

    or_say(lambda: print(back_up(settings.resolve(), to.resolve()), end=""))


@app.command()
def restore(
    source: Annotated[Path, typer.Option("--from", help="what backup wrote")],
    settings: SettingsOption = Path("settings.toml"),
) -> None:
    """백업을 되돌림(단말기를 끝낸 뒤) / put a backup in place; the terminal must not run."""
    from composition.keeping import restore as put_back

    or_say(lambda: print(put_back(settings.resolve(), source.resolve()), end=""))


@app.command()
def reingest(
    settings: SettingsOption = Path("settings.toml"),
    codes: Annotated[
        Path | None,
        typer.Option("--codes", help="a file of scanned codes; the scanner if left out"),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="the lost terminal's FILE.pub, from a backup")
    ] = None,
) -> None:
    """잃은 단말기의 영수증 QR을 스캔해 되살림 / take a lost terminal's sales in from their papers."""
    from composition.reingesting import reingest as take_in

    def lines() -> Iterator[str]:
        if codes is not None:
            yield from codes.read_text(encoding="utf-8").splitlines()
            return
        print(
            "QR을 하나씩 스캔하고, 끝나면 빈 줄 / scan one by one, then an empty line", flush=True
        )
        while text := sys.stdin.readline().strip():
            yield text

    def act() -> None:
        if asyncio.run(take_in(settings.resolve(), lines(), key, print)):
            raise typer.Exit(1)

    or_say(act)


@app.command()
def enrol(
    url: Annotated[str, typer.Argument(help="the ledger's address, https://...")],
    code: Annotated[str, typer.Argument(help="the one-use code from the ledger's operator")],
    settings: SettingsOption = Path("settings.toml"),
    new_key: Annotated[
        bool, typer.Option("--new-key", help="put a new signing key in place of a revoked one")
    ] = False,
) -> None:
    """코드로 이 단말기를 등록합니다 / enrol this terminal with a one-use code."""
    from composition.enrolling import enrol_terminal

    or_say(
        lambda: print(
            asyncio.run(enrol_terminal(settings.resolve(), url, code, new_key=new_key)), end=""
        )
    )


@app.command("new-pin")
def new_pin(
    number: Annotated[int, typer.Argument(help="the person's number, as they sign in with it")],
    settings: SettingsOption = Path("settings.toml"),
) -> None:
    """잃은 PIN을 새로 정합니다(단말기를 끝낸 뒤) / set a lost PIN anew; the terminal must not run."""
    from getpass import getpass

    from composition.new_pin import give_new_pin

    or_say(lambda: print(asyncio.run(give_new_pin(settings.resolve(), number, getpass)), end=""))


@app.command()
def doctor(
    settings: SettingsOption = DEMO_HOME / "settings.toml",
    print_test: Annotated[bool, typer.Option("--print", help="print a test page too")] = False,
) -> None:
    """무엇이 잘못되었는지 말합니다 / name what is wrong, and what to do."""
    from composition.doctor import examine
    from composition.sessions import print_test_page

    findings = asyncio.run(examine(ROOT, settings.resolve()))
    for finding in findings:
        print(finding.line())
    if print_test:
        or_say(lambda: print(asyncio.run(print_test_page(settings.resolve()))))
    raise typer.Exit(1 if any(finding.wrong for finding in findings) else 0)


@app.command()
def paper(
    settings: SettingsOption = DEMO_HOME / "settings.toml",
    columns: Annotated[int | None, typer.Option("--columns", help="of another paper")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="FILE.png, .pdf, .html or .txt")] = None,
) -> None:
    """영수증 미리 보기(템플릿, 로고, 칸 수) / see a sample receipt with the owner's words."""
    from composition.preview import preview

    or_say(lambda: print(preview(settings.resolve(), columns, to), end=""))


@app.command()
def printers() -> None:
    """이 컴퓨터에 연결된 프린터 / the printers at this machine, as settings.toml names them."""
    from composition.printers import found_printers

    found = found_printers()
    for key, title in found:
        print(f"{key}   {title}".rstrip())
    if not found:
        print("없음(USB, 시리얼). 네트워크 프린터는 주소를 적습니다. / none by USB or serial")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """모든 검사와 시험 / run every check and every test."""
    from tools import checks

    raise typer.Exit(checks.run(ROOT, context.args))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def simulate(context: typer.Context) -> None:
    """가상의 영업일을 검사합니다(--seeds, --from, --story) / live simulated shop-days."""
    command = [sys.executable, "-m", "tests.simulation", *context.args]
    os.execv(sys.executable, command)  # noqa: S606


@app.command()
def bench() -> None:
    """속도를 잽니다 / measure, as ratios in one run."""
    os.execv(sys.executable, [sys.executable, "-m", "benchmarks"])  # noqa: S606


@app.command()
def pictures() -> None:
    """README의 그림을 새로 그립니다 / draw the README's pictures anew, from the real demo."""
    from tools.pictures import run as draw

    draw(ROOT, ROOT / "docs" / "pictures")


@app.command()
def setup() -> None:
    """설치만 합니다 / set up and do nothing else."""
    print("ok")
