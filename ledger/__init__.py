"""The central ledger: contract, client and reference server. Never knows a screen or a device."""
