"""The card process: virtual cards at the virtual reader, beside pcscd. Never for a real shop.

`python -m drivers.simulators.card --profiles FILE --keys FILE --state FILE --control SOCKET`
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from drivers.simulators.card.control import CardControl
from drivers.simulators.card.profiles import load_profiles
from drivers.simulators.card.vpcd import DEFAULT_PORT, VpcdSlot
from drivers.simulators.card.wallet import Wallet


def main() -> None:
    """Read the command line and serve until ended."""
    parser = argparse.ArgumentParser(description="Virtual cards at the virtual reader")
    for name in ("profiles", "keys", "state", "control"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    given = parser.parse_args()
    wallet = Wallet(load_profiles(given.profiles), given.keys, given.state)
    asyncio.run(CardControl(wallet, VpcdSlot(given.port)).serve(given.control))


if __name__ == "__main__":
    main()
