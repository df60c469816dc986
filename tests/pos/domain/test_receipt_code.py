from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from pos.domain.base45 import ALPHABET, base45_encode
from pos.domain.codec import encode
from pos.domain.events import to_record
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import (
    CODE_CHARS_MAX,
    CODE_PREFIX,
    PAYLOAD_BYTES_MAX,
    NotAReceiptCode,
    ReceiptCodeDamaged,
    ReceiptCodeError,
    ReceiptNotEncodable,
    decode_receipt,
    encode_receipt,
    read_code,
    receipt_key_id,
    receipt_message,
    seal_text,
)
from pos.domain.receipt_facts import advice_of, facts_of
from pos.domain.receipt_wire import write_facts
from pos.domain.record import canonical
from pos.domain.tender import ApprovalMode, CashTender, VoucherTender
from pos.domain.won import Won
from tests.pos.domain.receipts import (
    ADVICE,
    CASH_BODY,
    OFFLINE_BODY,
    ONLINE,
    ONLINE_BODY,
    SALE_ID,
    bodies,
    sale_of,
    tender_of,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
SAMPLE = int(os.environ.get("MUTATIONS", "2000"))
EVERY_BODY = pytest.mark.parametrize("body", [ONLINE_BODY, OFFLINE_BODY, CASH_BODY])


def code_of(body: ReceiptBody) -> str:
    payload = encode_receipt(body)
    return seal_text(payload, KEY.sign(receipt_message(payload)), PUBLIC)


def accepted(text: str) -> bool:
    """Tell whether a ledger that knows this one key would take a code."""
    try:
        read = read_code(text)
        if read.key_id != receipt_key_id(PUBLIC):
            return False
        KEY.public_key().verify(read.signature, read.message)
    except (ReceiptCodeError, InvalidSignature):
        return False
    return True


def is_signed(payload: bytes, signature: bytes) -> bool:
    try:
        decode_receipt(payload)
        KEY.public_key().verify(signature, receipt_message(payload))
    except (ReceiptCodeError, InvalidSignature):
        return False
    return True


@given(bodies())
def test_what_the_paper_says_is_what_was_written(body: ReceiptBody) -> None:
    assert decode_receipt(encode_receipt(body)) == facts_of(body)


@given(bodies())
def test_an_offline_approval_comes_back_to_the_byte(body: ReceiptBody) -> None:
    facts = decode_receipt(encode_receipt(body))
    meant = {advice.payment_id: advice for advice in body.advices}
    assert facts.advices == tuple(
        meant[card.payment_id] for card in facts.cards if card.payment_id in meant
    )
    for advice in facts.advices:
        assert encode(advice) == encode(meant[advice.payment_id])
        assert canonical(to_record(advice).body) == canonical(
            to_record(meant[advice.payment_id]).body
        )


def test_the_facts_are_the_sales_own() -> None:
    cash = CashTender(Won(1_500), Won(2_000), Won(500))
    facts = decode_receipt(encode_receipt(ReceiptBody(sale_of(ONLINE, cash))))
    assert facts.sale_id == SALE_ID
    assert facts.receipt_number == "20261124-0007"
    assert facts.cash == (Won(1_500),)
    assert [(card.payment_id, card.amount) for card in facts.cards] == [
        (ONLINE.payment_id, Won(58_500))
    ]
    assert facts.total == facts.paid == Won(60_000)
    assert advice_of(facts, facts.cards[0]) is None


def test_each_card_finds_its_own_advice() -> None:
    facts = facts_of(OFFLINE_BODY)
    assert advice_of(facts, facts.cards[0]) == ADVICE


def test_a_code_is_read_with_its_signature_and_the_name_of_its_key() -> None:
    read = read_code(code_of(OFFLINE_BODY))
    KEY.public_key().verify(read.signature, read.message)
    assert read.key_id == receipt_key_id(PUBLIC)
    assert read.facts.advices == (ADVICE,)


def test_an_online_sale_takes_at_most_190_bytes_and_an_offline_one_480() -> None:
    sealed = [len(encode_receipt(body)) + 64 + 4 for body in (ONLINE_BODY, OFFLINE_BODY)]
    assert sealed[0] <= 190
    assert sealed[1] <= 480


@EVERY_BODY
def test_no_part_of_a_payload_is_a_payload_and_nothing_may_follow(body: ReceiptBody) -> None:
    payload = encode_receipt(body)
    for size in range(len(payload)):
        with pytest.raises(ReceiptCodeDamaged):
            decode_receipt(payload[:size])
    for more in (b"\x00", b"\x01", payload):
        with pytest.raises(ReceiptCodeDamaged):
            decode_receipt(payload + more)


@given(st.binary(max_size=400).map(lambda data: b"\x01" + data))
@settings(max_examples=300)
def test_any_bytes_are_refused_or_are_the_one_way_to_write_their_facts(data: bytes) -> None:
    try:
        facts = decode_receipt(data)
    except ReceiptCodeError:
        return
    assert write_facts(facts) == data


@given(bodies(), st.data())
def test_a_changed_payload_is_refused_or_says_something_else(
    body: ReceiptBody, data: st.DataObject
) -> None:
    payload = bytearray(encode_receipt(body))
    at = data.draw(st.integers(0, len(payload) - 1))
    payload[at] ^= data.draw(st.integers(1, 255))
    try:
        facts = decode_receipt(bytes(payload))
    except ReceiptCodeError:
        return
    assert facts != facts_of(body)


@given(st.text(max_size=200) | st.text(ALPHABET, max_size=600).map(lambda text: CODE_PREFIX + text))
@settings(max_examples=300)
def test_any_text_is_refused_or_is_the_one_way_to_write_what_it_says(text: str) -> None:
    try:
        read = read_code(text)
    except ReceiptCodeError:
        return
    assert CODE_PREFIX + base45_encode(read.payload + read.signature + read.key_id) == text


def test_the_emptiest_receipt_is_one_and_a_byte_less_is_none() -> None:
    payload = b"\x01" + bytes(25)
    assert decode_receipt(payload).total == Won(0)
    with pytest.raises(ReceiptCodeDamaged):
        decode_receipt(payload[:-1])


@pytest.mark.parametrize("text", ["", "https://example.kr", "IEUM2:BB8", "ieum1:BB8", " IEUM1:BB8"])
def test_another_code_is_told_from_a_damaged_one(text: str) -> None:
    with pytest.raises(NotAReceiptCode):
        read_code(text)


def test_a_newer_version_is_told_from_a_damaged_code() -> None:
    payload = b"\x02" + encode_receipt(ONLINE_BODY)[1:]
    with pytest.raises(NotAReceiptCode, match="version"):
        read_code(seal_text(payload, bytes(64), PUBLIC))


def test_a_text_longer_than_any_code_is_refused_before_it_is_read() -> None:
    with pytest.raises(ReceiptCodeDamaged, match="letters"):
        read_code(CODE_PREFIX + "0" * CODE_CHARS_MAX)
    with pytest.raises(ReceiptCodeDamaged, match="bytes"):
        decode_receipt(b"\x01" + bytes(PAYLOAD_BYTES_MAX))


def test_a_count_of_more_cards_than_there_are_bytes_is_refused() -> None:
    payload = encode_receipt(CASH_BODY)
    assert payload.endswith(b"\x00")  # No cards.
    with pytest.raises(ReceiptCodeDamaged, match="early"):
        decode_receipt(payload[:-1] + b"\xff" * 8 + b"\x7f")


@pytest.mark.parametrize(
    "advice",
    [
        replace(ADVICE, amount=Won(58_501)),
        replace(ADVICE, sale_id=replace(SALE_ID, sequence=9)),
        replace(ADVICE, payment_id=replace(SALE_ID, sequence=9)),
        replace(ADVICE, mode=ApprovalMode.OFFLINE_AT_RISK),
        replace(ADVICE, approval_code="F0001043"),
    ],
)
def test_an_advice_that_is_not_the_sales_makes_no_code(advice: object) -> None:
    assert isinstance(advice, type(ADVICE))
    with pytest.raises(ReceiptNotEncodable):
        encode_receipt(ReceiptBody(OFFLINE_BODY.sale, (advice,)))
    with pytest.raises(ReceiptNotEncodable):
        encode_receipt(ReceiptBody(OFFLINE_BODY.sale, (ADVICE, ADVICE)))


def test_a_payment_that_comes_twice_makes_no_code() -> None:
    with pytest.raises(ReceiptNotEncodable, match="twice"):
        encode_receipt(ReceiptBody(sale_of(ONLINE, replace(ONLINE, amount=Won(1)))))


def test_more_than_a_code_holds_makes_none() -> None:
    many = tuple(
        replace(ADVICE, payment_id=replace(SALE_ID, sequence=2_000 + each)) for each in range(8)
    )
    tenders: tuple[VoucherTender, ...] = tuple(map(tender_of, many))
    encode_receipt(ReceiptBody(sale_of(*tenders[:6]), many[:6]))
    with pytest.raises(ReceiptNotEncodable, match="holds"):
        encode_receipt(ReceiptBody(sale_of(*tenders), many))


def test_only_a_whole_signature_and_a_whole_key_seal_a_code() -> None:
    with pytest.raises(ValueError, match="64"):
        seal_text(b"\x01", bytes(63), PUBLIC)
    with pytest.raises(ValueError, match="32"):
        seal_text(b"\x01", bytes(64), PUBLIC[1:])


@EVERY_BODY
def test_with_any_bit_flipped_no_payload_is_accepted(body: ReceiptBody) -> None:
    payload = encode_receipt(body)
    signature = KEY.sign(receipt_message(payload))
    assert is_signed(payload, signature)
    for at in range(8 * len(payload)):
        changed = bytearray(payload)
        changed[at // 8] ^= 1 << at % 8
        assert not is_signed(bytes(changed), signature)
    for at in range(8 * len(signature)):
        changed = bytearray(signature)
        changed[at // 8] ^= 1 << at % 8
        assert not is_signed(payload, bytes(changed))


def mutations(code: str, chance: random.Random, count: int) -> Iterator[str]:
    """Give a code with letters changed, lost, doubled, swapped, moved or cut off."""
    while count:
        letters = list(code)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            at, other = chance.randrange(len(letters)), chance.randrange(len(letters))
            match chance.randrange(6):
                case 0 | 1 | 2:
                    letters[at] = chance.choice(ALPHABET)
                case 3:
                    letters[at], letters[other] = letters[other], letters[at]
                case 4:
                    letters.insert(other, letters[at])
                case _:
                    del letters[at : at + chance.choice((1, 1, 3, 30))]
                    letters = letters or ["I"]
        if (mutated := "".join(letters)) != code:
            count -= 1
            yield mutated


def test_no_letter_of_a_code_can_be_another() -> None:
    code = code_of(ONLINE_BODY)
    assert accepted(code)
    for at, letter in enumerate(code):
        for other in ALPHABET[at % 3 :: 3]:  # A third of the letters at each place, all in three.
            assert other == letter or not accepted(code[:at] + other + code[at + 1 :])


@EVERY_BODY
def test_no_mutated_code_is_accepted(body: ReceiptBody) -> None:
    """A sample; `MUTATIONS=100000` in the environment takes 20 to 40 seconds a receipt."""
    code = code_of(body)
    assert accepted(code)
    assert not any(map(accepted, mutations(code, random.Random(len(code)), SAMPLE)))
