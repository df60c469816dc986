"""Barcode scanners on a line of their own; those at the keyboard are the screens'."""
