"""A picture file as the black dots of a logo. Never wider than the paper, never taller than is sensible."""

from __future__ import annotations

from io import BytesIO

from receipts.document import Logo
from receipts.rows import COLUMN_DOTS

HIGH_DOTS_MAX = 240  # 30 mm.
FILE_BYTES_MAX = 2_000_000
PIXELS_MAX = 16_000_000
FORMATS = ("PNG", "JPEG", "BMP", "GIF")


def read_logo(data: bytes, columns: int) -> Logo:
    """Return a picture in black and white, made smaller where it is wider than the paper.

    Raises:
        ValueError: it is no picture that can be read, or far too large.
    """
    from PIL import Image  # Only where there is a logo.

    if len(data) > FILE_BYTES_MAX:
        raise ValueError(f"{len(data)} bytes; {FILE_BYTES_MAX} at most")
    try:
        opened = Image.open(BytesIO(data), formats=FORMATS)
        if opened.width * opened.height > PIXELS_MAX:
            raise ValueError(f"{opened.width} x {opened.height} dots")
        rgba = opened.convert("RGBA")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"not a picture: {error}") from error
    paper = Image.new("RGBA", rgba.size, "white")  # What is clear stays white.
    paper.alpha_composite(rgba)
    share = min(1, columns * COLUMN_DOTS / rgba.width, HIGH_DOTS_MAX / rgba.height)
    size = (max(1, int(rgba.width * share)), max(1, int(rgba.height * share)))
    grey = paper.convert("L").resize(size, Image.Resampling.LANCZOS)
    ink = grey.point([255 - level for level in range(256)]).convert("1")  # Dithered.
    return Logo(size[0], ink.tobytes())
