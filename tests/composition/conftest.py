"""The databases that a ledger may stand on, as the ledger's own tests have them."""

from __future__ import annotations

from tests.ledger.conftest import cluster, database

__all__ = ["cluster", "database"]
