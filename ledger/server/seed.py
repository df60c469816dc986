"""Opens the cards of a TOML file, once. Never touches a card that the ledger knows already."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ledger.server import hotlist
from ledger.server.cards import ACTIVE, STATUSES, CardOpener, NewCard, open_card
from ledger.server.database import Tx
from pos.domain.tender import Purse
from pos.domain.won import Won

VOUCHER = "voucher"  # Other kinds are there for the reader to refuse; the ledger has none of them.


def load_cards(path: Path) -> tuple[NewCard, ...]:
    """Read the voucher cards of a file with `[[card]]` (or `[[cards]]`) tables.

    Raises:
        OSError: it can't be read.
        ValueError: it is not TOML, or a card lacks something; the text never holds a number.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    tables: list[dict[str, Any]] = [*data.get("card", []), *data.get("cards", [])]
    return tuple(_read(table) for table in tables if table.get("kind", VOUCHER) == VOUCHER)


def seed(tx: Tx, new_cards: tuple[NewCard, ...], opener: CardOpener, at: datetime) -> int:
    """Open the cards that are not known; return how many were new.

    Raises:
        ValueError: a card promises more offline than it holds.
    """
    opened = 0
    for new in new_cards:
        hot_ref = opener.hot_ref(new.pan)
        is_new = open_card(tx, new, opener.pan_key(new.pan), hot_ref, at)
        hotlist.card_opened(tx, new, hot_ref, is_new=is_new)
        opened += is_new
    return opened


def _read(table: dict[str, Any]) -> NewCard:
    name = table.get("id", "?")
    try:
        new = NewCard(
            id=table["id"],
            label=table.get("label_ko", table["id"]),
            pan=table["pan"],
            expires_on=_expiry(table["expiry"]),
            status=table.get("status", ACTIVE),
            member=table["member"],
            offline_limit=Won(table.get("offline_limit", 0)),
            purses={Purse(which): Won(won) for which, won in table["purses"].items()},
        )
    except KeyError as error:
        raise ValueError(f"card {name}: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise ValueError(f"card {name}: a field is not of its kind") from error
    if new.status not in STATUSES or any(won < Won(0) for won in new.purses.values()):
        raise ValueError(f"card {name}: status is one of {STATUSES}, purses hold 0 won or more")
    return new


def _expiry(value: object) -> date:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value))
