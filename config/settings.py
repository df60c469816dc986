"""The terminal's settings: the schema of `settings.toml`. Never a default for what only the shop knows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from config.reading import Strict, read_model
from pos.domain.identifiers import DEVICE_BITS, business_number_is_valid
from pos.domain.offline import OfflineLimits
from pos.domain.won import Won

Text = Annotated[str, Field(min_length=1, max_length=80)]
WonAmount = Annotated[int, Field(ge=0, le=99_999_999)]
Milliseconds = Annotated[int, Field(ge=100, le=300_000)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class ShopSettings(Strict):
    """What the law wants on every receipt."""

    name: Text
    business_number: str
    representative: Text
    phone: Text
    address: Text
    show_vat: bool = True  # False for exempt and simplified taxpayers, who print no VAT.

    @field_validator("business_number")
    @classmethod
    def _has_right_check_digit(cls, number: str) -> str:
        if not business_number_is_valid(number):
            raise ValueError("사업자등록번호가 아닙니다 / not a business registration number")
        return number


class TerminalSettings(Strict):
    """Who this terminal is. `device` is the number in every transaction id."""

    number: Text
    device: Annotated[int, Field(ge=1, lt=1 << DEVICE_BITS)]
    language: Literal["ko", "en"] = "ko"


class LedgerSettings(Strict):
    """The central ledger, and how long each wait may take."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    token_file: str = ""  # From before terminals were enrolled; read no more.
    authorize_ms: Milliseconds = 5_000
    outcome_ms: Milliseconds = 2_000
    feed_wait_ms: Milliseconds = 20_000


class ReaderSettings(Strict):
    """The card reader. `name` picks one of several PC/SC readers by a part of its name."""

    kind: Literal["pcsc", "none"] = "pcsc"
    name: str = ""
    card_ms: Milliseconds = 60_000


class PrinterSettings(Strict):
    """The receipt printer; 42 columns are 80 mm paper, 32 are 58 mm."""

    kind: Literal["network", "none"] = "network"
    host: str = "127.0.0.1"
    port: Port = 9_100
    columns: Literal[32, 42, 48] = 42


class OfflineSettings(Strict):
    """What the shop allows while the line is down, in won."""

    at_risk_allowed: bool = False
    floor_limit: WonAmount = 30_000
    card_cap: WonAmount = 50_000
    terminal_cap: WonAmount = 500_000
    card_count: Annotated[int, Field(ge=1, le=100)] = 3
    age_max_hours: Annotated[int, Field(ge=1, le=168)] = 24
    velocity_count: Annotated[int, Field(ge=1, le=100)] = 3
    velocity_minutes: Annotated[int, Field(ge=1, le=1_440)] = 60
    permission_above: WonAmount = 20_000

    @property
    def limits(self) -> OfflineLimits:
        """The same, as the core takes them."""
        return OfflineLimits(
            at_risk_allowed=self.at_risk_allowed,
            floor_limit=Won(self.floor_limit),
            card_cap=Won(self.card_cap),
            terminal_cap=Won(self.terminal_cap),
            card_count=self.card_count,
            age_max=timedelta(hours=self.age_max_hours),
            velocity_count=self.velocity_count,
            velocity_window=timedelta(minutes=self.velocity_minutes),
            permission_above=Won(self.permission_above),
        )


class OrderSettings(Strict):
    """배달e음 orders."""

    usual_minutes: Annotated[int, Field(ge=5, le=120)] = 20
    sound: Literal["until_answered", "once", "off"] = "until_answered"
    sound_every_s: Annotated[int, Field(ge=1, le=60)] = 3
    erase_after_hours: Annotated[int, Field(ge=1, le=720)] = 24
    rider_agency: Literal["none", "simulated"] = "none"
    taxi: Literal["none", "simulated"] = "none"


class FileSettings(Strict):
    """Where things are; relative paths start at the settings file."""

    database: str = "terminal.db"
    products: str = "products.csv"
    rates: str = ""  # Empty: the rates that come with the product.
    keys: str = "terminal_keys.json"


class Settings(Strict):
    """All of `settings.toml`."""

    shop: ShopSettings
    terminal: TerminalSettings
    ledger: LedgerSettings
    reader: ReaderSettings = ReaderSettings()
    printer: PrinterSettings = PrinterSettings()
    offline: OfflineSettings = OfflineSettings()
    orders: OrderSettings = OrderSettings()
    files: FileSettings = FileSettings()


def load_settings(path: Path) -> Settings:
    """Read the settings.

    Raises:
        ConfigError: names the line, the problem and what to do.
    """
    return read_model(Settings, path)
