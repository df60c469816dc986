"""Time and memory that many cases may take, held and said (`pytest -rP` shows the figures)."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CASE_LIMIT_S = 0.5  # Of the processor's time: a busy machine is no fault of the case.
GROWTH_LIMIT_KB = 64 * 1024  # Over all cases: what a case leaves behind adds up.


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@dataclass
class Bounds:
    """What has been seen so far."""

    cases: int = 0
    slowest_s: float = 0.0
    began_s: float = field(default_factory=time.monotonic)
    began_kb: int = field(default_factory=_peak_kb)

    @contextmanager
    def case(self) -> Iterator[None]:
        """Time one case."""
        began = time.thread_time()
        yield
        self.cases += 1
        self.slowest_s = max(self.slowest_s, time.thread_time() - began)


@contextmanager
def bounded(what: str) -> Iterator[Bounds]:
    """Hold all cases to the limits and print what they took."""
    seen = Bounds()
    yield seen
    took_s, grown_kb = time.monotonic() - seen.began_s, _peak_kb() - seen.began_kb
    sys.stdout.write(
        f"{what}: {seen.cases:,} cases in {took_s:.0f} s, slowest {seen.slowest_s * 1000:.1f} ms, "
        f"peak {_peak_kb() // 1024} MB (grown by {grown_kb // 1024} MB)\n"
    )
    assert seen.slowest_s < CASE_LIMIT_S
    assert grown_kb < GROWTH_LIMIT_KB
