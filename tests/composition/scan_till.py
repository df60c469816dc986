"""A till of its own process for the scan: its files and its memory are looked through from outside.

`python -m tests.composition.scan_till SETTINGS PAYMENTS`: says `tap` when a card is awaited, and how
each payment went as one JSON line; then gives the last sale back, prints the day, and waits to be
read until a line comes in.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path

from composition.devices import devices_of
from composition.wiring import Assembly
from config.settings import load_settings
from pos.services.card_outcome import NotTaken, PaidInFull, Stage

PRODUCT = "떡볶이"


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def main(settings_path: Path, payments: int) -> None:
    settings = load_settings(settings_path)
    folder = settings_path.parent
    code = (folder / settings.files.products).read_text("utf-8").splitlines()[1].split(",")[0]
    assembly = Assembly(settings, folder, devices_of(settings, folder))
    terminal = await assembly.start()
    failures: list[BaseException] = []
    assembly.run_tasks(failures.append)
    number = ""
    for _ in range(payments):
        terminal.counter.scan(code)
        outcome = await terminal.take_card.pay(
            on_stage=lambda s: say("tap") if s is Stage.TAP else None
        )
        if isinstance(outcome, PaidInFull):
            number = outcome.record.receipt_number
            tender = outcome.tender
            say(
                {
                    "paid": tender.amount.amount,
                    "card": tender.masked_pan,
                    "wallet": tender.wallet.value,
                    "entry": tender.entry.value if tender.entry else "",
                }
            )
        else:
            said = outcome.error.code if isinstance(outcome, NotTaken) else type(outcome).__name__
            say({"not_paid": said})
            await terminal.counter.drop()
        await asyncio.sleep(1.0)  # The card is taken away.
    if number:
        back = await terminal.refund.refund(number)
        say({"refunded_to": [getattr(each, "wallet", "") for each in back.returns]})
    day = await terminal.day.show()
    await terminal.reprint.day_report(day.summary)
    say({"wallets": {name: each.amount.amount for name, each in day.summary.wallets.items()}})
    for _ in range(100):
        backlog = await terminal.store.backlog()
        if not backlog.count:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)  # The papers.
    gc.collect()
    say(
        {
            "unsent": (await terminal.store.backlog()).count,
            "failures": [repr(each) for each in failures],
        }
    )
    await asyncio.to_thread(sys.stdin.readline)
    await assembly.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
