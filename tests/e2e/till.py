"""A till in tmux: type keys, read the screen, kill it. Uses the demo exactly as its command starts it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
START_S = 40
STEP_S = 12


class ScreenNeverShowed(AssertionError):
    """What was waited for did not appear; holds the last screen."""


class Till:
    """One demo, started anew as often as the test likes, on the same folder."""

    program = "python3 run_pos.py"

    def __init__(self, home: Path, *, columns: int = 80, rows: int = 24, lang: str = "ko") -> None:
        self.home = home
        self.size = (columns, rows)
        self._lang = lang
        self._starts = 0
        self._tmux: list[str] = []

    def start(self, until: str = "F6") -> str:
        """Start the demo and wait for its selling screen, or for what it has to tell first."""
        (self.home / "running.json").unlink(missing_ok=True)
        self._starts += 1  # A server of its own each time: the last one may still be ending.
        server = f"ieum-{os.getpid()}-{self.home.parent.name}-{self._starts}"
        self._tmux = [shutil.which("tmux") or "tmux", "-u", "-L", server]
        command = f"{self.program} demo --home {self.home} --lang {self._lang}; sleep 60"
        columns, rows = self.size
        environment = {**os.environ, "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        size = ["-x", str(columns), "-y", str(rows)]
        arguments = ["-f", "/dev/null", "new-session", "-d", "-s", "till", *size, command]
        subprocess.run([*self._tmux, *arguments], cwd=ROOT, env=environment, check=True)
        return self.wait_for(until, seconds=START_S)

    def end(self) -> None:
        """End tmux and whatever runs in it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)
        self._wait_until_gone()

    def kill_9(self) -> None:
        """Kill the terminal's process, as a power cut would, and wait until all of it is gone."""
        os.kill(self.facts()["pid"], signal.SIGKILL)
        self._wait_until_gone()
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _wait_until_gone(self) -> None:
        """Wait for the ledger to let go of its port: it ends with the terminal."""
        with contextlib.suppress(OSError, ValueError):
            url = self.facts()["ledger"]
            for _ in range(100):
                try:
                    httpx.get(f"{url}/v1/health", timeout=1)
                except httpx.TransportError:
                    return
                time.sleep(0.05)

    def facts(self) -> dict[str, Any]:
        """Return what the running demo noted of itself."""
        noted = json.loads((self.home / "running.json").read_text(encoding="utf-8"))
        assert isinstance(noted, dict)
        return noted

    def keys(self, *keys: str, pause_s: float = 0.15) -> None:
        """Press keys, one after the other; a text is typed as it stands."""
        for key in keys:
            subprocess.run([*self._tmux, "send-keys", "-t", "till", key], check=True)
            time.sleep(pause_s)

    def screen(self) -> str:
        """Return what stands on the screen."""
        done = subprocess.run(
            [*self._tmux, "capture-pane", "-t", "till", "-p"],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def wait_for(self, *texts: str, seconds: float = STEP_S) -> str:
        """Wait until all texts stand on the screen, and return it."""
        give_up = time.monotonic() + seconds
        shown = ""
        while time.monotonic() < give_up:
            shown = self.screen()
            if all(text in shown for text in texts):
                return shown
            time.sleep(0.1)
        raise ScreenNeverShowed(f"waited for {texts}; the screen was:\n{shown}")

    def confirm(self, text: str) -> None:
        """Press Enter in the dialog with this text, and wait until it is gone: a key before that is its."""
        self.keys("Enter")
        give_up = time.monotonic() + STEP_S
        while text in (shown := self.screen()):
            if time.monotonic() > give_up:
                raise ScreenNeverShowed(f"still there: {text}; the screen was:\n{shown}")
            time.sleep(0.1)
        self.wait_for("F6")

    def ask_ledger(self, method: str, path: str, **body: object) -> Any:
        """Use the reference ledger's demo operations."""
        token = (self.home / "operator.token").read_text(encoding="ascii").strip()
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.facts()['ledger']}{path}"
        answer = httpx.request(method, url, headers=headers, json=body or None, timeout=10)
        answer.raise_for_status()
        return answer.json()
