"""Tests of the store, the forwarding and the print spool, on real SQLite files."""
