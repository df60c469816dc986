"""The serial scanner over a pseudo-terminal: the rules for any scanner, and what is its own."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.conformance.scanners import check_scanner
from drivers.scanners.framing import CODE_MAX, Framer, Framing
from drivers.scanners.serial_scanner import SerialScanner
from pos.domain.scan_errors import CodeTooLong, CodeUnreadable, ScanError, ScannerUnavailable


class PtyBench:
    """A scanner whose port is a pseudo-terminal; plugged in anew it has another name."""

    def __init__(self, folder: Path, framing: Framing) -> None:
        self._folder = folder
        self._framing = framing
        self._count = 0
        self._ours = self._theirs = -1
        self.scanner = SerialScanner(str(folder / "scanner-*"), framing=framing)

    def framed(self, code: str) -> bytes:
        return self._framing.prefix + code.encode() + self._framing.suffix

    async def send(self, data: bytes) -> None:
        await asyncio.to_thread(self._write, data)

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._ours, data[:4_096]) :]

    async def plug(self) -> None:
        self._count += 1
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        (self._folder / f"scanner-{self._count}").symlink_to(os.ttyname(self._theirs))

    async def unplug(self) -> None:
        (self._folder / f"scanner-{self._count}").unlink()
        os.close(self._ours)
        os.close(self._theirs)
        self._ours = -1

    async def close(self) -> None:
        await self.scanner.close()
        if self._ours >= 0:
            await self.unplug()


@pytest.fixture(
    params=[Framing(), Framing(b"\x02", b"\x03"), Framing(b"~", b"\r\n"), Framing(b"", b"\t")],
    ids=["cr", "stx etx", "prefix crlf", "tab"],
)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PtyBench]:
    made = PtyBench(tmp_path, request.param)
    await made.plug()
    asking = asyncio.ensure_future(made.scanner.next_code())  # Its port is opened by the first.
    while not (await made.scanner.status()).ready:
        await asyncio.sleep(0.01)
    await made.send(made.framed("first"))
    assert await asking == "first"
    yield made
    await made.close()


async def test_it_holds_the_rules_for_any_scanner(bench: PtyBench) -> None:
    await check_scanner(bench)


async def test_a_driver_that_hands_on_half_a_code_does_not_hold_the_rules(
    bench: PtyBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quiet(self: Framer) -> list[str]:
        held, self._held = self._held.decode("latin-1"), bytearray()
        return [held] if held else []

    monkeypatch.setattr(Framer, "quiet", quiet)
    with pytest.raises(AssertionError, match="half_a_code"):
        await check_scanner(bench)


async def test_without_a_port_it_says_so_once_and_goes_on_looking(tmp_path: Path) -> None:
    bench = PtyBench(tmp_path, Framing())
    with pytest.raises(ScannerUnavailable):
        await asyncio.wait_for(bench.scanner.next_code(), 5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bench.scanner.next_code(), 1.2)
    await bench.plug()
    while not (await bench.scanner.status()).ready:
        await asyncio.sleep(0.01)
    await bench.send(bench.framed("880"))
    assert await asyncio.wait_for(bench.scanner.next_code(), 5) == "880"
    await bench.close()


def test_a_prefix_within_a_code_is_two_codes_run_together() -> None:
    framer = Framer(Framing(b"\x02", b"\x03"))
    [found] = framer.feed(b"\x02880\x02880\x03")
    assert isinstance(found, CodeUnreadable)


def test_a_code_of_the_largest_qr_code_comes_whole_and_one_more_is_too_long() -> None:
    assert list(Framer(Framing()).feed(b"7" * CODE_MAX + b"\r")) == ["7" * CODE_MAX]
    found = list(Framer(Framing()).feed(b"7" * (CODE_MAX + 1) + b"\r880\r"))
    assert isinstance(found[0], CodeTooLong)
    assert found[1:] == ["880"]


def test_korean_codes_come_in_either_encoding() -> None:
    for encoding in ("utf-8", "cp949"):
        assert list(Framer(Framing()).feed("인천e음\r".encode(encoding))) == ["인천e음"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=20), st.sampled_from((b"\r", b"\r\n", b"\x03")))
def test_any_bytes_are_codes_or_typed_errors_and_the_next_code_comes_whole(
    pieces: list[bytes], suffix: bytes
) -> None:
    framer = Framer(Framing(b"", suffix))
    found = [each for piece in pieces for each in framer.feed(piece)]
    found += framer.quiet()
    for each in found:
        assert isinstance(each, ScanError) or (
            each and all(c.isprintable() or c == "\x1d" for c in each)
        )
    assert list(framer.feed(b"8801234000017" + suffix)) == ["8801234000017"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["880", "101", "A\x1dB"]), max_size=6), st.integers(1, 7))
def test_how_the_line_cuts_codes_into_reads_does_not_matter(codes: list[str], size: int) -> None:
    data = "".join(f"{code}\r" for code in codes).encode()
    framer = Framer(Framing())
    reads = [data[at : at + size] for at in range(0, len(data), size)]
    assert [each for read in reads for each in framer.feed(read)] == codes
