"""One-use codes: whose key they enrol, once, in time, and for which terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.client import HttpLedger
from ledger.enrolling import EnrolmentUnanswered, NotEnrolled, enrol
from ledger.server import devices, merchants
from ledger.server.database import Tx
from ledger.server.devices import CODE_GOOD_FOR_MAX, NewCode
from ledger.server.problems import Refused
from pos.domain.payment_answers import Approval
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE, Key, Process, open_shops
from tests.ledger.plain_cards import HANDOUT
from tests.ledger.test_payments_over_http import request as payment

NEW = Key(7)
DEADLINE_MS = 5_000


def now() -> datetime:
    return datetime.now(UTC)


def code(process: Process, device: int | None = None, merchant: int = 1) -> NewCode:
    return process.act(lambda tx: devices.new_code(tx, merchant, now(), device=device))


async def refused(process: Process, text: str, key: Key = NEW, held: int | None = None) -> str:
    """Return the English words of why not."""
    with pytest.raises(NotEnrolled) as caught:
        await enrol(process.url, text, key, held)
    assert "등록되지 않았습니다" in caught.value.message("ko")
    return caught.value.message("en")


async def test_a_code_enrols_a_key_for_a_number_of_the_merchants_own(process: Process) -> None:
    made = code(process, merchant=2)

    told = await enrol(process.url, made.text, NEW, None)

    assert told.device == made.device
    assert made.device >> devices.TERMINAL_BITS == 2
    assert told.merchant == "shop 2"
    assert told.keys == {
        "sealing_public": HANDOUT.sealing_public.hex(),
        "ca_keys": [{"index": 1, "modulus": "c" * 352, "exponent": 65_537}],
        "hotlist_key": HANDOUT.hotlist_key.hex(),
        "ledger_public": HANDOUT.ledger_public.hex(),
    }
    line = HttpLedger(process.url, told.device, NEW)
    assert (await line.feed("", wait_ms=0)).at is not None
    await line.aclose()


async def test_a_code_may_be_typed_as_people_type(process: Process) -> None:
    text = code(process).text
    typed = f" {text.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "

    assert (await enrol(process.url, typed, NEW, None)).merchant == "shop 1"


async def test_only_the_hash_of_a_code_is_kept(tmp_path: Path) -> None:
    process = Process(tmp_path / "ledger.db")
    open_shops(process.database)
    made = code(process)
    plain = made.text.replace("-", "")

    kept = b"".join(each.read_bytes() for each in tmp_path.glob("ledger.db*"))

    assert plain.encode() not in kept
    assert made.text.encode() not in kept
    assert devices._hash(plain) in kept


async def test_who_lost_the_answer_asks_again_and_is_told_the_same(process: Process) -> None:
    text = code(process).text

    first, again = [await enrol(process.url, text, NEW, None) for _ in range(2)]

    assert first == again
    assert "used before" in await refused(process, text, Key(8))


async def test_a_used_code_opens_nothing_once_its_key_is_no_more_active(process: Process) -> None:
    made = code(process)
    await enrol(process.url, made.text, NEW, None)
    process.act(lambda tx: devices.revoke_key(tx, made.device, NEW.public.hex(), now()))

    assert "used before" in await refused(process, made.text)


async def test_a_code_that_has_expired_or_never_was_is_refused(process: Process) -> None:
    long_ago = now() - timedelta(hours=25)
    old = process.act(lambda tx: devices.new_code(tx, 1, long_ago))

    assert "expired" in await refused(process, old.text)
    assert "no such code" in await refused(process, "0000-0000-0000-0000")
    assert "no such code" in await refused(process, "x" * 65)


async def test_a_code_for_another_terminal_is_not_used_up(process: Process) -> None:
    made = code(process)

    assert "another terminal" in await refused(process, made.text, held=DEVICE)
    assert (await enrol(process.url, made.text, NEW, made.device)).device == made.device


async def test_a_dead_terminal_is_enrolled_anew_and_its_old_key_ends(process: Process) -> None:
    made = code(process, device=DEVICE)
    old, new = (HttpLedger(process.url, DEVICE, key) for key in (KEY, NEW))
    await old.feed("", wait_ms=0)  # As good as ever until the code is used.

    await enrol(process.url, made.text, NEW, DEVICE)

    assert isinstance(await new.authorize(payment(1), deadline_ms=DEADLINE_MS), Approval)
    keys = process.ask("/demo/entries")["device_keys"][f"{DEVICE:012x}"]
    assert keys == [KEY.public.hex(), NEW.public.hex()]
    with pytest.raises(Exception, match="key_retired"):
        await old.feed("", wait_ms=0)
    await old.aclose()
    await new.aclose()


async def test_a_revoked_terminal_comes_back_with_a_new_code_alone(process: Process) -> None:
    before = code(process, device=DEVICE)
    assert process.act(lambda tx: devices.revoke(tx, DEVICE, now()))
    assert not process.act(lambda tx: devices.revoke(tx, DEVICE, now()))
    assert "no such code" in await refused(process, before.text)
    after = code(process, device=DEVICE)

    await enrol(process.url, after.text, KEY, DEVICE)

    line = HttpLedger(process.url, DEVICE, KEY)
    await line.feed("", wait_ms=0)
    await line.aclose()


async def test_a_revoked_key_is_not_enrolled_again(process: Process) -> None:
    process.act(lambda tx: devices.revoke_key(tx, DEVICE, KEY.public.hex()[:12], now()))
    made = code(process, device=DEVICE)

    assert "--new-key" in await refused(process, made.text, KEY)
    await enrol(process.url, made.text, NEW, DEVICE)


async def test_one_key_speaks_for_one_terminal(process: Process) -> None:
    assert "another terminal's" in await refused(process, code(process).text, KEY)


async def test_whoever_does_not_hold_the_key_enrols_nothing(process: Process) -> None:
    made = code(process)

    assert "unauthorized" in await refused(process, made.text, Key(7, spoilt=True))
    await enrol(process.url, made.text, NEW, None)


async def test_no_answer_is_said_as_such() -> None:
    with pytest.raises(EnrolmentUnanswered) as caught:
        await enrol("http://127.0.0.1:1", "0000", NEW, None)

    assert "same code" in caught.value.message("en")


def test_codes_are_for_known_merchants_and_their_own_numbers(process: Process) -> None:
    def wrong(tx: Tx, merchant: int, device: int | None, hours: int) -> None:
        good_for = timedelta(hours=hours)
        devices.new_code(tx, merchant, now(), device=device, good_for=good_for)

    for merchant, device, hours in ((9, None, 1), (1, OTHER_DEVICE, 1), (1, None, 0), (1, 0, 1)):
        with pytest.raises((LookupError, ValueError)):
            process.act(lambda tx, m=merchant, d=device, h=hours: wrong(tx, m, d, h))  # type: ignore[misc]
    with pytest.raises(ValueError, match="14 days"):
        process.act(lambda tx: wrong(tx, 1, None, int(CODE_GOOD_FOR_MAX.total_seconds())))


def test_numbers_are_given_out_once_also_while_a_code_is_on_its_way(process: Process) -> None:
    made = process.act(lambda tx: merchants.add(tx, "new shop"))

    one, two = code(process, merchant=made), code(process, merchant=made)

    assert two.device == one.device + 1
    with pytest.raises(ValueError, match="number"):
        code(process, device=one.device)


def test_a_key_begins_in_one_way_only(process: Process) -> None:
    for begins in ("", "zz", "f" * 64):
        with pytest.raises(LookupError):
            process.act(lambda tx, b=begins: devices.revoke_key(tx, DEVICE, b, now()))  # type: ignore[misc]
    with pytest.raises(LookupError):
        process.act(lambda tx: devices.revoke(tx, 0x77, now()))
    with pytest.raises(Refused):
        process.act(lambda tx: devices.admit(tx, 0x77, KEY.public))
