"""Reads from the books what the fraud rules go by. Never writes, but for a counter that went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger.server import accounts, books, cards
from ledger.server.database import Tx
from ledger.server.fraud_limits import FraudData
from ledger.server.fraud_rules import Fact, Kind
from ledger.server.judging import Ask, is_genuine
from ledger.server.tables import CARD_ATCS, COUNTER_CONFLICTS, Row
from pos.domain.codec import decode, encode
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won

SETTLED_S = 60  # By then a payment's sale or reversal is known, if the line is up.
LOADS = ("opening", "grant", "charge")  # Postings that bring money onto a card.
ALL, OVER, AGAIN = "all", "over", "again:"  # Names of cursors; others are days.
_OFFLINE = ("offline_reserve:", accounts.ISSUER_RISK)
_ROWS = (
    "SELECT p.id, p.day, p.kind, p.reference, p.at, y.id, y.card, y.answer, y.reversed, t.mode,"
    " r.amount FROM (SELECT id, day, kind, reference, at FROM postings WHERE {where}"
    " ORDER BY id LIMIT ?) AS p"
    " LEFT JOIN card_refunds r ON p.kind = 'refund' AND r.id = p.reference"
    " LEFT JOIN payments y ON y.id = coalesce(r.payment, p.reference)"
    " LEFT JOIN tendered t ON t.payment = y.id ORDER BY p.id"
)
_SET_ASIDE = (
    "SELECT e.amount FROM postings p JOIN entries e ON e.posting = p.id AND e.day = p.day"
    " WHERE p.day = ? AND p.kind = 'set_aside' AND p.reference = ?"
    " AND substr(e.account, 1, 16) = 'offline_reserve:'"
)


@dataclass(frozen=True, slots=True)
class Read:
    """What one look at the books brought.

    Attributes:
        moves: cursors by name: where they stood, where they go.
        done: cursors of days that are over.
        more: there was more than it may read.
    """

    facts: tuple[Fact, ...]
    moves: dict[str, tuple[int | None, int]]
    done: tuple[str, ...] = ()
    more: bool = False


def note_conflict(tx: Tx, ask: Ask) -> None:
    """Keep that a genuine card's counter was refused; in the payment's own transaction.

    Nothing else in the books says so: of a payment that was declined they do not know the card.
    """
    card = cards.find(tx, ask.facts.pan_key)
    if card is None or not is_genuine(ask):
        return
    reused = tx.get(CARD_ATCS, card.id, ask.facts.atc) is not None
    if tx.get(COUNTER_CONFLICTS, ask.payment_id.hex, card.id) is None:
        row = (ask.payment_id.hex, card.id, int(reused), ask.amount.amount, encode(ask.at))
        tx.put(COUNTER_CONFLICTS, row)


def conflicts(tx: Tx, data: FraudData, rows_max: int) -> list[Fact]:
    """Return the oldest counters that went wrong and were not taken yet."""
    rows = tx.execute(
        "SELECT payment, card, reused, amount, at FROM counter_conflicts ORDER BY at, payment"
        " LIMIT ?",
        (rows_max,),
    )
    return [
        Fact(
            id=payment,
            kind=Kind.REUSED if reused else Kind.BEHIND,
            card=card,
            shop=data.place_of(TransactionId.parse(payment).device),
            at=datetime.fromisoformat(at),
            amount=Won(amount),
        )
        for payment, card, reused, amount, at in rows
    ]


def read_in_order(
    tx: Tx, data: FraudData, now: datetime, cursors: dict[str, int], rows_max: int
) -> Read:
    """Read on where postings' numbers rise as they are committed: one process, one writer."""
    last = cursors.get(ALL)
    rows = list(tx.execute(_ROWS.format(where="id > ?"), (last or 0, rows_max)))
    settled = _settled(rows, now)
    moves = {ALL: (last, int(settled[-1][0]))} if settled else {}
    more = len(settled) == rows_max
    return Read(_facts(tx, settled, data), moves, more=more)


