"""A thermal printer written from the makers' command references alone, for the tests: bytes in, dots out.

It shares no line with the encoder, the layout, the product's pictures or the simulated printer: only
the font's file. What it draws is what paper would show; what it does not know it notes.
Sources: Epson ESC/POS (ESC @, ESC a, ESC d, ESC E, ESC -, ESC p, GS !, GS B, GS V, GS k, GS h, GS w,
GS H, GS ( k, GS ( H, GS v 0, DLE EOT), and FS &, FS ., FS - of its two-byte models.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).parents[2] / "receipts" / "fonts" / "NanumGothicCoding.ttf"
CELL, HIGH, SPACING = 12, 24, 30
NOTHING = Image.new("1", (1, 1))


@dataclass(frozen=True)
class Look:
    """How letters come out of the head."""

    bold: bool = False
    line: bool = False
    inverse: bool = False
    wide: int = 1
    high: int = 1


@lru_cache(maxsize=16_384)
def letter(char: str, columns: int, look: Look) -> Image.Image:
    tile = Image.new("L", (columns * CELL, HIGH), 0)
    font = ImageFont.truetype(str(FONT), HIGH)
    at = ((tile.width - font.getlength(char)) / 2, 20)
    ImageDraw.Draw(tile).text(at, char, fill=255, font=font, anchor="ls")
    tile = tile.point(lambda level: 255 if level > 110 else 0).convert("1")
    if look.bold:
        thick = Image.new("1", tile.size, 0)
        thick.paste(1, (0, 0), tile)
        thick.paste(1, (1, 0), tile)
        tile = thick
    tile = tile.resize((tile.width * look.wide, tile.height * look.high))
    if look.line:
        tile.paste(1, (0, tile.height - 2, tile.width, tile.height))
    if look.inverse:
        tile = Image.eval(tile.convert("L"), lambda level: 255 - level).convert("1")
    return tile


@dataclass
class PaperPrinter:
    """Dots on paper.

    Attributes:
        pieces: what was cut off, as pictures with white 1.
        letters: what was printed, row by row, without sizes.
        draws: False where only what it says and does is asked for.
        unknown: bytes that mean nothing to it; never empty for a job that is not understood whole.
        ran_over: how many rows were longer than the paper and broke by themselves.
    """

    columns: int
    draws: bool = True
    pieces: list[Image.Image] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    kicks: int = 0
    ran_over: int = 0
    _bands: list[Image.Image] = field(default_factory=list)
    _row: list[tuple[str, Image.Image]] = field(default_factory=list)
    _two_byte: bool = True  # Korean models are, until ESC @ says otherwise.
    _look: Look = Look()
    _used: int = 0
    _place: int = 0
    _bar: tuple[int, int] = (3, 162)
    _qr: tuple[int, bytes] = (3, b"")
    _data: bytes = b""
    _at: int = 0

    @property
    def dots(self) -> int:
        return self.columns * CELL

    def take(self, data: bytes) -> PaperPrinter:
        self._data, self._at = data, 0
        while self._at < len(data):
            start, byte = self._at, self._next()
            if byte >= 0x20:
                self._print(byte)
            elif byte == 0x0A:
                self._feed()
            elif not (byte in b"\x10\x1b\x1c\x1d" and self._command(byte, self._next())):
                self.unknown.append(data[start : self._at].hex())
        return self

    def tear(self) -> Image.Image:
        """Take all that came out, with what was not cut yet, as one picture."""
        if self._row:
            self._feed()
        return stack(self.pieces + ([stack(self._bands)] if self._bands else []))

    def _next(self) -> int:
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def _many(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]

    def _command(self, lead: int, name: int) -> bool:
        match lead, chr(name):
            case 0x1B, "@":
                self._look, self._two_byte, self._place = Look(), False, 0
            case 0x1C, "&":
                self._two_byte = True
            case 0x1C, ".":
                self._two_byte = False
            case 0x1C, "-":
                self._next()
            case 0x1B, "a":
                self._place = self._next() % 48
            case 0x1B, "d":
                self._white(self._next() * SPACING)
            case 0x1B, "E":
                self._look = replace(self._look, bold=bool(self._next() & 1))
            case 0x1B, "-":
                self._look = replace(self._look, line=bool(self._next() & 3))
            case 0x1D, "B":
                self._look = replace(self._look, inverse=bool(self._next() & 1))
            case 0x1D, "!":
                size = self._next()
                self._look = replace(self._look, wide=(size >> 4 & 7) + 1, high=(size & 7) + 1)
            case 0x1B, "p":
                self._many(3)
                self.kicks += 1
            case 0x1D, "V":
                return self._cut(self._next())
            case 0x1D, "h":
                self._bar = (self._bar[0], self._next())
            case 0x1D, "w":
                self._bar = (self._next(), self._bar[1])
            case 0x1D, "H":
                return self._next() == 0
            case 0x1D, "k":
                return self._barcode(self._next())
            case 0x1D, "(":
                return self._bracket(chr(self._next()))
            case 0x1D, "v":
                return self._raster(self._many(2))
            case _:
                return False
        return True

    def _print(self, byte: int) -> None:
        if byte < 0x80:
            text = chr(byte)
        elif not self._two_byte:
            text = bytes((byte,)).decode("cp437")
        else:
            pair = bytes((byte, self._next()))
            try:
                text = pair.decode("cp949")
            except UnicodeDecodeError:
                self.unknown.append(pair.hex())
                return
        columns = 2 if byte >= 0x80 and self._two_byte else 1
        wide = columns * CELL * self._look.wide
        if self._used + wide > self.dots:
            self.ran_over += 1
            self._feed()
        self._used += wide
        self._row.append((text, letter(text, columns, self._look) if self.draws else NOTHING))

    def _feed(self) -> None:
        row, self._row, self._used = self._row, [], 0
        self.letters.append("".join(text for text, _ in row))
        if not self.draws:
            return
        tiles = [tile for _, tile in row]
        tall = max((tile.height for tile in tiles), default=0)
        band = Image.new("1", (self.dots, max(SPACING, tall)), 0)
        left = self._left(sum(tile.width for tile in tiles))
        for tile in tiles:
            band.paste(tile, (left, tall - tile.height))
            left += tile.width
        self._bands.append(band)

    def _left(self, used: int) -> int:
        return {0: 0, 1: (self.dots - used) // 2, 2: self.dots - used}[self._place]

    def _white(self, high: int) -> None:
        if self._row:
            self._feed()
        self._bands.append(Image.new("1", (self.dots, high), 0))

    def _cut(self, how: int) -> bool:
        if how in (65, 66):
            self._white(self._next() + 4 * SPACING)  # The knife stands above the head.
        elif how not in (0, 1, 48, 49):
            return False
        self.pieces.append(stack(self._bands) if self.draws else NOTHING)
        self._bands = []
        return True

    def _picture(self, picture: Image.Image) -> bool:
        if picture.width > self.dots:
            return False  # A real one would print garbage or nothing.
        band = Image.new("1", (self.dots, picture.height), 0)
        band.paste(picture, (self._left(picture.width), 0))
        self._bands.append(band)
        return True

    def _raster(self, kind: bytes) -> bool:
        sizes = self._many(4)
        wide, high = sizes[0] + 256 * sizes[1], sizes[2] + 256 * sizes[3]
        data = self._many(wide * high)
        if kind != b"0\x00" or len(data) != wide * high or not data:
            return False
        return self._picture(Image.frombytes("1", (wide * 8, high), data))

    def _barcode(self, kind: int) -> bool:
        data = self._many(self._next())
        if kind != 73:
            return False
        text, digits, at = "", False, 0
        while at < len(data):
            if data[at] == ord("{"):
                digits = data[at + 1] == ord("C")
                text += "{" if data[at + 1] == ord("{") else ""
                at += 2
            else:
                text += f"{data[at]:02}" if digits else chr(data[at])
                at += 1
        return self._picture(code(text, "Code128", self._bar[0], self._bar[1]))

    def _bracket(self, kind: str) -> bool:
        size = self._next() + 256 * self._next()
        data = self._many(size)
        if kind == "H":
            return data[:2] == b"00"
        if kind != "k" or data[:1] != b"1":
            return False
        match data[1:2]:
            case b"A" | b"E":
                return True
            case b"C":
                self._qr = (data[2], self._qr[1])
            case b"P":
                self._qr = (self._qr[0], data[3:])
            case b"Q":
                return self._picture(code(self._qr[1].decode(), "QRCode", self._qr[0]))
            case _:
                return False
        return True


def code(text: str, kind: str, module: int, high: int = 0) -> Image.Image:
    """Draw a code with a library that is not the product's; ink is 1."""
    import zxingcpp

    options = {"ec_level": "M"} if kind == "QRCode" else {}
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
    grid = memoryview(zxingcpp.write_barcode_to_image(made, add_quiet_zones=False))
    drawn = Image.frombytes("L", (grid.shape[1], grid.shape[0]), bytes(grid))
    if kind == "QRCode":
        size = (drawn.width * module, drawn.height * module)
    else:
        drawn = drawn.crop((0, 0, drawn.width, 1))
        size = (drawn.width * module, high)
    ink = drawn.point(lambda level: 255 if level < 128 else 0)
    return ink.resize(size, Image.Resampling.NEAREST).convert("1")


def stack(bands: list[Image.Image]) -> Image.Image:
    whole = Image.new("1", (max(each.width for each in bands), sum(each.height for each in bands)))
    top = 0
    for each in bands:
        whole.paste(each, (0, top))
        top += each.height
    return whole


def on_white(dots: Image.Image, margin: int = 24) -> Image.Image:
    """Return paper as an eye or a camera sees it."""
    paper = Image.new("L", (dots.width + 2 * margin, dots.height + 2 * margin), 255)
    paper.paste(0, (margin, margin), dots)
    return paper
