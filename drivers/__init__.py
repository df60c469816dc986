"""Adapters to devices. Never a rule of money; each implements a port of `pos.ports`."""