def read_by_day(
    tx: Tx, data: FraudData, today: date, now: datetime, cursors: dict[str, int], rows_max: int
) -> Read:
    """Read on where several servers work, each with numbers out of a block of its own.

    A number may then be committed after a higher one that was read already. So a day is read as it
    goes on, and once more from its beginning when nothing can be posted into it any more.
    """
    over = cursors.get(OVER)
    if over is None:
        first = tx.row("SELECT min(day) FROM postings")
        if first is None or first[0] is None:
            return Read((), {})
        day = date.fromisoformat(first[0])
    else:
        day = date.fromordinal(over) + timedelta(days=1)
    moves: dict[str, tuple[int | None, int]] = {}
    done: list[str] = []
    while day <= today:
        again = day <= today - books.OPEN_DAYS
        name = f"{AGAIN if again else ''}{day.isoformat()}"
        last = cursors.get(name)
        where = (day.isoformat(), last or 0, rows_max)
        settled = _settled(list(tx.execute(_ROWS.format(where="day = ? AND id > ?"), where)), now)
        if settled:
            moves[name] = (last, int(settled[-1][0]))
            more = len(settled) == rows_max or again
            return Read(_facts(tx, settled, data), moves, tuple(done), more)
        if again:
            moves[OVER] = (over, day.toordinal())
            done += [day.isoformat(), name]
        day += timedelta(days=1)
    return Read((), moves, tuple(done))


def _settled(rows: Sequence[Row], now: datetime) -> list[Row]:
    """Return the rows up to the first that is too young to be judged."""
    latest = encode(now - timedelta(seconds=SETTLED_S))
    young = next((place for place, row in enumerate(rows) if row[4] > latest), len(rows))
    return list(rows[:young])


def _facts(tx: Tx, rows: Iterable[Row], data: FraudData) -> tuple[Fact, ...]:
    found = (_fact(tx, row, data) for row in rows)
    return tuple(each for each in found if each is not None)


def _fact(tx: Tx, row: Row, data: FraudData) -> Fact | None:
    number, day, kind, reference, at, payment, card, answer, undone, mode, amount = row
    moment = datetime.fromisoformat(at)
    if kind in LOADS:
        return _load(tx, number, day, f"{kind}:{reference}", moment)
    if payment is None or card is None or kind not in {"payment", "refund"}:
        return None
    shop = data.place_of(TransactionId.parse(payment).device)
    if kind == "refund":
        return Fact(reference, Kind.RETURNED, card, shop, moment, Won(amount))
    if undone or _was_offline(tx, number, day, mode):  # Took nothing; was made nobody knows when.
        return None
    said = decode(Approval, json.loads(answer))
    held = said.balance + said.amount - said.cashback + _set_aside(tx, day, reference)
    return Fact(reference, Kind.PAID, card, shop, moment, said.amount, held)


def _set_aside(tx: Tx, day: str, reference: str) -> Won:
    """Return what left the purses with a payment without being spent."""
    row = tx.row(_SET_ASIDE, (day, reference))
    return ZERO if row is None else Won(row[0])


def _was_offline(tx: Tx, number: int, day: str, mode: str | None) -> bool:
    """Tell whether a payment was forwarded; of one without a sale, its entries may say so."""
    if mode is not None:
        return mode != ApprovalMode.ONLINE.value
    entries = books.posting(tx, number, day).entries
    return any(each.account.startswith(_OFFLINE) for each in entries)


def _load(tx: Tx, number: int, day: str, name: str, at: datetime) -> Fact | None:
    came = [
        each
        for each in books.posting(tx, number, day).entries
        if accounts.has_floor(each.account) and each.amount.amount > 0
    ]
    if not came:
        return None
    card = accounts.card_of(came[0].account)
    return Fact(name, Kind.LOADED, card, "", at, Won.total(each.amount for each in came))
