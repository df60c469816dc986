"""Key to painted screen, and the start, through a real pseudo-terminal; the floor is bare Textual.

The till is the one that `run_pos.py run` starts, without reader, printer or ledger, so that nothing
but the product's own work lies between a key and the paint: the scan's Enter, the sale, the widgets.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, percentile, spread
from benchmarks.pty_app import PtyApp
from config.secrets import write_secret
from drivers.simulators.card.keys import generate_keys
from drivers.simulators.card.profiles import load_profiles

ROOT = Path(__file__).resolve().parents[1]
KEYS, STARTS, PRODUCTS = 120, 7, 10_000
FAST = {"TEXTUAL_FPS": "240", "TEXTUAL_ANIMATIONS": "none"}


def _shop(folder: Path) -> Path:
    sample = ROOT / "config" / "sample_shop"
    text = (sample / "settings.toml").read_text(encoding="utf-8")
    text = text.replace('kind = "pcsc"', 'kind = "none"').replace('"network"', '"none"')
    settings = folder / "settings.toml"
    settings.write_text(text.replace(":8440", ":9"), encoding="utf-8")
    rows = [f"{n:013d},상품 {n:06d} 시험용,{n % 90 * 100 + 1000},과세" for n in range(PRODUCTS)]
    header = "code,name,price,tax"
    (folder / "products.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    write_secret(folder / "device.token", "ab" * 16)
    generate_keys(folder, load_profiles(ROOT / "config" / "demo_cards.toml"))
    return settings


def _till(settings: Path) -> PtyApp:
    command = [sys.executable, str(ROOT / "run_pos.py"), "run", "--settings", str(settings)]
    return PtyApp(command)


def _bare() -> PtyApp:
    return PtyApp([sys.executable, "-m", "benchmarks.bare_textual"], PYTHONPATH=str(ROOT), **FAST)


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
        return [_key_figure(settings), _start_figure(ours, floor)]


def _start_figure(ours: list[float], floor: list[float]) -> Figure:
    ratio = percentile(ours, 0.5) / percentile(floor, 0.5)
    return Figure(
        f"start to first usable screen, {PRODUCTS:,} products, p50 / p95",
        spread(ours, "s"),
        spread(floor, "s"),
        f"{ratio:.2f} x",
        "<= 0.6 s where bare Textual takes 0.4 s: 1.5 x",
    )


def _key_figure(settings: Path) -> Figure:
    till, bare = _till(settings), _bare()
    till.read_until(b"F5")
    bare.read_until(b"READY")
    ours: list[float] = []
    floor: list[float] = []
    for number in range(KEYS):
        ours.append(till.press(f"{number % 25:013d}\r".encode()))
        floor.append(bare.press(b"x"))
    till.end()
    bare.end()
    return Figure(
        "scan to painted screen in a pty, p50 / p95",
        spread(ours),
        spread(floor),
        f"{percentile(ours, 0.5) / percentile(floor, 0.5):.2f} x",
        "p50 <= 3 ms, p95 <= 6 ms",
    )
