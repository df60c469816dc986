"""Faults to be asked for in the demo and the tests: late or missing answers. Never in a real ledger."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

DELAY_MS_MAX = 60_000


@dataclass(slots=True)
class Faults:
    """What goes wrong next.

    Attributes:
        silent: by operation id, how many more requests are taken and posted but never answered.
        delay_ms: how long every answer of the contract's is held back.
    """

    silent: dict[str, int] = field(default_factory=dict[str, int])
    delay_ms: int = 0

    async def before_answer(self, operation_id: str) -> bool:
        """Wait if told to; True if no answer may be given at all."""
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1_000)
        left = self.silent.get(operation_id, 0)
        if left:
            self.silent[operation_id] = left - 1
        return left > 0
