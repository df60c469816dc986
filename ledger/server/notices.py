"""Notices from the operator to one shop or all, down the feed. Never personal, never longer than a banner's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.server import merchants, orders
from ledger.server.database import Tx
from pos.domain.codec import encode
from pos.domain.news import Notice, NoticeChange
from pos.ports import FeedItem

CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice and whose it is; None for all."""

    notice: Notice
    merchant: int | None


def post(
    tx: Tx, ko: str, en: str, at: datetime, *, merchant: int | None, until: datetime | None
) -> int:
    """Post a notice and put it into the feed; return its number.

    Raises:
        LookupError: there is no such merchant.
        ValueError: a text is empty, too long or has control characters.
    """
    for text in (ko, en):
        if not text.strip() or len(text) > CHARS_MAX or not text.isprintable():
            raise ValueError(
                f"a notice has 1 to {CHARS_MAX} printable characters, in both languages"
            )
    if merchant is not None and merchants.shop(tx, merchant) is None:
        raise LookupError(f"merchant {merchant}")
    row = tx.row(
        "INSERT INTO notices (merchant, ko, en, at, until) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (merchant, ko, en, encode(at), None if until is None else encode(until)),
    )
    assert row is not None
    notice = Notice(int(row[0]), ko, en, at, until)
    _tell(tx, merchant, NoticeChange(notice))
    return notice.id


def take_back(tx: Tx, number: int) -> None:
    """Take a notice back, here and on the terminals.

    Raises:
        LookupError: there is none of this number.
    """
    found = next((each for each in posted(tx) if each.notice.id == number), None)
    if found is None:
        raise LookupError(f"notice {number}")
    tx.execute("DELETE FROM notices WHERE id = ?", (number,))
    _tell(tx, found.merchant, NoticeChange(found.notice, withdrawn=True))


def posted(tx: Tx) -> list[NoticeRow]:
    """Return what was posted and not taken back, oldest first."""
    rows = tx.execute("SELECT id, merchant, ko, en, at, until FROM notices ORDER BY id")
    return [
        NoticeRow(
            Notice(
                int(number),
                ko,
                en,
                datetime.fromisoformat(at),
                None if until is None else datetime.fromisoformat(until),
            ),
            merchant,
        )
        for number, merchant, ko, en, at, until in rows
    ]


def _tell(tx: Tx, merchant: int | None, change: NoticeChange) -> None:
    orders.append_to_feed(tx, merchant, FeedItem("notice", notice=change))
