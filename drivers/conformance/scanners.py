"""The checks of a scanner's driver: the port's promises, one function each. Never about one device.

Each plays what goes wrong on real lines, on a bench of its own.
"""

from __future__ import annotations

import asyncio

from drivers.conformance.bench import ScannerBench
from drivers.conformance.checking import Broken, Suite, expect
from pos.domain.scan_errors import ScanError, ScannerUnavailable

SCANNER: Suite[ScannerBench] = Suite()
ANSWER_S = 5.0
APART_S = 0.2  # More than a driver may take two reads for one pull of the trigger.
QUIET_S = 1.5  # By then a driver has given up a code that was cut off.
FLOOD = 1 << 20
PRODUCT, OTHER = "8801234000017", "8801234000024"


@SCANNER.check("a code comes whole, also with GS")
async def a_code_comes_whole(bench: ScannerBench) -> None:
    """Also one with the GS that stands in GS1 codes."""
    for code in (PRODUCT, "]C10108801234000017\x1d10LOT", "IEUM1:A B$%*+-./:"):
        await _scans(bench, code)


@SCANNER.check("codes in one read stay apart")
async def codes_in_one_read_stay_apart(bench: ScannerBench) -> None:
    """Two things scanned fast are two codes, in their order."""
    await bench.send(bench.framed(PRODUCT) + bench.framed(OTHER))
    await _gets(bench, PRODUCT)
    await _gets(bench, OTHER)


@SCANNER.check("a code in pieces is one")
async def a_code_in_pieces_is_one(bench: ScannerBench) -> None:
    """A slow line brings it letter by letter."""
    for byte in bench.framed(PRODUCT):
        await bench.send(bytes((byte,)))
        await asyncio.sleep(0.005)
    await _gets(bench, PRODUCT)


@SCANNER.check("one pull of the trigger is one code")
async def one_pull_of_the_trigger_is_one_code(bench: ScannerBench) -> None:
    """The same code within 50 ms is not a second thing; later it is."""
    await asyncio.sleep(APART_S)
    await bench.send(bench.framed(PRODUCT) * 2)
    await _gets(bench, PRODUCT)
    await asyncio.sleep(APART_S)
    await _scans(bench, PRODUCT)


@SCANNER.check("half a code is an error and no code")
async def half_a_code_is_an_error_and_no_code(bench: ScannerBench) -> None:
    """What was cut off is not put before the next one."""
    await bench.send(bench.framed(PRODUCT)[:6])
    await asyncio.sleep(QUIET_S)
    await _trouble(bench)
    await _scans(bench, OTHER)


@SCANNER.check("noise is an error and no code")
async def noise_is_an_error_and_no_code(bench: ScannerBench) -> None:
    """Control characters, or what a wrong speed makes of a code."""
    whole = bench.framed("@")
    for noise in (b"\x1b[2J880", b"880\x00123", b"\xff\xfe\x81\x20", b"12\x0834"):
        await bench.send(whole.replace(b"@", noise))
        await _trouble(bench)
    await asyncio.sleep(APART_S)
    await _scans(bench, OTHER)


@SCANNER.check("a flood is few errors and no code")
async def a_flood_is_few_errors_and_no_code(bench: ScannerBench) -> None:
    """A megabyte without an end fills no memory and no list of errors."""
    for filler in (b"\x00", b"\xff", b"7"):
        await bench.send(filler * FLOOD)
        await asyncio.sleep(QUIET_S)
        await bench.send(bench.framed(PRODUCT))
        errors = 0
        while True:
            try:
                code = await _next(bench)
            except ScanError:
                errors += 1
                expect(errors <= 3, "each read of a flood is not an error of its own")
            else:
                expect(code == PRODUCT, f"taken for a code: {code[:20]!r}")
                break
        await asyncio.sleep(APART_S)


@SCANNER.check("a line that is lost is said once and found again")
async def a_line_that_is_lost_is_said_once_and_found_again(bench: ScannerBench) -> None:
    """Also where the port comes back under another name."""
    await bench.unplug()
    expect(isinstance(await _trouble(bench), ScannerUnavailable), "another error for a lost line")
    expect(not (await bench.scanner.status()).ready, "gone, and it says that it is ready")
    await bench.plug_in()
    await found_again(bench)
    await _scans(bench, PRODUCT)


async def found_again(bench: ScannerBench) -> None:
    """Wait until the scanner is ready."""
    end = asyncio.get_running_loop().time() + ANSWER_S
    while not (await bench.scanner.status()).ready:
        expect(asyncio.get_running_loop().time() < end, "it is not found again")
        await asyncio.sleep(0.05)


async def _scans(bench: ScannerBench, code: str) -> None:
    await bench.send(bench.framed(code))
    await _gets(bench, code)


async def _gets(bench: ScannerBench, code: str) -> None:
    got = await _next(bench)
    expect(got == code, f"{got!r} in place of {code!r}")


async def _next(bench: ScannerBench) -> str:
    return await asyncio.wait_for(bench.scanner.next_code(), ANSWER_S)


async def _trouble(bench: ScannerBench) -> ScanError:
    try:
        code = await _next(bench)
    except ScanError as error:
        return error
    raise Broken(f"taken for a code: {code!r}")
