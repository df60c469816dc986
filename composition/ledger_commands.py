"""The operator's commands, `run_pos.py ledger ...`, one function a command. Never does the work itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from composition.ledger_key_commands import keys
from composition.ledger_saying import (
    DEMO_KEYS,
    DEMO_LEDGER,
    OPERATOR_VARIABLE,
    Database,
    Operator,
    say,
)

ledger = typer.Typer(
    no_args_is_help=True,
    help="서버 운영: 가맹점, 단말기, 카드, 공지, 장부 / run the central ledger",
)
merchants = typer.Typer(no_args_is_help=True, help="가맹점 / merchants")
devices = typer.Typer(no_args_is_help=True, help="단말기 / terminals: codes, ages, revocation")
cards = typer.Typer(no_args_is_help=True, help="카드 정지 / stop cards")
notices = typer.Typer(no_args_is_help=True, help="공지 / notices to shops")
flags = typer.Typer(no_args_is_help=True, help="의심 거래 표시 / what looks like fraud")
coupons = typer.Typer(no_args_is_help=True, help="쿠폰 / coupons that are shown at tills")
channels = typer.Typer(no_args_is_help=True, help="주문 채널 키 / keys of order channels")
for name, group in (
    ("merchants", merchants),
    ("devices", devices),
    ("cards", cards),
    ("notices", notices),
    ("flags", flags),
    ("keys", keys),
    ("channels", channels),
    ("coupons", coupons),
):
    ledger.add_typer(group, name=name)


Device = Annotated[str, typer.Argument(help="12 hex digits")]
WholeHours = Annotated[int, typer.Option("--hours", min=1, help="how long it is good for")]


@ledger.callback()
def operator(
    who: Annotated[
        str, typer.Option("--as", envvar=OPERATOR_VARIABLE, help="who acts, for the log")
    ] = "",
) -> None:
    """서버 운영: 가맹점, 단말기, 카드, 공지, 장부 / run the central ledger."""
    Operator.named = who


@ledger.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def serve(context: typer.Context) -> None:
    """서버를 시작합니다(--db, --keys, --port) / run the ledger; see --help of it."""
    from ledger.server.__main__ import main

    raise typer.Exit(main(context.args))


@ledger.command()
def money(db: Database = DEMO_LEDGER) -> None:
    """기금별 잔액 / money by fund; exit code 1 if it does not sum to zero."""
    say(db, lambda admin: admin.money())


@ledger.command()
def log(
    db: Database = DEMO_LEDGER,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="how many")] = 50,
    before: Annotated[
        int | None, typer.Option("--before", help="only those older than this number")
    ] = None,
) -> None:
    """누가 언제 무엇을 했는지(UTC) / what operators did, the newest first."""
    say(db, lambda admin: admin.list_log(before, limit))


@ledger.command()
def reload(
    db: Database = DEMO_LEDGER,
    policy: Annotated[Path | None, typer.Option("--policy", help="the folder of rules")] = None,
    shops: Annotated[Path | None, typer.Option("--shops", help="shops.toml")] = None,
) -> None:
    """규칙과 가게 파일을 다시 읽습니다 / read rules and shops again, for every server."""
    from composition.ledger_reload import reload_rules

    say(db, lambda admin: reload_rules(admin, policy, shops))


@ledger.command()
def check(db: Database = DEMO_LEDGER) -> None:
    """장부 전체 검사 / check every posting and balance; exit code 1 if anything is wrong."""
    say(db, lambda admin: admin.check())


@ledger.command()
def rates(file: Path, db: Database = DEMO_LEDGER) -> None:
    """요율(TOML)을 모든 단말기에 보냅니다 / send dated rates to every terminal."""
    say(db, lambda admin: admin.post_rates(file))


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
    say(db, lambda admin: admin.post_catalogue(merchant, file, tuple(remove or ())))


@merchants.command("add")
def merchants_add(
    name: str,
    db: Database = DEMO_LEDGER,
    vouchers: Annotated[bool, typer.Option(help="takes the voucher card")] = True,
    cashback: Annotated[bool, typer.Option(help="its customers earn cashback")] = True,
) -> None:
    """가맹점을 추가합니다 / add one; says its number."""
    say(db, lambda admin: admin.add_merchant(name, vouchers=vouchers, cashback=cashback))


@merchants.command("list")
def merchants_list(db: Database = DEMO_LEDGER) -> None:
    """가맹점 목록 / list them."""
    say(db, lambda admin: admin.list_merchants())


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
    say(db, lambda admin: admin.make_code(merchant, device, hours))


@devices.command("list")
def devices_list(db: Database = DEMO_LEDGER) -> None:
    """단말기와 마지막 기록·연락 / list them: last record, last contact."""
    say(db, lambda admin: admin.list_devices())


@devices.command("revoke")
def devices_revoke(device: Device, db: Database = DEMO_LEDGER) -> None:
    """단말기를 막습니다 / shut one out at once."""
    say(db, lambda admin: admin.revoke_device(device))


@devices.command("revoke-key")
def devices_revoke_key(
    device: Device,
    key: Annotated[str, typer.Argument(help="how the key begins, in hex")],
    db: Database = DEMO_LEDGER,
) -> None:
    """새어 나간 키를 막습니다 / shut out a key that may be in wrong hands."""
    say(db, lambda admin: admin.revoke_key(device, key))


@cards.command("show")
def cards_show(card: str, db: Database = DEMO_LEDGER) -> None:
    """카드 상태(번호는 가림) / show one, masked."""
    say(db, lambda admin: admin.show_card(card))


@cards.command("stop")
def cards_stop(card: str, db: Database = DEMO_LEDGER) -> None:
    """카드를 정지합니다 / stop one, on every terminal."""
    say(db, lambda admin: admin.stop_card(card, stopped=True))


@cards.command("release")
def cards_release(card: str, db: Database = DEMO_LEDGER) -> None:
    """정지를 풉니다 / let one go again."""
    say(db, lambda admin: admin.stop_card(card, stopped=False))


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
    say(db, lambda admin: admin.post_notice(ko, en, merchant, hours))


@notices.command("list")
def notices_list(db: Database = DEMO_LEDGER) -> None:
    """공지 목록 / list what stands."""
    say(db, lambda admin: admin.list_notices())


@notices.command("take-back")
def notices_take_back(number: int, db: Database = DEMO_LEDGER) -> None:
    """공지를 거둡니다 / take one back."""
    say(db, lambda admin: admin.take_notice_back(number))


@flags.command("list")
def flags_list(db: Database = DEMO_LEDGER) -> None:
    """열린 표시 / list the open ones."""
    from composition.ledger_flags import list_flags
    from ledger.server.service import utc_now

    say(db, lambda admin: list_flags(admin, utc_now()))


@flags.command("show")
def flags_show(flag: str, db: Database = DEMO_LEDGER) -> None:
    """무엇을 보았는지 / show what was seen."""
    from composition.ledger_flags import show_flag

    say(db, lambda admin: show_flag(admin, flag))


@flags.command("tune")
def flags_tune(
    db: Database = DEMO_LEDGER,
    days: Annotated[int, typer.Option("--days", min=1, max=11, help="how far back")] = 4,
    limits: Annotated[Path | None, typer.Option("--fraud-limits", help="other limits")] = None,
) -> None:
    """한도를 반으로, 두 배로 하면 몇 건인지 / what half and double each limit would have flagged."""
    from composition.ledger_flags import tune

    say(db, lambda admin: tune(admin, days, limits))


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

    say(db, lambda admin: close_flag(admin, flag, by, why, utc_now()))


@channels.command("add")
def channels_add(
    channel: Annotated[str, typer.Argument(help="baedal-eum, eum-mall, webhook")],
    merchant: int,
    db: Database = DEMO_LEDGER,
    keys_file: Annotated[Path, typer.Option("--keys", help="ledger_keys.json")] = DEMO_KEYS,
    callback: Annotated[str, typer.Option(help="where its orders' states are posted")] = "",
) -> None:
    """채널 키를 만듭니다 / give a channel a key for a shop; its secret is shown once."""
    from composition.ledger_channels import add_channel

    say(db, lambda admin: add_channel(admin, keys_file, channel, merchant, callback))


@channels.command("revoke")
def channels_revoke(key: str, db: Database = DEMO_LEDGER) -> None:
    """채널 키를 막습니다 / take a channel's key back."""
    from composition.ledger_channels import revoke_channel

    say(db, lambda admin: revoke_channel(admin, key))


@coupons.command("make")
def coupons_make(
    kind: Annotated[str, typer.Argument(help="its id in vouchers.toml")],
    db: Database = DEMO_LEDGER,
    count: Annotated[int, typer.Option("--count", min=1, max=1_000, help="how many")] = 1,
) -> None:
    """쿠폰 번호를 만듭니다 / make coupons; their codes are shown once, one a line."""
    from composition.ledger_coupons import make_coupons

    say(db, lambda admin: make_coupons(admin, kind, count))
