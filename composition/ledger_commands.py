"""The operator's commands, `run_pos.py ledger ...`, one function a command. Never does the work itself."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from composition.saying import or_say

if TYPE_CHECKING:
    from composition.ledger_admin import Admin

DATABASE_VARIABLE = "IEUM_LEDGER_DATABASE"
ROOT = Path(__file__).resolve().parents[1]
DEMO_LEDGER = str(ROOT / "var" / "demo" / "ledger.db")

ledger = typer.Typer(
    no_args_is_help=True,
    help="서버 운영: 가맹점, 단말기, 카드, 공지, 장부 / run the central ledger",
)
merchants = typer.Typer(no_args_is_help=True, help="가맹점 / merchants")
devices = typer.Typer(no_args_is_help=True, help="단말기 / terminals: codes, ages, revocation")
cards = typer.Typer(no_args_is_help=True, help="카드 정지 / stop cards")
keys = typer.Typer(no_args_is_help=True, help="서명 키 교체 / the ledger's own signing key")
notices = typer.Typer(no_args_is_help=True, help="공지 / notices to shops")
flags = typer.Typer(no_args_is_help=True, help="의심 거래 표시 / what looks like fraud")
channels = typer.Typer(no_args_is_help=True, help="주문 채널 키 / keys of order channels")
for name, group in (
    ("merchants", merchants),
    ("devices", devices),
    ("cards", cards),
    ("notices", notices),
    ("flags", flags),
    ("keys", keys),
    ("channels", channels),
):
    ledger.add_typer(group, name=name)

Database = Annotated[
    str,
    typer.Option("--db", envvar=DATABASE_VARIABLE, help="the ledger's file, or postgresql://..."),
]
Device = Annotated[str, typer.Argument(help="12 hex digits")]
KeysFile = Annotated[Path, typer.Argument(help="ledger_keys.json")]
WholeHours = Annotated[int, typer.Option("--hours", min=1, help="how long it is good for")]


@ledger.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def serve(context: typer.Context) -> None:
    """서버를 시작합니다(--db, --keys, --port) / run the ledger; see --help of it."""
    from ledger.server.__main__ import main

    raise typer.Exit(main(context.args))


@ledger.command()
def money(db: Database = DEMO_LEDGER) -> None:
    """기금별 잔액 / money by fund; exit code 1 if it does not sum to zero."""
    _say(db, lambda admin: admin.money())


@ledger.command()
def check(db: Database = DEMO_LEDGER) -> None:
    """장부 전체 검사 / check every posting and balance; exit code 1 if anything is wrong."""
    _say(db, lambda admin: admin.check())


@ledger.command()
def rates(file: Path, db: Database = DEMO_LEDGER) -> None:
    """요율(TOML)을 모든 단말기에 보냅니다 / send dated rates to every terminal."""
    _say(db, lambda admin: admin.post_rates(file))


@ledger.command()
def catalogue(
    merchant: int,
    file: Annotated[Path, typer.Argument(help="products.csv: new and changed ones")],
    db: Database = DEMO_LEDGER,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", help="a code that is sold no more")
    ] = None,
) -> None:
    """상품을 가맹점의 단말기에 보냅니다 / send products to a shop's terminals."""
    _say(db, lambda admin: admin.post_catalogue(merchant, file, tuple(remove or ())))


@keys.command("announce")
def keys_announce(file: KeysFile, db: Database = DEMO_LEDGER) -> None:
    """다음 서명 키를 알립니다 / make the next signing key and tell every terminal."""
    _say(db, lambda admin: admin.announce_key(file))


@keys.command("follow")
def keys_follow(file: KeysFile, db: Database = DEMO_LEDGER) -> None:
    """다음 키로 바꿉니다(그 뒤 다시 시작) / let the next key take over; then restart the ledger."""
    _say(db, lambda admin: admin.follow_key(file))


@merchants.command("add")
def merchants_add(
    name: str,
    db: Database = DEMO_LEDGER,
    vouchers: Annotated[bool, typer.Option(help="takes the voucher card")] = True,
    cashback: Annotated[bool, typer.Option(help="its customers earn cashback")] = True,
) -> None:
    """가맹점을 추가합니다 / add one; says its number."""
    _say(db, lambda admin: admin.add_merchant(name, vouchers=vouchers, cashback=cashback))


@merchants.command("list")
def merchants_list(db: Database = DEMO_LEDGER) -> None:
    """가맹점 목록 / list them."""
    _say(db, lambda admin: admin.list_merchants())


@devices.command("code")
def devices_code(
    merchant: int,
    db: Database = DEMO_LEDGER,
    device: Annotated[
        str | None, typer.Option("--device", help="enrol this terminal anew; 12 hex digits")
    ] = None,
    hours: WholeHours = 24,
) -> None:
    """등록 코드 하나를 만듭니다 / make a one-use code."""
    _say(db, lambda admin: admin.make_code(merchant, device, hours))


