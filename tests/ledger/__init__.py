"""Tests of the central ledger: contract, client, rules and the server over real HTTP."""
