"""Makes the virtual environment and installs the lock, on a bare Python. Never asks, never half.

Runs before anything is installed, so it uses the standard library alone. A Debian `python3` has
neither pip nor ensurepip: the pip it needs lies beside this file, as a wheel, which Python can run
as it is. What was made stands in `.venv/ieum-setup.json`; a set-up that was cut off has no such
file and is made anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import system_packages

PYTHON_MIN = (3, 11)
OTHER_PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
STAMP = "ieum-setup.json"
SAY_PREFIX = "[ieum] "
PIP_TIMEOUT_S = 900


def enter(root: Path, argv: list[str], *, dev: bool) -> None:
    """Go on inside `.venv`, making or completing it first; returns only there.

    Args:
        root: the checkout.
        argv: how this process was called; the same call is made again inside.
        dev: the tests' tools are wanted too.

    Exits with a message, in Korean and English, where it can't be done.
    """
    if sys.version_info < PYTHON_MIN:
        _find_newer_python(argv)
    environment = root / ".venv"
    python = environment / "bin" / "python"
    if not _is_complete(root, environment, dev=dev):
        with _lock(root):
            if not _is_complete(root, environment, dev=dev):  # Another one may have made it.
                _make(root, environment, dev=dev)
    if Path(sys.prefix).resolve() != environment.resolve():
        os.execv(python, [str(python), *argv])


def read_stamp(environment: Path) -> dict[str, Any]:
    """Return what the last set-up noted; empty if there was none."""
    try:
        noted = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def say(text: str) -> None:
    """Tell the user a step of the set-up."""
    print(f"{SAY_PREFIX}{text}", file=sys.stderr, flush=True)


def _find_newer_python(argv: list[str]) -> None:
    for name in OTHER_PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *argv])
    sys.exit(
        f"Python {PYTHON_MIN[0]}.{PYTHON_MIN[1]} 이상이 필요합니다. 바뀐 것은 없습니다. "
        f"python3.11을 설치한 뒤 다시 실행하세요.\n"
        f"Python {PYTHON_MIN[0]}.{PYTHON_MIN[1]} or newer is needed. Nothing was changed. "
        f"Install python3.11 and run this again."
    )


def _is_complete(root: Path, environment: Path, *, dev: bool) -> bool:
    noted = read_stamp(environment)
    return (
        noted.get("lock") == _lock_digest(root)
        and (noted.get("dev") is True or not dev)
        and _has_python(environment)
        # Someone may have added what was missing since, by the doctor's one command.
        and (noted.get("lacking", "") == "" or bool(system_packages.build_problem()))
    )


def _lock_digest(root: Path) -> str:
    digest = hashlib.sha256()
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-pcsc.lock"):
        digest.update((root / name).read_bytes())
    digest.update(str(root).encode())  # A moved venv can't be used: its scripts name the old place.
    return digest.hexdigest()


def _has_python(environment: Path) -> bool:
    """Tell whether the venv's Python still runs and is the one its libraries were made for."""
    python = environment / "bin" / "python"
    return os.access(python, os.X_OK) and (environment / "lib" / python.resolve().name).is_dir()


@contextlib.contextmanager
def _lock(root: Path) -> Iterator[None]:
    try:
        file = (root / ".venv.lock").open("w")
    except OSError as error:
        sys.exit(
            f"{SAY_PREFIX}{root}: 이 폴더에 설치할 수 없습니다({error.strerror}). 바뀐 것은 없습니다. "
            f"폴더의 주인으로 한 번 실행하세요.\n"
            f"{SAY_PREFIX}{root}: can't set up here ({error.strerror}). Nothing was changed. "
            f"Run it once as the folder's owner."
        )
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(root: Path, environment: Path, *, dev: bool) -> None:
    noted = read_stamp(environment)
    dev = dev or noted.get("dev") is True  # What is there is not taken away.
    if noted.get("lock") != _lock_digest(root) or not _has_python(environment):
        say("처음 설치합니다(약 1분) / first set-up, about a minute")
        shutil.rmtree(environment, ignore_errors=True)
        venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
    (environment / STAMP).unlink(missing_ok=True)
    _install(root, environment, "requirements-dev.lock" if dev else "requirements.lock")
    packages = system_packages.ensure(dev=dev, say=say)
    lacking = system_packages.build_problem()
    problem = lacking or _install_pcsc(root, environment)
    facts = {
        "lock": _lock_digest(root),
        "dev": dev,
        "lacking": lacking,
        "pcsc_problem": problem,
        "apt_missing": packages.missing,
        "apt_problem": packages.problem,
    }
    temporary = environment / f"{STAMP}.new"
    temporary.write_text(json.dumps(facts), encoding="utf-8")
    temporary.replace(environment / STAMP)
    say("설치가 끝났습니다 / set-up complete")


def _install(root: Path, environment: Path, lock: str) -> None:
    say(f"{lock}")
    done = _pip(root, environment, "--only-binary=:all:", "-r", str(root / lock))
    if done.returncode:
        sys.exit(
            f"{done.stderr[-2000:]}\n{SAY_PREFIX}라이브러리를 받을 수 없습니다. 설치가 끝나지 "
            f"않았습니다. 인터넷 연결을 확인하고 같은 명령을 다시 실행하세요.\n"
            f"{SAY_PREFIX}The libraries can't be fetched; the set-up is not complete. "
            f"Check the network and run the same command again."
        )


def _install_pcsc(root: Path, environment: Path) -> str:
    """Build pyscard; return why it could not be, else empty."""
    lock = "requirements-pcsc.lock"
    say(lock)
    # Without isolation the builders must stand before pyscard is built.
    done = _pip(root, environment, "--only-binary=:all:", "-r", str(_builders(root, environment)))
    if not done.returncode:
        done = _pip(root, environment, "--no-build-isolation", "-r", str(root / lock))
    return "" if not done.returncode else f"pyscard: {done.stderr.strip()[-300:]}"


def _pip(root: Path, environment: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    python = str(environment / "bin" / "python")
    wheel = next((root / "tools").glob("pip-*.whl"))
    pip = [python, f"{wheel}/pip", "install", "--require-hashes", "--no-input", "--quiet"]
    pip += ["--disable-pip-version-check", "--no-warn-script-location"]
    # The build runs `swig` by name, which pip has put into the environment.
    path = f"{environment / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [*pip, *arguments],
        capture_output=True,
        text=True,
        timeout=PIP_TIMEOUT_S,
        check=False,
        env={**os.environ, "PATH": path},
    )


def _builders(root: Path, environment: Path) -> Path:
    """Write the PC/SC lock without pyscard itself: all of it comes as wheels."""
    text = (root / "requirements-pcsc.lock").read_text(encoding="utf-8")
    kept: list[str] = []
    skipping = False
    for line in text.splitlines():
        if not line.startswith((" ", "#")):
            skipping = line.startswith("pyscard")
        if not skipping and line != "--no-binary pyscard":
            kept.append(line)
    file = environment / "pcsc-builders.lock"
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return file