@devices.command("list")
def devices_list(db: Database = DEMO_LEDGER) -> None:
    """단말기와 마지막 기록·연락 / list them: last record, last contact."""
    _say(db, lambda admin: admin.list_devices())


@devices.command("revoke")
def devices_revoke(device: Device, db: Database = DEMO_LEDGER) -> None:
    """단말기를 막습니다 / shut one out at once."""
    _say(db, lambda admin: admin.revoke_device(device))


@devices.command("revoke-key")
def devices_revoke_key(
    device: Device,
    key: Annotated[str, typer.Argument(help="how the key begins, in hex")],
    db: Database = DEMO_LEDGER,
) -> None:
    """새어 나간 키를 막습니다 / shut out a key that may be in wrong hands."""
    _say(db, lambda admin: admin.revoke_key(device, key))


@cards.command("show")
def cards_show(card: str, db: Database = DEMO_LEDGER) -> None:
    """카드 상태(번호는 가림) / show one, masked."""
    _say(db, lambda admin: admin.show_card(card))


@cards.command("stop")
def cards_stop(card: str, db: Database = DEMO_LEDGER) -> None:
    """카드를 정지합니다 / stop one, on every terminal."""
    _say(db, lambda admin: admin.stop_card(card, stopped=True))


@cards.command("release")
def cards_release(card: str, db: Database = DEMO_LEDGER) -> None:
    """정지를 풉니다 / let one go again."""
    _say(db, lambda admin: admin.stop_card(card, stopped=False))


@notices.command("post")
def notices_post(
    ko: str,
    en: str,
    db: Database = DEMO_LEDGER,
    merchant: Annotated[int | None, typer.Option("--merchant", help="all if left out")] = None,
    hours: Annotated[
        int | None, typer.Option("--hours", min=1, help="until taken back if left out")
    ] = None,
) -> None:
    """공지합니다 / post one, in both languages."""
    _say(db, lambda admin: admin.post_notice(ko, en, merchant, hours))


@notices.command("list")
def notices_list(db: Database = DEMO_LEDGER) -> None:
    """공지 목록 / list what stands."""
    _say(db, lambda admin: admin.list_notices())


@notices.command("take-back")
def notices_take_back(number: int, db: Database = DEMO_LEDGER) -> None:
    """공지를 거둡니다 / take one back."""
    _say(db, lambda admin: admin.take_notice_back(number))


@flags.command("list")
def flags_list(db: Database = DEMO_LEDGER) -> None:
    """열린 표시 / list the open ones."""
    from composition.ledger_flags import list_flags
    from ledger.server.service import utc_now

    _say(db, lambda admin: list_flags(admin, utc_now()))


@flags.command("show")
def flags_show(flag: str, db: Database = DEMO_LEDGER) -> None:
    """무엇을 보았는지 / show what was seen."""
    from composition.ledger_flags import show_flag

    _say(db, lambda admin: show_flag(admin, flag))


@flags.command("close")
def flags_close(
    flag: str,
    by: Annotated[str, typer.Option("--by", help="who looked at it")],
    why: Annotated[str, typer.Option("--why", help="what came of it")],
    db: Database = DEMO_LEDGER,
) -> None:
    """표시를 닫습니다 / close one."""
    from composition.ledger_flags import close_flag
    from ledger.server.service import utc_now

    _say(db, lambda admin: close_flag(admin, flag, by, why, utc_now()))


@channels.command("add")
def channels_add(
    channel: Annotated[str, typer.Argument(help="baedal-eum, eum-mall, webhook")],
    merchant: int,
    db: Database = DEMO_LEDGER,
    callback: Annotated[str, typer.Option(help="where its orders' states are posted")] = "",
) -> None:
    """채널 키를 만듭니다 / give a channel a key for a shop; its secret is shown once."""
    from composition.ledger_channels import add_channel

    _say(db, lambda admin: add_channel(admin, channel, merchant, callback))


@channels.command("revoke")
def channels_revoke(key: str, db: Database = DEMO_LEDGER) -> None:
    """채널 키를 막습니다 / take a channel's key back."""
    from composition.ledger_channels import revoke_channel

    _say(db, lambda admin: revoke_channel(admin, key))


def _say(db: str, act: Callable[[Admin], str]) -> None:
    from composition.ledger_admin import Admin, BooksWrong
    from ledger.server.database import named
    from ledger.server.service import utc_now

    def do() -> None:
        try:
            print(act(Admin(named(db), utc_now)), end="")
        except BooksWrong as error:
            print(f"{error.message('ko')}\n{error.message('en')}", file=sys.stderr)
            raise typer.Exit(1) from error

    or_say(do)
