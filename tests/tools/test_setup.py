"""The set-up: what it looks for, what it leaves alone, what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import bootstrap, system_packages

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-pcsc.lock",
    "requirements-postgresql.lock",
)


def test_every_locked_package_has_its_hashes_and_no_lock_names_a_place() -> None:
    for name in LOCKS:
        text = (ROOT / name).read_text(encoding="utf-8")
        packages = re.findall(r"(?m)^[a-z0-9][a-z0-9._-]*==", text)
        blocks = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
        assert len(packages) > 3
        assert all("--hash=sha256:" in block for block in blocks), name
        assert "://" not in text
        assert "/home" not in text


def test_the_pip_it_brings_is_there() -> None:
    assert len(list((ROOT / "tools").glob("pip-*.whl"))) == 1


def test_the_builders_of_pyscard_come_without_pyscard_itself(tmp_path: Path) -> None:
    text = bootstrap._builders(ROOT, tmp_path).read_text(encoding="utf-8")
    assert "pyscard" not in re.sub(r"#.*", "", text)
    assert "setuptools==" in text
    assert "swig==" in text


def test_a_damaged_stamp_counts_as_none(tmp_path: Path) -> None:
    assert bootstrap.read_stamp(tmp_path) == {}
    (tmp_path / bootstrap.STAMP).write_text('{"lock": ', encoding="utf-8")
    assert bootstrap.read_stamp(tmp_path) == {}
    (tmp_path / bootstrap.STAMP).write_text("[1]", encoding="utf-8")
    assert bootstrap.read_stamp(tmp_path) == {}


def test_a_venv_without_its_python_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    assert not bootstrap._has_python(tmp_path)


def test_switched_off_the_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setenv(system_packages.OFF_SWITCH, "1")
    monkeypatch.setattr(system_packages, "missing", lambda *, dev: ["pcscd"])
    monkeypatch.setattr(system_packages, "_run", lambda *_: pytest.fail("apt was called"))
    found = system_packages.ensure(dev=False, say=said.append)
    assert found.missing == ["pcscd"]
    assert "IEUM_NO_APT=1" in found.problem
    assert "pcscd" in said[0]


def test_exactly_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages.shutil, "which", lambda name: None)
    monkeypatch.setattr(system_packages.Path, "exists", lambda self: False)
    monkeypatch.setattr(system_packages.Path, "glob", lambda self, pattern: iter(()))
    everything = system_packages.missing(dev=True)
    assert everything == [
        "gcc",
        "libc6-dev",
        "python3-dev",
        "libpcsclite-dev",
        "pcscd",
        "vsmartcard-vpcd",
        "iproute2",
        "tmux",
        "chromium",
    ]
    assert "tmux" not in system_packages.missing(dev=False)
    assert system_packages.apt_command(["pcscd"]).endswith("--no-install-recommends pcscd")


def test_a_failing_apt_never_fails_the_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    said: list[str] = []
    monkeypatch.delenv(system_packages.OFF_SWITCH, raising=False)
    monkeypatch.setattr(system_packages, "missing", lambda *, dev: ["pcscd"])
    monkeypatch.setattr(system_packages, "_privilege", lambda: ([], ""))
    failed = subprocess.CompletedProcess(["apt-get"], 100, "", "E: no network")
    monkeypatch.setattr(system_packages, "_run", lambda *_: failed)
    found = system_packages.ensure(dev=False, say=said.append)
    assert found.problem == "E: no network"
    assert "E: no network" in said[-1]
