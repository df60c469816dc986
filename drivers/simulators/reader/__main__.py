"""The reader process: a secure reader on a pseudo-terminal. Never for a real shop.

`python -m drivers.simulators.reader --profile tl3500 --link PATH --cards FILE --keys FOLDER
--state FILE --control SOCKET` says one JSON line when it is ready; the terminal's `reader.port` is
the link. Keys are made in the folder where they are missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from drivers.cards.serial.profiles import PROFILES
from drivers.simulators.card.keys import CARD_FILE, generate_keys
from drivers.simulators.card.profiles import load_profiles
from drivers.simulators.card.wallet import Wallet
from drivers.simulators.reader.control import ReaderControl
from drivers.simulators.reader.hand import ReaderHand
from drivers.simulators.reader.keys import READER_FILE, inject, load_reader_keys
from drivers.simulators.reader.machine import ReaderMachine
from drivers.simulators.reader.pty_reader import PtyReader


def main() -> None:
    """Read the command line and serve until ended."""
    parser = argparse.ArgumentParser(description="A secure card reader on a pseudo-terminal")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="tl3500")
    for name in ("link", "cards", "keys", "state", "control"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    profiles = load_profiles(given.cards)
    generate_keys(given.keys, profiles)
    inject(given.keys)
    wallet = Wallet(profiles, given.keys / CARD_FILE, given.state)
    machine = ReaderMachine(load_reader_keys(given.keys / READER_FILE))
    reader = PtyReader(PROFILES[given.profile], machine, given.link)
    sys.stdout.write(json.dumps({"port": str(given.link), "profile": given.profile}) + "\n")
    sys.stdout.flush()
    try:
        asyncio.run(ReaderControl(reader, ReaderHand(reader, wallet)).serve(given.control))
    finally:
        reader.close()


if __name__ == "__main__":
    main()
