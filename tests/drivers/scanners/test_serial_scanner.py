"""The serial scanner over a pseudo-terminal: the rules for any scanner, and what is its own."""

from __future__ import annotations

import asyncio
import os
import tty
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.conformance.bench import CardBench, NotOffered, ScannerBench
from drivers.conformance.card_reader import CARD_READER
from drivers.conformance.checking import Broken, Check
from drivers.conformance.codes import CodeBench
from drivers.conformance.scanners import SCANNER
from drivers.scanners.framing import CODE_MAX, Framer, Framing
from drivers.scanners.serial_scanner import SerialScanner
from pos.domain.scan_errors import CodeTooLong, CodeUnreadable, ScanError, ScannerUnavailable


class PtyBench(ScannerBench):
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

    async def plug_in(self) -> None:
        self._count += 1
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        (self._folder / f"scanner-{self._count}").symlink_to(os.ttyname(self._theirs))

    async def unplug(self) -> None:
        (self._folder / f"scanner-{self._count}").unlink()
        os.close(self._ours)
        os.close(self._theirs)
        self._ours = -1

    async def begin(self) -> None:
        """Have the port opened, which the first wait for a code does."""
        await self.plug_in()
        asking = asyncio.ensure_future(self.scanner.next_code())
        while not (await self.scanner.status()).ready:
            await asyncio.sleep(0.01)
        await self.send(self.framed("first"))
        assert await asking == "first"

    async def end(self) -> None:
        await self.scanner.close()
        if self._ours >= 0:
            await self.unplug()


@pytest.fixture(
    params=[Framing(), Framing(b"\x02", b"\x03"), Framing(b"~", b"\r\n"), Framing(b"", b"\t")],
    ids=["cr", "stx etx", "prefix crlf", "tab"],
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> PtyBench:
    return PtyBench(tmp_path, request.param)


@pytest.mark.parametrize("check", SCANNER, ids=lambda each: each.name)
async def test_it_keeps_the_ports_promise(bench: PtyBench, check: Check[ScannerBench]) -> None:
    await check.run(bench)


@pytest.mark.parametrize("check", CARD_READER, ids=lambda each: each.name)
async def test_a_customers_code_by_it_keeps_a_card_readers_promise(
    tmp_path: Path, check: Check[CardBench]
) -> None:
    bench = CodeBench(PtyBench(tmp_path, Framing()))
    try:
        await check.run(bench)
    except NotOffered:
        assert check.name == "references"  # A code that pays once says nothing of its card.


async def test_a_driver_that_hands_on_half_a_code_breaks_a_promise(
    bench: PtyBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quiet(self: Framer) -> list[str]:
        held, self._held = self._held.decode("latin-1"), bytearray()
        return [held] if held else []

    monkeypatch.setattr(Framer, "quiet", quiet)
    with pytest.raises(Broken, match="taken for a code"):
        await SCANNER.named("half_a_code_is_an_error_and_no_code").run(bench)


async def test_a_scanner_that_loses_a_line_silently_breaks_a_promise_of_codes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_on = SerialScanner._pass_on

    def silent(self: SerialScanner, found: str | ScanError) -> None:
        if not isinstance(found, ScannerUnavailable):
            passed_on(self, found)

    monkeypatch.setattr(SerialScanner, "_pass_on", silent)
    with pytest.raises(Broken, match="in place of ReaderUnavailable"):
        await CARD_READER.named("unplugged").run(CodeBench(PtyBench(tmp_path, Framing())))


async def test_without_a_port_it_says_so_once_and_goes_on_looking(tmp_path: Path) -> None:
    bench = PtyBench(tmp_path, Framing())
    with pytest.raises(ScannerUnavailable):
        await asyncio.wait_for(bench.scanner.next_code(), 5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bench.scanner.next_code(), 1.2)
    await bench.plug_in()
    while not (await bench.scanner.status()).ready:
        await asyncio.sleep(0.01)
    await bench.send(bench.framed("880"))
    assert await asyncio.wait_for(bench.scanner.next_code(), 5) == "880"
    await bench.end()


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
