"""How fast a receipt becomes bytes and a picture, against python-escpos alone.

The floor writes the same words with python-escpos' own `text`, `set`, `qr` and `cut` into its `Dummy`;
that its Hangul comes out as `?` is why it is the floor and not the way. Both are warm, in turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.figures import Figure, percentile, spread
from composition.paper import receipt_proof
from offline_queue.device_key import DeviceKey
from receipts.building import Proofs
from receipts.encoders.escpos import to_escpos
from receipts.encoders.png import to_png
from receipts.renderer import ReceiptRenderer
from receipts.rows import Printed, QrCode, Row
from tests.receipts.samples import SAMPLES

ROUNDS = 200
PICTURES = 20
COLUMNS = 42


def _ms(work: Callable[[], object], rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1_000)
    return taken


def _alone(rows: tuple[Printed, ...]) -> bytes:
    """The same rows by python-escpos alone."""
    from escpos.printer import Dummy

    out = Dummy()
    out.hw("INIT")
    for row in rows:
        if isinstance(row, Row):
            span = row.spans[0] if row.spans else None
            if span is not None:
                out.set(custom_size=True, width=span.wide, height=span.high, bold=span.bold)
            out.text(row.text + "\n")
        elif isinstance(row, QrCode):
            out.qr(row.content, ec=1, size=row.module_dots, native=True)
        else:
            out.cut()
    data: bytes = out.output
    return data


def run() -> list[Figure]:
    sample = SAMPLES["online_voucher"]
    proofs = Proofs(receipt_proof(DeviceKey(bytes(range(32)))))
    renderer = ReceiptRenderer(sample.shop, COLUMNS, proofs=proofs)
    rows = renderer.rows(sample.kind, sample.body, copy=1)
    assert to_escpos(rows) == renderer.render(sample.kind, sample.body, copy=1)
    whole, bare, floor = [], [], []
    for _ in range(4):
        whole += _ms(lambda: renderer.render(sample.kind, sample.body, copy=1), ROUNDS // 4)
        bare += _ms(lambda: to_escpos(rows), ROUNDS // 4)
        floor += _ms(lambda: _alone(rows), ROUNDS // 4)
    pictures = _ms(lambda: to_png(rows, COLUMNS), PICTURES)
    middle = percentile(floor, 0.5)
    return [
        Figure(
            "spooled sale to signed ESC/POS bytes, p50 / p95",
            spread(whole),
            f"{spread(floor)} (python-escpos, its words only)",
            f"{middle / percentile(whole, 0.5):.2f} x",
            "-",
        ),
        Figure(
            "laid-out rows to ESC/POS bytes, p50 / p95",
            spread(bare),
            f"{spread(floor)} (python-escpos)",
            f"{middle / percentile(bare, 0.5):.2f} x",
            ">= 1 x of python-escpos",
        ),
        Figure("the same to a picture, p50 / p95", spread(pictures), "-", "-", "-"),
    ]
