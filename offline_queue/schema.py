"""The tables of the terminal's database, as peewee models. Never a query of a use case.

`journal` is the truth and only grows; all other tables are either work to do (`outbox`,
`print_job`) or projections that the journal could rebuild (`open_payment_sale`, parts of `meta`).
"""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    CharField,
    IntegerField,
    Model,
    TextField,
)

SCHEMA_VERSION = 3  # 2: records are signed. 3: stopped cards; a receipt's job has its advices.


class _Base(Model):
    class Meta:
        legacy_table_names = False


class Meta(_Base):
    """One value a key: schema, device, incarnation, last transaction sequence, feed cursor, draft."""

    key = CharField(primary_key=True)
    value = TextField()

    class Meta:
        without_rowid = True


class Journal(_Base):
    """One record; `at_us` is microseconds since 1970 in UTC, `sale` the sale's id in hex or empty.

    Numbers and chain go on over a new incarnation, so that one run of records tells it all.
    `signature` is the device key's, 64 bytes over the hash's 32.
    """

    sequence = IntegerField(primary_key=True)
    incarnation = IntegerField()
    at_us = IntegerField(index=True)
    kind = CharField()
    sale = CharField()
    body = TextField()
    previous = CharField()
    hash = CharField()
    signature = BlobField()

    class Meta:
        indexes = ((("kind", "sequence"), False), (("sale", "sequence"), False))


class Outbox(_Base):
    """A record that the ledger has not been told of; amounts are for offline payments, in won."""

    sequence = IntegerField(primary_key=True)
    card_ref = CharField(default="")
    amount = IntegerField(default=0)
    at_risk = BooleanField(default=False)
    parked = BooleanField(default=False)
    problem = TextField(default="")


class OpenPaymentSale(_Base):
    """A sale for which a payment was tried, and which is neither completed nor dropped."""

    sale = CharField(primary_key=True)

    class Meta:
        without_rowid = True


class PrintJob(_Base):
    """Something to print. `attempts` counts those that may have left something on paper."""

    id = AutoField()
    kind = CharField()
    subject = CharField()
    body = TextField()
    open_drawer = BooleanField()
    reprint = BooleanField()
    state = CharField(default="waiting")  # As PrintJobState says.
    attempts = IntegerField(default=0)

    class Meta:
        indexes = ((("kind", "subject"), False), (("state", "id"), False))


class StoppedCard(_Base):
    """A card that the ledger has stopped, by a keyed hash of its number."""

    hot_ref = CharField(primary_key=True)

    class Meta:
        without_rowid = True


TABLES = (Meta, Journal, Outbox, OpenPaymentSale, PrintJob, StoppedCard)

LATER_TABLES = (
    # Customers' own words of orders, until they are erased; the journal holds a commitment to them.
    "CREATE TABLE IF NOT EXISTS order_personal (order_key TEXT PRIMARY KEY, body TEXT NOT NULL)"
    " WITHOUT ROWID",
    # What came down for a product's code, over the shop's file; `tax` is empty where it is sold no more.
    "CREATE TABLE IF NOT EXISTS product_change (code TEXT PRIMARY KEY, name TEXT NOT NULL,"
    " price INTEGER NOT NULL, tax TEXT NOT NULL) WITHOUT ROWID",
    # Who signs in, with the hash of the PIN, which must not stand in a journal that is kept for ever.
    "CREATE TABLE IF NOT EXISTS person (number INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    # Cash receipts that the tax office is to be told of, each with the buyer's number, sealed.
    "CREATE TABLE IF NOT EXISTS cash_receipt_due (receipt TEXT PRIMARY KEY, sealed BLOB NOT NULL)"
    " WITHOUT ROWID",
)
"""Tables that a file of this version may lack: it holds nothing then that they would say."""

APPEND_ONLY = (
    "CREATE TRIGGER IF NOT EXISTS journal_keeps_its_rows BEFORE DELETE ON journal "
    "BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "CREATE TRIGGER IF NOT EXISTS journal_keeps_its_words BEFORE UPDATE ON journal "
    "BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
)
TRIGGERS = frozenset(each.replace(" IF NOT EXISTS", "") for each in APPEND_ONLY)
"""As SQLite keeps them; a file with any other is not ours."""
