"""One key, one scan and the start, to the last painted byte in a real pseudo-terminal; beside bare Textual.

The till is the one that `run_pos.py run` starts, without reader, printer or ledger, so that nothing
but the product's own work lies between a key and the paint. Each floor is measured in the same run,
turn by turn with ours: bare Textual showing one text for a key, the same for the 14 keys of a scan,
and its own start. Never a figure without its floor.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, percentile, spread
from benchmarks.pty_app import PtyApp
from drivers.simulators.card.keys import generate_keys
from drivers.simulators.card.profiles import load_profiles
from pos.ui.environment import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
KEYS, STARTS, PRODUCTS = 120, 7, 10_000
LINES = 25  # Different products in the sale.


def _shop(folder: Path) -> Path:
    sample = ROOT / "config" / "sample_shop"
    text = (sample / "settings.toml").read_text(encoding="utf-8")
    text = text.replace('kind = "pcsc"', 'kind = "none"').replace('"network"', '"none"')
    settings = folder / "settings.toml"
    settings.write_text(text.replace(":8440", ":9"), encoding="utf-8")
    rows = [f"{n:013d},상품 {n:06d} 시험용,{n % 90 * 100 + 1000},과세" for n in range(PRODUCTS)]
    header = "code,name,price,tax"
    (folder / "products.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    generate_keys(folder, load_profiles(ROOT / "config" / "demo_cards.toml"))
    return settings


def _till(settings: Path) -> PtyApp:
    command = [sys.executable, str(ROOT / "run_pos.py"), "run", "--settings", str(settings)]
    return PtyApp(command)


def _bare() -> PtyApp:
    return PtyApp(
        [sys.executable, "-m", "benchmarks.bare_textual"], PYTHONPATH=str(ROOT), **SETTINGS
    )


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        settings = _shop(Path(name))
        ours: list[float] = []
        floor: list[float] = []
        for _ in range(STARTS):
            till = _till(settings)
            ours.append(till.read_until(b"F5"))
            till.end()
            bare = _bare()
            floor.append(bare.read_until(b"READY"))
            bare.end()
        return [*_key_figures(settings), _start_figure(ours, floor)]


def _start_figure(ours: list[float], floor: list[float]) -> Figure:
    ratio = percentile(ours, 0.5) / percentile(floor, 0.5)
    return Figure(
        f"start to first usable screen, {PRODUCTS:,} products, p50 / p95",
        spread(ours, "s"),
        spread(floor, "s"),
        f"{ratio:.2f} x",
        "<= 0.6 s where bare Textual takes 0.4 s: 1.5 x",
    )


def _key_figures(settings: Path) -> list[Figure]:
    till, bare = _till(settings), _bare()
    till.read_until(b"F5")
    bare.read_until(b"READY")
    scans: list[float] = []
    scan_floor: list[float] = []
    keys: list[float] = []
    key_floor: list[float] = []
    for number in range(KEYS):
        scan = f"{number % LINES:013d}\r".encode()
        scans.append(till.press(scan))
        scan_floor.append(bare.press(scan))
        keys.append(till.press(b"+"))  # The line and the total change, as after a scan.
        key_floor.append(bare.press(b"x"))
    till.end()
    bare.end()
    return [
        _figure("one key (+) to painted screen in a pty, p50 / p95", keys, key_floor),
        _figure("a scan of 13 digits and Enter to its last painted byte", scans, scan_floor),
    ]


def _figure(what: str, ours: list[float], floor: list[float]) -> Figure:
    ratio = percentile(ours, 0.5) / percentile(floor, 0.5)
    return Figure(what, spread(ours), spread(floor), f"{ratio:.2f} x", "p50 <= 3 ms, p95 <= 6 ms")
