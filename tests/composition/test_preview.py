from __future__ import annotations

import io
import shutil
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from composition.paper import renderer_of
from composition.preview import preview
from composition.printers import line_of, stations_of
from config.printer_settings import PrinterSettings
from config.rates import load_rates
from config.settings import load_settings
from drivers.printers.one_way import FilePrinter
from pos.domain.errors import ConfigError
from pos.ports import PrintKind, PrintOutcome
from tests.receipts.samples import TEMPLATE

SAMPLE = Path(__file__).parents[2] / "config" / "sample_shop"
KITCHEN = """
[[printers]]
name = "kitchen"
kind = "file"
folder = "kitchen"
make = "generic58"
columns = 32
prints = ["kitchen_ticket"]
instead = "receipt"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    return tmp_path / "settings.toml"


def add(settings: Path, text: str) -> None:
    settings.write_text(settings.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_owner_sees_the_words_before_a_customer_does(shop: Path) -> None:
    (shop.parent / "paper.txt").write_text(TEMPLATE, encoding="utf-8")
    Image.new("L", (800, 200), 0).save(shop.parent / "logo.png")
    add(shop, '\n[paper]\ntemplate = "paper.txt"\nlogo = "logo.png"\n')
    text = preview(shop, None, None)
    assert "시장에서 제일 신선한 김밥" in text
    assert "교육용" in text  # A sample is no sale.
    assert "[504 x 126]" in text
    assert "[384 x 96]" in preview(shop, 32, None)


def test_it_comes_as_a_picture_a_pdf_and_a_page(shop: Path, tmp_path: Path) -> None:
    for name in ("a.png", "a.pdf", "a.html", "a.txt"):
        preview(shop, None, tmp_path / name)
    assert Image.open(tmp_path / "a.png").width > 1_000
    pages = pypdf.PdfReader(io.BytesIO((tmp_path / "a.pdf").read_bytes())).pages
    assert len(pages) == 1
    width_mm = float(pages[0].mediabox.width) / 72 * 25.4
    assert 65 < width_mm < 85  # As wide as the paper.
    assert "참치김밥" in (tmp_path / "a.html").read_text(encoding="utf-8")
    with pytest.raises(ConfigError):
        preview(shop, None, tmp_path / "a.exe")
    with pytest.raises(ConfigError, match="columns"):
        preview(shop, 5, None)


def test_a_wrong_line_of_the_template_is_named(shop: Path) -> None:
    (shop.parent / "paper.txt").write_text("[머리]\n# {없는것}\n", encoding="utf-8")
    add(shop, '\n[paper]\ntemplate = "paper.txt"\n')
    with pytest.raises(ConfigError, match=r"paper\.txt:2"):
        preview(shop, None, None)


@pytest.mark.parametrize("name", ["gone.png", "settings.toml"])
def test_a_logo_that_is_no_picture_is_named(shop: Path, name: str) -> None:
    add(shop, f'\n[paper]\nlogo = "{name}"\n')
    with pytest.raises(ConfigError, match=name):
        preview(shop, None, None)


async def test_a_kitchen_printer_has_its_own_paper_and_its_own_documents(shop: Path) -> None:
    add(shop, KITCHEN)
    settings = load_settings(shop)
    renderer = renderer_of(settings, load_rates())
    (kitchen,) = stations_of(settings, shop.parent, renderer)
    assert kitchen.prints == {PrintKind.KITCHEN_TICKET}
    assert (kitchen.instead, kitchen.instead_after_ms) == ("receipt", 20_000)
    assert not kitchen.has_drawer
    data = kitchen.renderer.render(PrintKind.TEST_PAGE, {}, copy=1)
    assert data.endswith(b"\x1bd\x04")  # It has no knife.
    (shop.parent / "kitchen").mkdir()
    result = await kitchen.printer.print(data, token="0001", kick_drawer=False, deadline_ms=1_000)
    assert result.outcome is PrintOutcome.UNCONFIRMED
    assert [p.read_bytes() for p in (shop.parent / "kitchen").glob("*.bin")] == [data]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"kitchen_ticket"', '"kitchen_ticke"', "kitchen_ticke"),
        ('name = "kitchen"', 'name = "receipt"', "이름이 두 번"),
        ('instead = "receipt"', 'instead = "bar"', "bar"),
        ('instead = "receipt"', 'instead = "kitchen"', "kitchen"),
        ('folder = "kitchen"', "", "folder"),
        ('["kitchen_ticket"]', "[]", "prints"),
        ('["kitchen_ticket"]', '["order_label", "order_label"]', "order_label"),
        ('make = "generic58"', 'make = "star"', "make"),
    ],
)
def test_printers_that_contradict_each_other_are_refused(
    shop: Path, old: str, new: str, said: str
) -> None:
    assert old in KITCHEN
    add(shop, KITCHEN.replace(old, new))
    with pytest.raises(ConfigError, match=said):
        load_settings(shop)


@pytest.mark.parametrize("kind", ["serial", "usb", "cups", "file", "none", "network"])
def test_every_kind_of_line_is_made(kind: str, tmp_path: Path) -> None:
    asked = PrinterSettings.model_validate(
        {"kind": kind, "device": "/dev/x", "queue": "q", "folder": "f", "drawer_sensor": "high"}
    )
    printer = line_of(asked, "counter", tmp_path)
    assert isinstance(printer, FilePrinter) == (kind == "file")
