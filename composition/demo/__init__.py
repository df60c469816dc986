"""The whole shop on one machine: ledger, cards, printer, network cable. Never in a real shop."""
