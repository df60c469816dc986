from __future__ import annotations

from pathlib import Path

from drivers.printers.escpos_replies import KICK
from drivers.printers.one_way import CupsPrinter, FilePrinter
from pos.ports import PrintOutcome


def lp(folder: Path, script: str) -> str:
    """Put a stand-in for lp and lpstat into a folder."""
    for name in ("lp", "lpstat"):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    return str(folder / "lp")


async def test_a_queue_gets_the_bytes_raw_with_the_kick_before_them(tmp_path: Path) -> None:
    printer = CupsPrinter(
        "till", lp=lp(tmp_path, f"echo $@ > {tmp_path}/args; cat > {tmp_path}/job")
    )
    result = await printer.print(b"\x1b@ok", token="0042", kick_drawer=True, deadline_ms=5_000)
    assert result.outcome is PrintOutcome.UNCONFIRMED  # Taken by CUPS is not yet on paper.
    assert (tmp_path / "job").read_bytes() == KICK + b"\x1b@ok"
    assert (tmp_path / "args").read_text().strip() == "-d till -o raw -s -t ieum-0042 -- -"


async def test_a_queue_that_refuses_took_nothing(tmp_path: Path) -> None:
    printer = CupsPrinter("till", lp=lp(tmp_path, "exit 1"))
    result = await printer.print(b"x", token="0042", kick_drawer=False, deadline_ms=5_000)
    assert (result.outcome, result.problem) == (PrintOutcome.NOT_STARTED, "refused")
    assert (await printer.status()).problem == "refused"


async def test_no_cups_at_all_took_nothing(tmp_path: Path) -> None:
    printer = CupsPrinter("till", lp=str(tmp_path / "lp"))
    result = await printer.print(b"x", token="0042", kick_drawer=False, deadline_ms=5_000)
    assert (result.outcome, result.problem) == (PrintOutcome.NOT_STARTED, "no_cups")


async def test_a_queue_that_hangs_may_have_taken_it(tmp_path: Path) -> None:
    printer = CupsPrinter("till", lp=lp(tmp_path, "exec sleep 30"))
    result = await printer.print(b"x", token="0042", kick_drawer=False, deadline_ms=300)
    assert (result.outcome, result.problem) == (PrintOutcome.BROKEN_OFF, "deadline")


async def test_jobs_become_files_in_order_and_whole(tmp_path: Path) -> None:
    printer = FilePrinter(tmp_path)
    for token in ("0001", "0002"):
        result = await printer.print(b"job", token=token, kick_drawer=False, deadline_ms=1_000)
        assert result.outcome is PrintOutcome.UNCONFIRMED
    await printer.kick_drawer(deadline_ms=1_000)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["000001-0001.bin", "000002-0002.bin", "000003-kick.bin"]
    assert (tmp_path / names[2]).read_bytes() == KICK


async def test_a_folder_that_is_not_there_took_nothing(tmp_path: Path) -> None:
    printer = FilePrinter(tmp_path / "gone")
    result = await printer.print(b"x", token="0001", kick_drawer=False, deadline_ms=1_000)
    assert (result.outcome, result.problem) == (PrintOutcome.NOT_STARTED, "no_folder")
    assert not (await printer.status()).ready
