"""Starts the demo's whole world around a terminal, and ends it. Never leaves a process behind."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from composition.clock import SystemClock
from composition.demo.cable import LOOPBACK, Cable
from composition.demo.cards import CardTable, CardWorld
from composition.demo.enrolment import make_code
from composition.demo.home import Home
from composition.demo.panel import DemoPanel
from composition.demo.servers import ledger_database, ledger_process, printer_process
from composition.devices import DISPLAY_SOCKET, displays_of, ledger_public, scanner_of
from composition.wiring import Assembly, Devices
from config.secrets import read_secret
from config.settings import Settings, load_settings
from drivers.printers.escpos_network import EscposNetworkPrinter
from drivers.simulators.scanner import HandScanner
from ledger.client import HttpLedger
from ledger.enrolling import enrol
from offline_queue.device_key import Signer, device_key
from pos.services.hotlist import Hotlist
from pos.services.terminal import Terminal


class DemoShop:
    """One shop on loopback: ledger, printer and cards as processes, a cable, a terminal."""

    def __init__(self, home: Home, *, fresh: bool, language: str | None) -> None:
        """Make the folder.

        Raises:
            StoreInUse: a demo runs in this folder.
            ConfigError: a file of an earlier demo is damaged; `--fresh` starts over.
        """
        self._home = home
        self._held = home.hold()
        self._profiles = home.make(fresh=fresh)
        settings = load_settings(home.settings)
        if language is not None:
            terminal = settings.terminal.model_copy(update={"language": language})
            settings = settings.model_copy(update={"terminal": terminal})
        self._settings: Settings = settings
        self._hotlist = Hotlist()
        self._world = CardWorld(home, self._profiles, self._hotlist.is_stopped)
        self._ledger_process = ledger_process(home)
        self._printer_process = printer_process(home, settings.printer.columns)
        self._cable: Cable | None = None
        self._scanner = HandScanner()
        self._ledger: HttpLedger | None = None
        self.assembly: Assembly | None = None

    async def start(self) -> tuple[Terminal, DemoPanel]:
        """Start everything and return the terminal with what F12 does.

        Raises:
            StartFailed: a process did not come up.
            LedgerError: the terminal could not be enrolled.
            ConfigError, StoreError: the terminal can't sell.
        """
        token = read_secret(self._home.operator_token)
        key = device_key(self._home.folder)
        code = make_code(ledger_database(self._home), self._settings, key.public)
        starting = asyncio.gather(
            self._ledger_process.start(IEUM_OPERATOR_TOKEN=token), self._printer_process.start()
        )
        await asyncio.sleep(0)  # Both are under way before the reader's daemon is waited for.
        table = self._world.start()
        ledger_ready, printer_ready = await starting
        url = f"http://{LOOPBACK}:{ledger_ready['port']}"
        if code is not None:
            await enrol(url, code, key, self._settings.terminal.device)
        cable = self._cable = Cable(int(ledger_ready["port"]))
        await cable.plug()
        printer = EscposNetworkPrinter(LOOPBACK, int(printer_ready["port"]))
        devices = Devices(
            table.reader,
            printer,
            lambda signer: self._line(cable.port, signer),
            SystemClock(),
            self._hotlist,
            scanner_of(self._settings) or self._scanner,
            displays_of(self._settings, self._home.folder),
        )
        self.assembly = Assembly(self._settings, self._home.folder, devices)
        control = Path(printer_ready["control"])
        panel = self._panel(table, cable, control, url, token)
        self._home.set_ports(ledger=cable.port, printer=int(printer_ready["port"]))
        self._home.note({"pid": os.getpid(), "ledger": url, "cards": table.how})
        return await self.assembly.start(), panel

    async def stop(self) -> None:
        """End everything, the terminal first."""
        if self.assembly is not None:
            await self.assembly.stop()
        if self._ledger is not None:
            await self._ledger.aclose()
        if self._cable is not None:
            await self._cable.pull()
        self._world.stop()
        await asyncio.gather(self._ledger_process.stop(), self._printer_process.stop())
        self._home.leave()
        self._held.close()

    def _line(self, port: int, signer: Signer) -> HttpLedger:
        public = ledger_public(self._home.folder / self._settings.files.keys)
        url, device = f"http://{LOOPBACK}:{port}", self._settings.terminal.device
        self._ledger = HttpLedger(url, device, signer, public)
        return self._ledger

    def _panel(
        self, table: CardTable, cable: Cable, control: Path, url: str, token: str
    ) -> DemoPanel:
        facts = (
            (self._said("영수증", "receipts"), _short(self._home.receipts / "latest.png")),
            (self._said("서버", "ledger"), url),
            (self._said("카드", "cards"), table.how),
        )
        return DemoPanel(
            profiles=self._profiles,
            cards=table.cards,
            cable=cable,
            scanner=self._scanner,
            printer_control=control,
            ledger_url=url,
            token=token,
            language=self._settings.terminal.language,
            display=self._home.folder / DISPLAY_SOCKET,
            facts=facts,
        )

    def _said(self, korean: str, english: str) -> str:
        return korean if self._settings.terminal.language == "ko" else english


def _short(path: Path) -> str:
    """Return a path as one would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
