"""Installs the few system packages that no wheel brings, where that is allowed. Never fails the set-up.

Only what is missing, only by apt, only as root or with a sudo that asks nothing. Elsewhere the
product runs without PC/SC, and the doctor names the one command that adds it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

APT_TIMEOUT_S = 300
OFF_SWITCH = "IEUM_NO_APT"  # Set to 1, nothing of the system is touched.
WINSCARD_PLACES = ("/usr/include/PCSC/winscard.h", "/usr/local/include/PCSC/winscard.h")
VIRTUAL_READER_PLACES = "usr/lib/pcsc/drivers/serial/libifdvpcd.so*"
# The packaged reader.conf would let the system's own pcscd listen on every address of the machine;
# diverted before the package comes, it never does. The product's pcscd brings its own.
VIRTUAL_READER_CONF = "/etc/reader.conf.d/vpcd"
DIVERTED_CONF = "/etc/ieum-unused-vpcd-reader.conf"


@dataclass(frozen=True, slots=True)
class Packages:
    """What is still missing after the attempt, and why; both empty when all is there."""

    missing: list[str]
    problem: str


def build_problem() -> str:
    """Return what hinders building pyscard, or an empty text."""
    if not (shutil.which("cc") or shutil.which("gcc")):
        return "no C compiler"
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        return "no Python.h"
    if not any(Path(place).exists() for place in WINSCARD_PLACES):
        return "no winscard.h"
    return ""


def missing(*, dev: bool) -> list[str]:
    """Return the names of the packages that are not there, as apt knows them."""
    wanted: list[str] = []
    if not (shutil.which("cc") or shutil.which("gcc")):
        wanted += ["gcc", "libc6-dev"]
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        wanted.append("python3-dev")
    if not any(Path(place).exists() for place in WINSCARD_PLACES):
        wanted.append("libpcsclite-dev")
    if not (shutil.which("pcscd") or Path("/usr/sbin/pcscd").exists()):
        wanted.append("pcscd")
    if not any(Path("/").glob(VIRTUAL_READER_PLACES)):
        wanted.append("vsmartcard-vpcd")
    if not (shutil.which("ip") or Path("/usr/sbin/ip").exists()):
        wanted.append("iproute2")  # The virtual reader's own loopback.
    if dev and not shutil.which("tmux"):
        wanted.append("tmux")
    if dev and not shutil.which("chromium"):
        wanted.append("chromium")
    return wanted


def apt_command(packages: list[str]) -> str:
    """Return the one command that adds the packages, for a person to type."""
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def ensure(*, dev: bool, say: Callable[[str], None]) -> Packages:
    """Install what is missing if it can be; say what was done."""
    wanted = missing(dev=dev)
    if not wanted:
        return Packages([], "")
    prefix, problem = _privilege()
    if problem:
        say(f"PC/SC 없이 계속합니다 / going on without {', '.join(wanted)}: {problem}")
        return Packages(wanted, problem)
    say(f"apt-get install {' '.join(wanted)}")
    problem = _install(prefix, wanted)
    left = missing(dev=dev)
    if left:
        say(f"설치하지 못했습니다 / could not be installed: {', '.join(left)} ({problem})")
    return Packages(left, problem if left else "")


def _privilege() -> tuple[list[str], str]:
    if os.environ.get(OFF_SWITCH) == "1":
        return [], f"{OFF_SWITCH}=1"
    if not shutil.which("apt-get"):
        return [], "no apt-get"
    if os.geteuid() == 0:
        return [], ""
    if shutil.which("sudo") and _run(["sudo", "-n", "true"], 10).returncode == 0:
        return ["sudo", "-n"], ""
    return [], "not root, and sudo asks for a password"


def _install(prefix: list[str], wanted: list[str]) -> str:
    """Install; return the last line of trouble, or empty."""
    if "vsmartcard-vpcd" in wanted and not Path(VIRTUAL_READER_CONF).exists():
        divert = ["dpkg-divert", "--local", "--no-rename", "--divert", DIVERTED_CONF]
        _run([*prefix, *divert, "--add", VIRTUAL_READER_CONF], 30)
    install = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    done = _run(install, APT_TIMEOUT_S)
    if done.returncode:  # The lists may be old or absent.
        _run([*prefix, "apt-get", "update", "-qq"], APT_TIMEOUT_S)
        done = _run(install, APT_TIMEOUT_S)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["apt-get"])[-1]


def _run(command: list[str], timeout_s: int) -> subprocess.CompletedProcess[str]:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            env=quiet,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))
