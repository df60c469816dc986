"""Where orders come from: each channel an adapter of one Protocol. Never a way past the ledger's rules."""
