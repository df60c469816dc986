from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receipts.qr import MODULE_DOTS_MIN, QUIET_MODULES, module_dots
from receipts.rows import COLUMN_DOTS


def modules(content: str) -> int:
    import qrcode

    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(content)
    code.make(fit=True)
    return len(code.get_matrix())


@pytest.mark.parametrize(
    ("letters", "columns", "dots"),
    [
        (6, 32, 6),
        (315, 32, 4),  # An online sale's code.
        (315, 42, 4),
        (315, 48, 4),
        (623, 32, 4),  # One offline card's.
        (623, 48, 4),
        (1_042, 32, 3),  # Two.
        (1_042, 48, 4),
        (1_500, 32, None),
        (2_300, 42, 3),
        (3_300, 42, None),
        (5_000, 80, None),  # More than any QR code holds.
    ],
)
def test_a_code_is_as_small_as_a_phone_reads_at_ease_where_the_paper_allows(
    letters: int, columns: int, dots: int | None
) -> None:
    assert module_dots("A" * letters, columns) == dots


@given(st.integers(1, 3_000), st.integers(24, 80))
@settings(max_examples=25, deadline=None)  # A large code takes a second to draw.
def test_a_code_and_its_white_are_never_wider_than_the_paper(letters: int, columns: int) -> None:
    content = "Z" * letters
    dots = module_dots(content, columns)
    if dots is not None:
        assert dots >= MODULE_DOTS_MIN
        assert (modules(content) + 2 * QUIET_MODULES) * dots <= columns * COLUMN_DOTS
