"""Runs a real pcscd with a virtual reader, fenced off from the machine's own. Never on its network.

The daemon gets a network and a mount namespace of its own: vpcd listens on all addresses, which
are then only this loopback; /run is a private folder, so the machine's pcscd and its socket are
untouched; the driver folder is empty, so no real reader is taken. Clients in this process reach
it through PCSCLITE_CSOCK_NAME. pcsc-lite reads that once in a process's life, so it names an open
folder, by its number, that every start points anew.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from drivers.simulators.card.vpcd import DEFAULT_PORT
from pos.domain.errors import ReaderUnavailable

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
START_TIMEOUT_S = 5.0
STOP_TIMEOUT_S = 2.0
DRIVERS = Path("/usr/lib/pcsc/drivers")  # Debian's and Fedora's; vpcd's library lies under it.
_LIBRARY = "libifdvpcd.so"
_TOOLS = ("pcscd", "unshare", "nsenter", "setpriv", "ip", "mount")
_SEARCH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_ROOT = Path(__file__).resolve().parents[3]
_SOCKET_PATH_MAX = 107  # sun_path, less its end.

# Runs inside the new namespaces; $0 is the private folder.
_INSIDE = """
ip link set lo up &&
mount --bind "$0/run" /run &&
mount --bind "$0/none" /usr/lib/pcsc/drivers &&
exec pcscd --foreground --config "$0/reader.conf"
"""


def why_not() -> str:
    """Return why the virtual reader can't be run here, or nothing where it can."""
    if not sys.platform.startswith("linux"):
        return "the virtual reader needs Linux"
    if os.geteuid() != 0:
        return "the virtual reader needs root, for its own namespaces"
    for tool in _TOOLS:
        if shutil.which(tool, path=_SEARCH) is None:
            return f"{tool} is missing (apt install pcscd iproute2 util-linux)"
    if not (DRIVERS / "serial" / _LIBRARY).exists():
        return "vpcd is missing (apt install vsmartcard-vpcd)"
    if importlib.util.find_spec("smartcard") is None:
        return "pyscard is missing (pip install pyscard, with libpcsclite-dev)"
    return _namespaces_refused()


def _namespaces_refused() -> str:
    """Try the namespaces: a container may forbid them even to root."""
    command = [_tool("unshare"), "-n", "-m", "true"]
    tried = subprocess.run(command, check=False, capture_output=True)  # noqa: S603
    return "" if tried.returncode == 0 else "this machine does not allow namespaces"


class PrivatePcscd:
    """One pcscd of our own, with one virtual reader.

    Start it in a thread that lives as long as it shall: the kernel ends it with that thread.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket_path(self) -> Path:
        """Where clients reach it: another process gets it as PCSCLITE_CSOCK_NAME."""
        return self._directory / "run" / "pcscd" / "pcscd.comm"

    def start(self) -> None:
        """Start it, wait until it answers, and point this process's PC/SC at it.

        Raises:
            ReaderUnavailable: it does not come up; `pcscd.log` in its folder says why.
        """
        if len(str(self.socket_path)) > _SOCKET_PATH_MAX:
            raise ReaderUnavailable()
        self._prepare()
        with (self._directory / "pcscd.log").open("wb") as log:
            self._process = start_child(
                ["unshare", "-n", "-m", "sh", "-c", _INSIDE, str(self._directory)], log=log.fileno()
            )
        give_up_s = time.monotonic() + START_TIMEOUT_S
        while not _answers(self.socket_path):
            if self._process.poll() is not None or time.monotonic() > give_up_s:
                self.stop()
                raise ReaderUnavailable()
            time.sleep(0.02)
        _point_this_process_at(self.socket_path)

    def stop(self) -> None:
        """End it. No-op where it does not run."""
        process, self._process = self._process, None
        if process is not None:
            stop_child(process)

    def run_inside(self, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        """Start a program on the daemon's own network.

        Raises:
            ReaderUnavailable: the daemon does not run.
        """
        if self._process is None:
            raise ReaderUnavailable()
        with log.open("ab") as file:
            inside = ["nsenter", f"--net=/proc/{self._process.pid}/ns/net", *command]
            return start_child(inside, log=file.fileno())

    def _prepare(self) -> None:
        """Lay the private folder out; a killed daemon leaves a pid file that stops the next."""
        run = self._directory / "run" / "pcscd"
        shutil.rmtree(run, ignore_errors=True)
        for folder in (run, self._directory / "none"):
            folder.mkdir(parents=True, exist_ok=True)
        library = self._directory / _LIBRARY
        shutil.copyfile(DRIVERS / "serial" / _LIBRARY, library)
        (self._directory / "reader.conf").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{DEFAULT_PORT:04X}\n'
            f"LIBPATH {library}\nCHANNELID 0x{DEFAULT_PORT:04X}\n",
            "utf-8",
        )


def start_child(command: list[str], log: int) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own that the kernel ends when we die."""
    return subprocess.Popen(  # noqa: S603 - our own words; no shell reads them.
        [_tool("setpriv"), "--pdeathsig", "KILL", *command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        cwd=_ROOT,
        env={**os.environ, "PATH": _SEARCH},
    )


def stop_child(process: subprocess.Popen[bytes]) -> None:
    """End a child's group, kindly first."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
            return


def _tool(name: str) -> str:
    """Return where a system tool lies; they stand outside a plain user's PATH."""
    return shutil.which(name, path=_SEARCH) or name


_anchor: list[int] = []  # The number of this process's open folder, once there is one.


def _point_this_process_at(socket_path: Path) -> None:
    folder = os.open(socket_path.parent, os.O_RDONLY | os.O_DIRECTORY)
    if _anchor:
        os.dup2(folder, _anchor[0], inheritable=False)
        os.close(folder)
    else:
        _anchor.append(folder)
    os.environ[SOCKET_VARIABLE] = f"/proc/{os.getpid()}/fd/{_anchor[0]}/{socket_path.name}"


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
