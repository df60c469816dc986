"""What printers of a make understand, as data. Never a connection: how one is reached is its driver's."""

from __future__ import annotations

from dataclasses import dataclass

FEED_AND_CUT = b"\x1dVB\x00"  # GS V 66 0: feed to the knife, then cut.
FEED_TO_TEAR = b"\x1bd\x04"  # ESC d 4: past the tear bar.


@dataclass(frozen=True, slots=True)
class Profile:
    """One make.

    Attributes:
        columns: what its usual paper holds in font A; settings may say otherwise.
        two_byte_on: sent after every ESC @, which switches two-byte characters off on some.
        draws_qr, draws_bars: it draws them itself; else they go as dots.
        end: what ends a piece of paper.
        strip_rows: how many rows of dots it takes in one command; its buffer is small.
    """

    name: str
    title: str
    columns: int
    two_byte_on: bytes = b"\x1c&"  # FS &
    draws_qr: bool = True
    draws_bars: bool = True
    end: bytes = FEED_AND_CUT
    strip_rows: int = 1_024


# Epson: ESC/POS command reference. The others follow it as far as said here; what a maker does not
# promise goes as dots, which all of them print.
EPSON = Profile("epson", "Epson TM (한글)", 42)
BIXOLON = Profile("bixolon", "Bixolon SRP", 42)
SEWOO = Profile("sewoo", "Sewoo SLK/LK", 42, strip_rows=255)
GENERIC_58 = Profile(
    "generic58", "58 mm", 32, draws_qr=False, draws_bars=False, end=FEED_TO_TEAR, strip_rows=128
)
PROFILES = {each.name: each for each in (EPSON, BIXOLON, SEWOO, GENERIC_58)}
