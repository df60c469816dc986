"""Builds the training terminal in a folder of its own, with its own key, record and numbers. Never opens the real one's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from composition.training.cards import TrainingCards
from composition.training.ledger import TrainingLedger
from composition.wiring import Assembly, Devices
from config.printer_settings import PaperSettings
from config.settings import Settings
from pos.domain.identifiers import DEVICE_BITS
from pos.ports import Clock, DeviceStatus, Printer, PrintOutcome, PrintResult, Store
from pos.services.build_sale import Counter
from pos.services.terminal import Terminal
from pos.services.training import Training

FOLDER = "training"
DEVICE = (1 << DEVICE_BITS) - 1  # No ledger gives it out: a training id is nobody's.
DRAWER = "training"


async def training_beside(
    settings: Settings,
    folder: Path,
    devices: Devices,
    store: Store,
    counter: Counter,
    on_failure: Callable[[BaseException], None],
) -> Training:
    """Return what begins and ends training beside a real terminal; what a crash cut off has ended.

    Raises:
        StoreError: the record can't be read or written.
    """
    ground = TrainingGround(settings, folder, devices.printer, devices.clock, on_failure)
    training = Training(store=store, counter=counter, clock=devices.clock, ground=ground)
    await training.recover()
    return training


class ShutDrawer:
    """The shop's printer, whose drawer stays shut: there is real money in it."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Print; the paper says that it is training."""
        return await self._printer.print(
            data, token=token, kick_drawer=False, deadline_ms=deadline_ms
        )

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        """Do as if."""
        return PrintResult(PrintOutcome.UNCONFIRMED, DRAWER)

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        """Return whether it can print."""
        return await self._printer.status(deadline_ms=deadline_ms)


class TrainingGround:
    """Makes one training terminal at a time; each begins with nothing and leaves nothing."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        printer: Printer,
        clock: Clock,
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._printer = printer
        self._clock = clock
        self._on_failure = on_failure
        self._assembly: Assembly | None = None

    async def open(self) -> Terminal:
        """Make it and start its tasks.

        Raises:
            StoreError: its record can't be made; nothing of the real one is touched.
        """
        place = self._folder / FOLDER
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700)
        cards = TrainingCards()
        devices = Devices(
            reader=cards,
            printer=ShutDrawer(self._printer),
            ledger=lambda _signer: TrainingLedger(self._clock),
            clock=self._clock,
        )
        self._assembly = Assembly(self._made_over(), place, devices, training=cards)
        terminal = await self._assembly.start()
        self._assembly.run_tasks(self._on_failure)
        return terminal

    async def close(self) -> None:
        """End it, and take its folder away."""
        assembly, self._assembly = self._assembly, None
        if assembly is not None:
            await assembly.stop()
        shutil.rmtree(self._folder / FOLDER, ignore_errors=True)

    def _made_over(self) -> Settings:
        """Return the shop's settings with the real shop's goods and rates, and nothing else of its files."""
        settings, files = self._settings, self._settings.files
        return settings.model_copy(
            update={
                "terminal": settings.terminal.model_copy(
                    update={"device": DEVICE, "number": f"{settings.terminal.number}-T"}
                ),
                "printers": [],  # The kitchen cooks nothing of it.
                "printer": settings.printer.model_copy(update={"instead": ""}),
                "paper": PaperSettings(),
                "people": settings.people.model_copy(update={"sign_in": False}),
                "files": files.model_copy(
                    update={
                        "database": "training.db",
                        "products": str(self._folder / files.products),
                        "rates": str(self._folder / files.rates) if files.rates else "",
                    }
                ),
            }
        )
