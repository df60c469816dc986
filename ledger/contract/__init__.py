"""The wire between terminal and ledger: models and operations. Never knows the domain's types."""
