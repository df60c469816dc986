"""Stops cards and tells every terminal, those yet to come included. Never names a card by its number."""

from __future__ import annotations

from ledger.server import orders
from ledger.server.cards import ACTIVE, BLOCKED, NewCard
from ledger.server.database import Tx
from pos.ports import FeedItem, HotlistChange


def set_stopped(tx: Tx, card: str, *, stopped: bool) -> bool:
    """Stop a card or let it go again, and say so in the feed; False if it was so before.

    Raises:
        LookupError: there is no such card.
    """
    row = tx.row("SELECT status, hot_ref FROM cards WHERE id = ?", (card,))
    if row is None:
        raise LookupError(card)
    status = BLOCKED if stopped else ACTIVE
    if row[0] == status:
        return False
    tx.execute("UPDATE cards SET status = ? WHERE id = ?", (status, card))
    if row[1] is not None:
        _announce(tx, row[1], stopped=stopped)
    return True


def card_opened(tx: Tx, new: NewCard, hot_ref: str, *, is_new: bool) -> None:
    """Announce a card that is stopped from the start; name one that older tables have no name for."""
    if not is_new:
        sql = "UPDATE cards SET hot_ref = ? WHERE id = ? AND hot_ref IS NULL"
        if not tx.change(sql, (hot_ref, new.id)):
            return
    row = tx.row("SELECT status FROM cards WHERE id = ?", (new.id,))
    if row is not None and row[0] == BLOCKED:
        _announce(tx, hot_ref, stopped=True)


def _announce(tx: Tx, hot_ref: str, *, stopped: bool) -> None:
    item = FeedItem("card.hotlist", hotlist=HotlistChange(hot_ref, stopped))
    orders.append_to_feed(tx, None, item)
