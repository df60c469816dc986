"""The terminal's settings: the schema of `settings.toml`. Never a default for what only the shop knows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from config.printer_settings import MorePrinterSettings, PaperSettings, PrinterSettings, clash
from config.reading import Strict, read_model
from pos.domain.barcode import InStoreLayout
from pos.domain.discount import DiscountPolicy
from pos.domain.identifiers import DEVICE_BITS, business_number_is_valid
from pos.domain.offline import OfflineLimits
from pos.domain.people import PERMISSIONS, Permission, Role
from pos.domain.scanned_product import USUAL_LAYOUTS
from pos.domain.shift import ShiftRules
from pos.domain.won import Won

Text = Annotated[str, Field(min_length=1, max_length=80)]
WonAmount = Annotated[int, Field(ge=0, le=99_999_999)]
Milliseconds = Annotated[int, Field(ge=100, le=300_000)]


class ShopSettings(Strict):
    """What the law wants on every receipt."""

    name: Text
    business_number: str
    representative: Text
    phone: Text
    address: Text
    # 혜택플러스: what the shop itself adds to a card's cashback, as agreed with the city (1 to 5 %). The
    # ledger gives it; here it is only so that it can be shown before the tap.
    plus_bp: Annotated[int, Field(ge=0, le=500)] = 0
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
    """The card reader. `name` picks one of several PC/SC readers by a part of its name.

    A serial reader's `port` is what does not change when it is plugged in anew: its link in
    /dev/serial/by-id, or `usb:VID:PID[:SERIAL]`. `baud` 0 is what its profile has.
    """

    kind: Literal["pcsc", "serial", "none"] = "pcsc"
    name: str = ""
    port: Annotated[str, Field(max_length=200)] = ""
    profile: Literal["tl3500", "fs-tagged"] = "tl3500"
    baud: Annotated[int, Field(ge=0, le=921_600)] = 0
    card_ms: Milliseconds = 60_000

    @model_validator(mode="after")
    def _has_its_port(self) -> ReaderSettings:
        if self.kind == "serial" and not self.port:
            raise ValueError("port 를 적으세요 / name its port")
        return self


class ScannerSettings(Strict):
    """The barcode scanner; one that is at the keyboard needs no setting but its prefix, if it has one."""

    kind: Literal["keyboard", "serial"] = "keyboard"
    port: str = ""  # A pattern: /dev/serial/by-id/usb-ACME*
    baud: Annotated[int, Field(ge=1_200, le=921_600)] = 9_600
    prefix: Annotated[str, Field(max_length=8)] = ""
    suffix: Literal["cr", "lf", "crlf", "tab", "etx"] = "cr"
    in_store: list[str] = Field(default_factory=lambda: [each.pattern for each in USUAL_LAYOUTS])

    @field_validator("in_store")
    @classmethod
    def _are_layouts(cls, patterns: list[str]) -> list[str]:
        for each in patterns:
            InStoreLayout(each)
        return patterns

    @model_validator(mode="after")
    def _has_port(self) -> ScannerSettings:
        if self.kind == "serial" and not self.port:
            raise ValueError("port가 없음 / no port")
        return self

    @property
    def layouts(self) -> tuple[InStoreLayout, ...]:
        """How the shop's scale writes its codes."""
        return tuple(InStoreLayout(each) for each in self.in_store)


class ScreenSettings(Strict):
    """How the screens look and sound, until somebody chooses otherwise at the till."""

    look: Literal["usual", "large", "contrast", "contrast_large"] = "usual"
    sounds: bool = True
    touch: Literal["auto", "on", "off"] = "auto"
    linear: bool = False  # Plain lines in reading order, for a screen reader.


class DisplaySettings(Strict):
    """What the customer sees. A screen in another window (`run_pos.py display`) is always possible."""

    kind: Literal["none", "vfd"] = "none"
    port: str = ""
    baud: Annotated[int, Field(ge=1_200, le=921_600)] = 9_600
    profile: str = "escpos-cp949"  # Or a file of the shop's own, NAME.toml.

    @model_validator(mode="after")
    def _has_port(self) -> DisplaySettings:
        if self.kind == "vfd" and not self.port:
            raise ValueError("port가 없음 / no port")
        return self


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


class DiscountSettings(Strict):
    """What a cashier may take off a sale without anybody's word: the smaller of the two."""

    percent_alone: Annotated[int, Field(ge=0, le=100)] = 10
    won_alone: WonAmount = 10_000

    @property
    def policy(self) -> DiscountPolicy:
        """The same, as the core takes it."""
        return DiscountPolicy(self.percent_alone, Won(self.won_alone))


class OrderSettings(Strict):
    """배달e음 orders."""

    usual_minutes: Annotated[int, Field(ge=5, le=120)] = 20
    sound: Literal["until_answered", "once", "off"] = "until_answered"
    sound_every_s: Annotated[int, Field(ge=1, le=60)] = 3
    erase_after_hours: Annotated[int, Field(ge=1, le=720)] = 24
    rider_agency: Literal["none", "simulated"] = "none"
    taxi: Literal["none", "simulated"] = "none"


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
    printers: Annotated[list[MorePrinterSettings], Field(default_factory=list)]
    paper: PaperSettings = PaperSettings()
    scanner: ScannerSettings = ScannerSettings()
    display: DisplaySettings = DisplaySettings()
    screen: ScreenSettings = ScreenSettings()
    offline: OfflineSettings = OfflineSettings()
    discounts: DiscountSettings = DiscountSettings()
    orders: OrderSettings = OrderSettings()
    people: PeopleSettings = PeopleSettings()
    shift: ShiftSettings = ShiftSettings()
    files: FileSettings = FileSettings()

    @field_validator("printers")
    @classmethod
    def _do_not_clash(
        cls, printers: list[MorePrinterSettings], info: ValidationInfo
    ) -> list[MorePrinterSettings]:
        if "printer" in info.data and (problem := clash(info.data["printer"], printers)):
            raise ValueError(problem)
        return printers


def load_settings(path: Path) -> Settings:
    """Read the settings.

    Raises:
        ConfigError: names the line, the problem and what to do.
    """
    return read_model(Settings, path)
