"""Scanner and display as the settings name them, and what of them is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from composition.devices import displays_of, scanner_of
from config.settings import load_settings
from drivers.displays.screen_link import ScreenLink
from drivers.displays.vfd_serial import VfdSerial
from drivers.scanners.serial_scanner import SerialScanner
from pos.domain.errors import ConfigError
from tests.config.test_config import SAMPLE


def with_more(folder: Path, more: str) -> Path:
    path = folder / "settings.toml"
    text = (SAMPLE / "settings.toml").read_text(encoding="utf-8")
    path.write_text(f"{text}\n{more}\n", encoding="utf-8")
    return path


def test_without_settings_scans_come_from_the_keyboard_and_any_screen_may_look_on(
    tmp_path: Path,
) -> None:
    settings = load_settings(with_more(tmp_path, ""))
    assert scanner_of(settings) is None
    [screens] = displays_of(settings, tmp_path)
    assert isinstance(screens, ScreenLink)


def test_a_scanner_and_a_display_on_serial_lines(tmp_path: Path) -> None:
    more = (
        '[scanner]\nkind = "serial"\nport = "/dev/serial/by-id/usb-ACME*"\nsuffix = "crlf"\n'
        'in_store = ["21IIIIIPPPPPC", "22IIIIIWWWWWC"]\n'
        '[display]\nkind = "vfd"\nport = "/dev/ttyS1"\nprofile = "cd5220"'
    )
    settings = load_settings(with_more(tmp_path, more))
    assert isinstance(scanner_of(settings), SerialScanner)
    assert isinstance(displays_of(settings, tmp_path)[1], VfdSerial)
    assert [each.pattern[:2] for each in settings.scanner.layouts] == ["21", "22"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('[scanner]\nkind = "serial"', "port"),
        ('[scanner]\nsuffix = "nul"', "suffix"),
        ('[scanner]\nin_store = ["2IIIIIIPPPP"]', "in_store"),
        ("[scanner]\nbaud = 12", "baud"),
        ('[display]\nkind = "vfd"', "port"),
        ('[display]\nkind = "hologram"', "kind"),
    ],
)
def test_what_can_not_be_is_named(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_settings(with_more(tmp_path, more))


def test_a_display_of_no_known_kind_is_named_with_those_there_are(tmp_path: Path) -> None:
    more = '[display]\nkind = "vfd"\nport = "/dev/ttyS1"\nprofile = "hologram"'
    settings = load_settings(with_more(tmp_path, more))
    with pytest.raises(ConfigError, match="escpos"):
        displays_of(settings, tmp_path)
