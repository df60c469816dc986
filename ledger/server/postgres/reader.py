"""Reads what was committed, over a connection of its own. Never writes, never locks a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from ledger.server.database import DatabaseUnfit, LedgerUnavailable
from ledger.server.postgres.connection import GroupLost, LineLost, connect
from ledger.server.postgres.homes import Homes
from ledger.server.postgres.plain import Numbers, PlainTx


class Reader(PlainTx):
    """Statements of one each; a line that broke is made anew once."""

    locks = False

    def __init__(self, url: str) -> None:
        try:
            connection = connect(url, read_only=True)
        except LineLost as error:
            raise DatabaseUnfit(str(error)) from error
        super().__init__(connection, Numbers(), set(), Homes())
        self._url = url

    def send(self, sql: str, parameters: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        """Run one statement.

        Raises:
            LedgerUnavailable: the database is gone.
        """
        try:
            return super().send(sql, parameters)
        except LineLost:
            self._again()
        except GroupLost as error:
            raise LedgerUnavailable(str(error)) from error
        try:
            return super().send(sql, parameters)
        except GroupLost as error:
            raise LedgerUnavailable(str(error)) from error

    def close(self) -> None:
        """Let the line go."""
        self.connection.close()

    def _again(self) -> None:
        self.connection.close()
        try:
            self.connection = connect(self._url, read_only=True)
        except LineLost as error:
            raise LedgerUnavailable(str(error)) from error


def has_tables(url: str) -> bool:
    """Tell whether a ledger has made its tables there.

    Raises:
        DatabaseUnfit: nobody answers.
    """
    reader = Reader(url)
    try:
        row = reader.row("SELECT to_regclass('ledger_version') IS NOT NULL")
    finally:
        reader.close()
    return row is not None and bool(row[0])
