"""The reference central ledger: double entry over one SQLite file. Never imported by the terminal."""
