"""The demo's folder: the sample shop, its keys and the operator's token, made once. Never touches a real shop's."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from config.secrets import write_secret
from drivers.simulators.card.keys import generate_keys
from drivers.simulators.card.profiles import CardProfile, load_profiles
from pos.domain.errors import StoreInUse

RUNNING = "running.json"
SAMPLE_FILES = ("settings.toml", "products.csv")


@dataclass(frozen=True, slots=True)
class Home:
    """Where the demo keeps everything; a killed demo goes on from it."""

    folder: Path
    root: Path

    @property
    def settings(self) -> Path:
        """The shop's settings."""
        return self.folder / "settings.toml"

    @property
    def operator_token(self) -> Path:
        """The operator's token, which opens the ledger's page and the operations under /demo."""
        return self.folder / "operator.token"

    @property
    def receipts(self) -> Path:
        """Where the printed receipts appear as pictures."""
        return self.folder / "receipts"

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.folder / "logs"

    @property
    def cards(self) -> Path:
        """The dozen cards."""
        return self.root / "config" / "demo_cards.toml"

    def hold(self) -> TextIO:
        """Make this the only demo in its folder, before anything in it is touched.

        The lock lies beside the folder, so that forgetting an earlier demo can't remove it.

        Raises:
            StoreInUse: a demo runs there.
            OSError: the place can't be written.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        file = (self.folder.parent / f".{self.folder.name}.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise StoreInUse() from error
        return file

    def leave(self) -> None:
        """Note that nobody runs here any more."""
        (self.folder / RUNNING).unlink(missing_ok=True)

    def note(self, facts: Mapping[str, object]) -> None:
        """Write down how this run can be reached, for whoever looks in from beside it."""
        (self.folder / RUNNING).write_text(json.dumps(facts), encoding="utf-8")

    def set_ports(self, *, ledger: int, printer: int) -> None:
        """Write this run's ports into the settings, so that doctor and report find the demo too."""
        text = self.settings.read_text(encoding="utf-8")
        text = re.sub(r'(?m)^url = ".*"', f'url = "http://127.0.0.1:{ledger}"', text)
        text = re.sub(r"(?m)^port = \d+", f"port = {printer}", text)
        draft = self.settings.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.settings)

    def make(self, *, fresh: bool) -> tuple[CardProfile, ...]:
        """Make what is missing and return the cards.

        Args:
            fresh: forget an earlier demo first.

        Raises:
            ConfigError: the cards' file is damaged.
            OSError: the folder can't be written.
        """
        if fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        for folder in (self.folder, self.receipts, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        for name in SAMPLE_FILES:
            if not (self.folder / name).exists():
                shutil.copyfile(self.root / "config" / "sample_shop" / name, self.folder / name)
        if not self.operator_token.exists():
            write_secret(self.operator_token, secrets.token_hex(16))
        profiles = load_profiles(self.cards)
        generate_keys(self.folder, profiles)
        return profiles


def running_demo(folder: Path) -> dict[str, Any]:
    """Return what the demo in this folder noted of itself while it runs; empty if it does not."""
    try:
        noted = json.loads((folder / RUNNING).read_text(encoding="utf-8"))
        os.kill(int(noted["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(noted)
