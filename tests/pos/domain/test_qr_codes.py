"""The two codes that are paid by: exactly one way to write each, and nothing else is read."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.base45 import ALPHABET
from pos.domain.customer_code import CustomerCode, read_customer_code
from pos.domain.identifiers import TransactionId
from pos.domain.scan_errors import QrError
from pos.domain.shop_code import (
    CHARS_MAX,
    ShopCode,
    ShopCodeDamaged,
    ShopCodeError,
    crc16,
    plain_name,
    read_shop_code,
)
from pos.domain.won import Won

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SHOP = ShopCode(TransactionId(1, 2, 3), Won(12_500), NOON, "IE-0001-01", bytes(range(64)))
CUSTOMER = CustomerCode("ab" * 16, NOON, bytes(range(64)))
BYTES_64 = st.binary(min_size=64, max_size=64)
IDS = st.builds(
    TransactionId,
    st.integers(0, 2**48 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(1, 2**48 - 1),
)
TIMES = st.integers(1_700_000_000, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


def test_the_checksum_is_the_one_that_emvco_names() -> None:
    assert crc16(b"123456789") == 0x29B1  # The check value of CRC-16/CCITT-FALSE.
    assert crc16(b"") == 0xFFFF


def test_a_shops_code_carries_emvcos_fields_and_fits_a_small_qr_code() -> None:
    text = SHOP.text
    assert text.startswith("000201010212")  # Version 1, for one payment.
    assert "5303410" in text  # Won.
    assert "540512500" in text
    assert "5802KR" in text
    assert text[-8:-4] == "6304"
    assert len(text) <= 300 < CHARS_MAX
    assert set(text) <= set(ALPHABET)  # So that a QR code packs two letters in 11 bits.


@given(IDS, st.integers(1, 99_999_999), TIMES, st.text(), BYTES_64)
def test_a_shops_code_comes_back_as_it_was(
    payment: TransactionId, amount: int, ends: datetime, name: str, signature: bytes
) -> None:
    code = ShopCode(payment, Won(amount), ends, plain_name(name), signature)
    assert read_shop_code(code.text) == code


@given(st.binary(min_size=16, max_size=16), TIMES, BYTES_64)
def test_a_customers_code_comes_back_as_it_was(
    name: bytes, ends: datetime, signature: bytes
) -> None:
    code = CustomerCode(name.hex(), ends, signature)
    assert read_customer_code(code.text) == code


@given(st.integers(0, 500), st.sampled_from(string.printable))
def test_one_letter_changed_in_a_shops_code_is_seen(place: int, letter: str) -> None:
    text = SHOP.text
    place %= len(text)
    changed = text[:place] + letter + text[place + 1 :]
    if changed != text:
        with pytest.raises(ShopCodeError):
            read_shop_code(changed)


@given(st.text(max_size=600))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    for begins in ("", "000201010212", SHOP.text[:60], "IEUMC1:"):
        with pytest.raises(ShopCodeError):
            read_shop_code(begins + text)
        with pytest.raises(QrError):
            read_customer_code(begins + text)


@given(st.data())
def test_a_shops_code_with_a_right_checksum_and_spoilt_fields_is_refused(
    data: st.DataObject,
) -> None:
    body = SHOP.text[:-4]
    place = data.draw(st.integers(12, len(body) - 5))
    digit = data.draw(st.sampled_from("0123456789"))
    spoilt = body[:place] + digit + body[place + 1 :]
    text = f"{spoilt}{crc16(spoilt.encode()):04X}"
    try:
        read = read_shop_code(text)
    except ShopCodeError:
        return
    assert read.text == text  # What is read is written in just this way.


@pytest.mark.parametrize("amount", [0, -1, 100_000_000])
def test_an_amount_that_no_sale_has_makes_no_code(amount: int) -> None:
    with pytest.raises(ValueError, match="can't stand"):
        _ = replace(SHOP, amount=Won(amount)).text


def test_a_code_is_never_shown_unsigned() -> None:
    with pytest.raises(ValueError, match="signed"):
        _ = replace(SHOP, signature=b"").text


@pytest.mark.parametrize("cut", [1, 4, 40, 150])
def test_half_a_code_is_damaged(cut: int) -> None:
    with pytest.raises(ShopCodeDamaged):
        read_shop_code(SHOP.text[:-cut])
    with pytest.raises(QrError):
        read_customer_code(CUSTOMER.text[:-cut])


def test_what_is_signed_changes_with_every_fact() -> None:
    others = [
        replace(SHOP, amount=Won(12_501)),
        replace(SHOP, expires_at=NOON + timedelta(seconds=1)),
        replace(SHOP, payment_id=TransactionId(1, 2, 4)),
        replace(SHOP, name="IE-0001-02"),
    ]
    assert len({each.message for each in (SHOP, *others)}) == 5
