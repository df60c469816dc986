#!/usr/bin/env python3
"""Starts everything: `./run_pos.py demo`, `./run_pos.py test`, `./run_pos.py --help`.

Before anything of the product is imported, the set-up makes sure that it is there; so this file,
up to `main`, must run on a bare Python.
"""

import sys
from pathlib import Path

from tools import bootstrap

ROOT = Path(__file__).resolve().parent
NEEDS_TOOLS = ("test", "bench", "pictures", "simulate")


def main() -> None:
    """Set up if need be, then do what the command line says."""
    bootstrap.enter(ROOT, sys.argv, dev=sys.argv[1:2] != [] and sys.argv[1] in NEEDS_TOOLS)
    # Only now can the product be imported.
    from composition.command_line import app

    app()


if __name__ == "__main__":
    main()
