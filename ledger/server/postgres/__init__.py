"""PostgreSQL as the ledger's engine, for more than one machine can carry. Never a rule of money here."""
