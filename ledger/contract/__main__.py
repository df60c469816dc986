"""Writes `openapi.json` beside the models: `python -m ledger.contract`. Never runs in the product."""

from __future__ import annotations

from pathlib import Path

from ledger.contract.openapi import text

DOCUMENT = Path(__file__).with_name("openapi.json")

if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
