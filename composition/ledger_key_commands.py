"""The commands for the ledger's own keys, `run_pos.py ledger keys ...`. Never does the work itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from composition.ledger_saying import DEMO_LEDGER, Database, say
from composition.saying import or_say

keys = typer.Typer(no_args_is_help=True, help="서버의 키 / the ledger's own keys")

KeysFile = Annotated[Path, typer.Argument(help="ledger_keys.json")]


@keys.command("make")
def keys_make(
    folder: Annotated[Path, typer.Argument(help="where the files go; made if need be")],
    pan_prefix: Annotated[
        str, typer.Option("--pan-prefix", help="how the cards' numbers begin")
    ] = "629099",
    ca_keys: Annotated[
        Path | None, typer.Option("--ca-keys", help="a card scheme's public keys (JSON)")
    ] = None,
) -> None:
    """새 서버의 첫 키를 만듭니다 / make a new ledger's first keys; writes over nothing."""
    from composition.ledger_keys import make_keys

    or_say(lambda: print(make_keys(folder, pan_prefix, ca_keys), end=""))


@keys.command("show")
def keys_show(file: KeysFile) -> None:
    """공개키를 보여 줍니다 / show the public parts."""
    from composition.ledger_keys import show_keys

    or_say(lambda: print(show_keys(file), end=""))


@keys.command("announce")
def keys_announce(file: KeysFile, db: Database = DEMO_LEDGER) -> None:
    """다음 서명 키를 알립니다 / make the next signing key and tell every terminal."""
    say(db, lambda admin: admin.announce_key(file))


@keys.command("follow")
def keys_follow(file: KeysFile, db: Database = DEMO_LEDGER) -> None:
    """다음 키로 바꿉니다(그 뒤 다시 시작) / let the next key take over; then restart the ledger."""
    say(db, lambda admin: admin.follow_key(file))
