"""The terminal's settings: the schema of `settings.toml`. Never a default for what only the shop knows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from config.reading import Strict, read_model
from pos.domain.identifiers import DEVICE_BITS, business_number_is_valid
from pos.domain.offline import OfflineLimits
from pos.domain.people import PERMISSIONS, Permission, Role
from pos.domain.shift import ShiftRules
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


class PeopleSettings(Strict):
    """Who may do what, where it is not the usual; see `pos.domain.people`.

    Without people nobody signs in, and the shop's name stands for the person.
    """

    sign_in: bool = True  # False: nobody signs in, whoever was entered.
    cashier: list[str] | None = None
    senior: list[str] | None = None
    manager: list[str] | None = None
    technician: list[str] | None = None

    @field_validator("cashier", "senior", "manager", "technician")
    @classmethod
    def _names_permissions(cls, names: list[str] | None) -> list[str] | None:
        unknown = set(names or ()) - set(Permission)
        if unknown:
            raise ValueError(f"모르는 권한 / unknown permission: {', '.join(sorted(unknown))}")
        return names

    @property
    def permissions(self) -> dict[Role, frozenset[Permission]]:
        """What each role may do at this shop."""
        usual = dict(PERMISSIONS)
        for role in Role:
            names: list[str] | None = getattr(self, role.value)
            if names is not None:
                usual[role] = frozenset(map(Permission, names))
        usual[Role.MANAGER] |= {Permission.PEOPLE}  # Or nobody could ever change it.
        return usual


class ShiftSettings(Strict):
    """When the shop's day begins, and how far a count may be off without anybody accepting it."""

    day_begins_hour: Annotated[int, Field(ge=0, le=11)] = 4
    difference_limit: WonAmount = 10_000

    @property
    def rules(self) -> ShiftRules:
        """The same, as the core takes them."""
        return ShiftRules(self.day_begins_hour, Won(self.difference_limit))


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
    people: PeopleSettings = PeopleSettings()
    shift: ShiftSettings = ShiftSettings()
    files: FileSettings = FileSettings()


def load_settings(path: Path) -> Settings:
    """Read the settings.

    Raises:
        ConfigError: names the line, the problem and what to do.
    """
    return read_model(Settings, path)
