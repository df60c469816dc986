"""What an operator sees: shops, terminals, money by fund. Only reads; never a card number or a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.server import books
from ledger.server.database import Tx
from ledger.server.merchants import Listed
from pos.domain.won import ZERO, Won

TERMINALS_MAX = 1_000  # On one page or listing.
_FUND = (
    "CASE WHEN name LIKE 'purse:%:policy' THEN 'purse:policy'"
    " WHEN name LIKE 'purse:%:charged' THEN 'purse:charged'"
    " WHEN name LIKE 'purse:%:cashback' THEN 'purse:cashback'"
    " WHEN name LIKE 'offline_reserve:%' THEN 'offline_reserve'"
    " WHEN name LIKE 'merchant:%' THEN 'merchant' ELSE name END"
)
_FLOORLESS = (
    f"{books.SUMS} WHERE account NOT LIKE 'purse:%' AND account NOT LIKE 'offline_reserve:%'"
    " GROUP BY account"
)
# Balances where there are any, so that a wrong one shows in the sum.
_HELD = (
    "SELECT name, balance FROM accounts"  # noqa: S608 - of constants.
    f" UNION ALL SELECT account, amount FROM ({_FLOORLESS}) AS summed"
)


@dataclass(frozen=True, slots=True)
class TerminalRow:
    """A terminal as its operator sees it.

    Attributes:
        key: how the active key begins, 16 hex digits; empty if it has none.
        last_record_at: by the terminal's clock, of the newest record that the ledger holds.
        last_contact_at: by the ledger's clock, to the minute.
    """

    device: int
    shop: Listed
    key: str
    revoked_at: datetime | None
    last_record_at: datetime | None
    last_contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fund:
    """The accounts of one kind, and what they hold together."""

    name: str
    accounts: int
    balance: Won


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card, by its mask alone."""

    id: str
    masked_pan: str
    status: str
    expires_on: str


def terminals(tx: Tx) -> list[TerminalRow]:
    """Return the terminals, by merchant and number."""
    rows = tx.execute(
        "SELECT d.device, m.id, m.name, m.eligible, m.earns_cashback, k.public_key, d.revoked_at,"
        " (SELECT r.at FROM heads h JOIN records r ON r.device = h.device"
        "  AND r.incarnation = h.incarnation AND r.sequence = h.sequence"
        "  WHERE h.device = d.device ORDER BY h.id DESC LIMIT 1), c.at"
        " FROM devices d JOIN merchants m ON m.id = d.merchant"
        " LEFT JOIN device_contacts c ON c.device = d.device"
        " LEFT JOIN device_keys k ON k.device = d.device AND k.state = 'active'"
        " ORDER BY m.id, d.device LIMIT ?",
        (TERMINALS_MAX,),
    )
    return [
        TerminalRow(
            device=device,
            shop=Listed(number, name, bool(eligible), bool(earns)),
            key="" if key is None else bytes(key).hex()[:16],
            revoked_at=_time(revoked),
            last_record_at=_time(record),
            last_contact_at=_time(contact),
        )
        for device, number, name, eligible, earns, key, revoked, record, contact in rows
    ]


def money(tx: Tx) -> list[Fund]:
    """Return what each kind of account holds; an account without a kind of its own is one."""
    rows = tx.execute(
        f"SELECT {_FUND} AS fund, count(*), CAST(sum(balance) AS BIGINT)"  # noqa: S608
        f" FROM ({_HELD}) AS held GROUP BY fund"
    )
    funds: dict[str, Fund] = {}
    for name, count, held in rows:
        known = name in {"fee:card", "fee:support"} or name.startswith("purse:")
        kind = name if known else name.split(":", 1)[0]
        so_far = funds.get(kind, Fund(kind, 0, ZERO))
        funds[kind] = Fund(kind, so_far.accounts + int(count), so_far.balance + Won(int(held)))
    return [funds[name] for name in sorted(funds)]


def card(tx: Tx, card_id: str) -> CardRow | None:
    """Return a card, or None."""
    row = tx.row("SELECT id, masked_pan, status, expires_on FROM cards WHERE id = ?", (card_id,))
    return None if row is None else CardRow(*row)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
