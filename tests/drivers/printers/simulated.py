"""Starts the simulated printer as its own process, the way the demo does."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.printers.escpos_network import EscposNetworkPrinter
from receipts.renderer import ReceiptRenderer
from tests.receipts.samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[3]


def receipt(name: str = "online_voucher", columns: int = 42) -> bytes:
    sample = SAMPLES[name]
    renderer = ReceiptRenderer(sample.shop, columns)
    return renderer.render(sample.kind, sample.body, copy=sample.copy)


@dataclass
class Simulated:
    """A running printer, its folder and its control socket."""

    process: asyncio.subprocess.Process
    port: int
    control: str
    out: Path

    @property
    def driver(self) -> EscposNetworkPrinter:
        return EscposNetworkPrinter("127.0.0.1", self.port, name="counter")

    async def ask(self, **asked: object) -> dict[str, object]:
        reader, writer = await asyncio.open_unix_connection(self.control)
        writer.write(json.dumps(asked).encode() + b"\n")
        answer: dict[str, object] = json.loads(await reader.readline())
        writer.close()
        return answer

    async def fault(self, name: str) -> None:
        assert await self.ask(fault=name) == {"ok": True}

    async def state(self) -> dict[str, object]:
        return await self.ask(state=True)

    def latest(self) -> str:
        return (self.out / "latest.txt").read_text(encoding="utf-8")

    def kicks(self) -> int:
        kicks: int = json.loads((self.out / "drawer.json").read_text())["kicks"]
        return kicks


@asynccontextmanager
async def simulated(out: Path, columns: int = 42) -> AsyncIterator[Simulated]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "drivers.simulators.printer",
        "--port", "0", "--out", str(out), "--columns", str(columns),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        told = json.loads(await process.stdout.readline())
        yield Simulated(process, told["port"], told["control"], out)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
