"""`python -m drivers.simulators.phone`: a customer's phone at the demo's till. Never a real phone's app."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from drivers.simulators.phone.phone import Phone, PhoneRefused, code_on


def main() -> int:
    """Show a code, or pay the one that the customer's screen (or the command line) shows."""
    parser = argparse.ArgumentParser(prog="phone", description=__doc__)
    parser.add_argument("deed", choices=("show", "pay"))
    parser.add_argument("--ledger", required=True, help="http://127.0.0.1:PORT")
    parser.add_argument("--token", required=True, type=Path, help="the demo's operator.token")
    parser.add_argument("--card", required=True, help="id in demo_cards.toml")
    parser.add_argument("--display", type=Path, help="display.sock beside the settings")
    parser.add_argument("--code", default="", help="instead of what the screen shows")
    given = parser.parse_args()
    phone = Phone(given.ledger, given.token.read_text(encoding="utf-8").strip(), given.card)

    async def act() -> str:
        if given.deed == "show":
            return await phone.show_code()
        if not given.code and given.display is None:
            parser.error("pay needs --display or --code")
        said = await phone.pay(given.code or await code_on(given.display))
        return f"{said['status']} {said.get('amount') or said.get('reason')}"

    try:
        sys.stdout.write(asyncio.run(act()) + "\n")
    except (PhoneRefused, TimeoutError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
