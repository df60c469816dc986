"""What every scanner driver has to do, to be run against any. Never knows one driver's inside.

Give `check_scanner` a bench: a scanner whose line you hold the other end of. It plays what goes wrong on
real lines and raises `AssertionError` with the rule that does not hold. No test library is needed.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from pos.domain.scan_errors import ScanError, ScannerUnavailable
from pos.ports import Scanner

ANSWER_S = 5.0
APART_S = 0.2  # More than a driver may take two reads for one pull of the trigger.
QUIET_S = 1.5  # By then a driver has given up a code that was cut off.
FLOOD = 1 << 20
PRODUCT, OTHER = "8801234000017", "8801234000024"


class ScannerBench(Protocol):
    """A scanner and the other end of its line."""

    scanner: Scanner

    async def send(self, data: bytes) -> None:
        """Put bytes on the line, as the device would."""
        ...

    def framed(self, code: str) -> bytes:
        """Return a code as the device sends it: with what stands before and behind."""
        ...

    async def unplug(self) -> None:
        """Let the device vanish."""
        ...

    async def plug(self) -> None:
        """Let it come back, under another name where the system would give it one."""
        ...


async def check_scanner(bench: ScannerBench) -> None:
    """Run all rules, in an order in which each leaves the scanner fit for the next.

    Raises:
        AssertionError: names the rule.
    """
    for rule in (
        a_code_comes_whole,
        codes_in_one_read_stay_apart,
        a_code_in_pieces_is_one,
        one_pull_of_the_trigger_is_one_code,
        half_a_code_is_an_error_and_no_code,
        noise_is_an_error_and_no_code,
        a_flood_is_few_errors_and_no_code,
        a_line_that_is_lost_is_said_once_and_found_again,
    ):
        try:
            await rule(bench)
        except (AssertionError, TimeoutError) as error:
            raise AssertionError(f"{rule.__name__}: {str(error) or 'no answer in time'}") from error


async def a_code_comes_whole(bench: ScannerBench) -> None:
    """Also one with the GS that stands in GS1 codes."""
    for code in (PRODUCT, "]C10108801234000017\x1d10LOT", "IEUM1:A B$%*+-./:"):
        await _send_and_get(bench, code)


async def codes_in_one_read_stay_apart(bench: ScannerBench) -> None:
    """Two things scanned fast are two codes, in their order."""
    await bench.send(bench.framed(PRODUCT) + bench.framed(OTHER))
    assert [await _next(bench), await _next(bench)] == [PRODUCT, OTHER]


async def a_code_in_pieces_is_one(bench: ScannerBench) -> None:
    """A slow line brings it letter by letter."""
    for byte in bench.framed(PRODUCT):
        await bench.send(bytes((byte,)))
        await asyncio.sleep(0.005)
    assert await _next(bench) == PRODUCT


async def one_pull_of_the_trigger_is_one_code(bench: ScannerBench) -> None:
    """The same code within 50 ms is not a second thing; later it is."""
    await asyncio.sleep(APART_S)
    await bench.send(bench.framed(PRODUCT) * 2)
    assert await _next(bench) == PRODUCT
    await asyncio.sleep(APART_S)
    await _send_and_get(bench, PRODUCT)


async def half_a_code_is_an_error_and_no_code(bench: ScannerBench) -> None:
    """What was cut off is not put before the next one."""
    await bench.send(bench.framed(PRODUCT)[:6])
    await asyncio.sleep(QUIET_S)
    await _trouble(bench)
    await _send_and_get(bench, OTHER)


async def noise_is_an_error_and_no_code(bench: ScannerBench) -> None:
    """Control characters, or what a wrong speed makes of a code."""
    whole = bench.framed("@")
    for noise in (b"\x1b[2J880", b"880\x00123", b"\xff\xfe\x81\x20", b"12\x0834"):
        await bench.send(whole.replace(b"@", noise))
        await _trouble(bench)
    await asyncio.sleep(APART_S)
    await _send_and_get(bench, OTHER)


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
                assert errors <= 3, "each read of a flood is not an error of its own"
            else:
                assert code == PRODUCT
                break
        await asyncio.sleep(APART_S)


async def a_line_that_is_lost_is_said_once_and_found_again(bench: ScannerBench) -> None:
    """Also where the port comes back under another name."""
    await bench.unplug()
    assert isinstance(await _trouble(bench), ScannerUnavailable)
    assert not (await bench.scanner.status()).ready
    await bench.plug()
    end = asyncio.get_running_loop().time() + ANSWER_S
    while not (await bench.scanner.status()).ready:
        assert asyncio.get_running_loop().time() < end, "it is not found again"
        await asyncio.sleep(0.05)
    await _send_and_get(bench, PRODUCT)


async def _send_and_get(bench: ScannerBench, code: str) -> None:
    await bench.send(bench.framed(code))
    assert await _next(bench) == code


async def _next(bench: ScannerBench) -> str:
    return await asyncio.wait_for(bench.scanner.next_code(), ANSWER_S)


async def _trouble(bench: ScannerBench) -> ScanError:
    try:
        code = await _next(bench)
    except ScanError as error:
        return error
    raise AssertionError(f"taken for a code: {code!r}")
