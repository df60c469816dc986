"""What the signed codes of papers say of another terminal's card; papers without one keep their bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pos.domain.compact import CompactError
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_facts import facts_of
from pos.domain.receipt_wire import read_facts, write_facts
from pos.domain.refund import plan_refund
from pos.domain.refund_code import encode_refund, facts_of_refund, read_refund_code, seal_refund
from pos.domain.tender import CashTender
from pos.domain.won import Won
from tests.receipts.samples import BASKET, COUPON, ELSEWHERE, NOON, sale

SOLD = sale(BASKET, (COUPON, ELSEWHERE, CashTender(Won(2_500), Won(3_000), Won(500))))
FACTS = facts_of(ReceiptBody(SOLD))


def test_a_receipts_code_adds_up_with_the_other_terminals_part() -> None:
    assert FACTS.external == (Won(5_000),)
    assert FACTS.paid == FACTS.total == Won(10_500)
    assert read_facts(write_facts(FACTS)) == FACTS


def test_without_one_the_bytes_are_what_they_always_were() -> None:
    plain = facts_of(ReceiptBody(sale(BASKET, (CashTender(Won(10_500), Won(10_500), Won(0)),))))

    assert write_facts(plain)[1] == 0
    assert write_facts(FACTS)[1] == 2
    assert read_facts(write_facts(plain)) == plain


def test_a_flag_without_amounts_is_not_the_one_way_to_write_it() -> None:
    payload = bytearray(write_facts(replace(FACTS, external=())))
    payload[1] |= 2

    with pytest.raises(CompactError):
        read_facts(bytes(payload) + b"\0")


def test_a_refunds_code_tells_what_the_other_terminal_gives_back_from_cash() -> None:
    ids = iter(range(901, 910))
    refund = plan_refund(
        SOLD,
        (),
        None,
        refund_id=replace(SOLD.id, sequence=900),
        next_id=lambda: replace(SOLD.id, sequence=next(ids)),
        receipt_number="20261124-0009",
        at=NOON + timedelta(hours=1),
    )
    code = read_refund_code(seal_refund(encode_refund(refund), bytes(64), bytes(32)))

    assert code.facts == facts_of_refund(refund)
    assert (code.facts.external, code.facts.cash) == (Won(5_000), Won(2_500))
    assert [each.amount for each in code.facts.cards] == [Won(3_000)]
