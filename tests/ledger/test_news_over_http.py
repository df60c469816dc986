"""Keys, rates and notices from the operator's command to the terminal's store; a forged key is not believed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from composition.ledger_admin import HEARD_AFTER, Admin, AdminRefused
from config.rates import BUILT_IN, load_rates
from ledger.client import HttpLedger
from ledger.server import orders, rotation
from ledger.server.cardcrypto import load_ledger_keys
from offline_queue.audit import audit
from offline_queue.device_key import public_keys
from offline_queue.store import SqliteStore
from pos.domain.audit_errors import LedgerHeadForged
from pos.domain.catalogue import Catalogue, CatalogueChange, Product
from pos.domain.codec import decode, encode
from pos.domain.events import DrawerOpened, to_record
from pos.domain.news import News, NextKey
from pos.domain.record import LedgerHead
from pos.domain.won import Won
from pos.ports import Change, FeedItem
from pos.services.news import NewsDesk
from tests.ledger.conftest import DEVICE, KEY, Process
from tests.ledger.plain_cards import SIGNING

FIRST = SIGNING.public_key().public_bytes_raw()
NEXT = Ed25519PrivateKey.from_private_bytes(b"n" * 32)


def key_after(present: Ed25519PrivateKey, following: Ed25519PrivateKey) -> NextKey:
    key = NextKey(following.public_key().public_bytes_raw().hex())
    return replace(key, signature=present.sign(key.message).hex())


def tell(process: Process, key: NextKey) -> None:
    item = FeedItem("ledger.key", next_key=key)
    process.act(lambda tx: orders.append_to_feed(tx, None, item))


@pytest.fixture
async def line(process: Process) -> AsyncIterator[HttpLedger]:
    made = HttpLedger(process.url, DEVICE, KEY, FIRST)
    yield made
    await made.aclose()


async def heard(line: HttpLedger) -> list[NextKey]:
    items = (await line.feed("", wait_ms=0)).items
    return [each.next_key for each in items if each.next_key is not None]


async def test_the_next_key_is_believed_on_the_present_ones_word(
    line: HttpLedger, process: Process
) -> None:
    third = Ed25519PrivateKey.generate()
    chain = [key_after(SIGNING, NEXT), key_after(NEXT, third)]
    for each in chain:
        tell(process, each)

    assert await heard(line) == chain
    assert await heard(line) == chain  # Read again after a crash, it is the same.


async def test_a_key_that_no_trusted_one_signed_is_dropped(
    line: HttpLedger, process: Process
) -> None:
    stranger = Ed25519PrivateKey.generate()
    tell(process, key_after(stranger, stranger))
    tell(process, replace(key_after(SIGNING, NEXT), signature="00" * 64))

    assert await heard(line) == []


async def test_a_restarted_terminal_follows_the_keys_that_it_kept(process: Process) -> None:
    chain = (key_after(SIGNING, NEXT), key_after(NEXT, Ed25519PrivateKey.generate()))
    line = HttpLedger(process.url, DEVICE, KEY, FIRST)
    line.trust(chain)
    tell(process, key_after(NEXT, SIGNING))
    forgetful = HttpLedger(process.url, DEVICE, KEY, b"x" * 32)
    forgetful.trust(chain)

    assert len(await heard(line)) == 1
    assert await heard(forgetful) == []
    await line.aclose()
    await forgetful.aclose()


async def test_operator_announces_then_follows_and_the_files_key_is_the_announced(
    process: Process, tmp_path: Path, line: HttpLedger
) -> None:
    keys = tmp_path / "ledger_keys.json"
    keys.write_text(
        json.dumps(
            {
                "sealing_private": "11" * 32,
                "issuer_master_key": "22" * 16,
                "signing_private": SIGNING.private_bytes_raw().hex(),
                "hotlist_key": "33" * 32,
            }
        )
    )
    start = datetime.now(UTC)
    admin = Admin(process.database, lambda: start)
    with pytest.raises(AdminRefused):
        admin.follow_key(keys)

    public = admin.announce_key(keys).split()[0]
    assert "before" in admin.announce_key(keys)
    with pytest.raises(AdminRefused, match="days ago"):
        admin.follow_key(keys)
    assert [each.public for each in await heard(line)] == [public]

    later = Admin(process.database, lambda: start + HEARD_AFTER)
    assert public in later.follow_key(keys)
    now_signs = load_ledger_keys(keys)
    assert now_signs.signing_private.public_key().public_bytes_raw().hex() == public
    assert now_signs.next_signing is None
    assert keys.stat().st_mode & 0o077 == 0
    assert rotation.next_public(keys) is None


async def test_a_journal_verifies_by_the_first_key_after_the_ledgers_key_changed(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "t.db", device=DEVICE, new_incarnation=lambda: 1)
    at = datetime(2026, 11, 24, tzinfo=UTC)
    (record,) = await store.commit(Change(records=(to_record(DrawerOpened("잔돈", at)),)))
    head = LedgerHead(DEVICE, 1, record.sequence, record.hash, 1, at)
    head = replace(head, signature=NEXT.sign(head.message).hex())
    await store.commit(Change(ledger_head=head))
    path, device_keys = tmp_path / "t.db", public_keys(tmp_path / "device_key.pub")
    with pytest.raises(LedgerHeadForged):
        audit(path, device_keys, None, FIRST)

    await store.commit(Change(news=News(keys=(key_after(SIGNING, NEXT),))))

    assert audit(path, device_keys, None, FIRST).ledger_head == head
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(LedgerHeadForged):
        audit(path, device_keys, None, stranger)
    await store.close()


async def test_rates_and_notices_come_down_and_outlive_the_terminal(
    process: Process, line: HttpLedger, tmp_path: Path
) -> None:
    admin = Admin(process.database, lambda: datetime.now(UTC))
    cursor = (await line.feed("", wait_ms=0)).cursor
    admin.post_rates(BUILT_IN)
    admin.post_notice("점검", "maintenance", None, 2)

    page = await line.feed(cursor, wait_ms=0)
    desk = NewsDesk()
    news = desk.after(page.items)
    path = tmp_path / "t.db"
    store = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 1)
    await store.commit(Change(feed_cursor=page.cursor, news=news))
    await store.close()
    again = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 1)
    await desk.load(again)
    await again.close()

    assert desk.over(()) == tuple(sorted(load_rates(), key=lambda each: each.valid_from))
    notice = desk.notice(datetime.now(UTC))
    assert notice is not None
    assert (notice.ko, notice.en) == ("점검", "maintenance")
    assert desk.notice(datetime.now(UTC) + timedelta(hours=3)) is None
    assert decode(News, encode(News())) == News()


async def test_products_come_down_in_parts_over_the_shops_own_and_outlive_the_terminal(
    process: Process, line: HttpLedger, tmp_path: Path
) -> None:
    admin = Admin(process.database, lambda: datetime.now(UTC))
    cursor = (await line.feed("", wait_ms=0)).cursor
    file = tmp_path / "products.csv"
    rows = [f"n{number},새 상품 {number},{number + 1},과세" for number in range(450)]
    file.write_text("\n".join(["code,name,price,tax", *rows]), encoding="utf-8")
    admin.post_catalogue(1, file, ("old", "n7"))
    admin.post_catalogue(2, file, ())  # Another shop's.

    page = await line.feed(cursor, wait_ms=0)
    changes = tuple(each.catalogue for each in page.items if each.catalogue is not None)
    store = SqliteStore(tmp_path / "t.db", device=DEVICE, new_incarnation=lambda: 1)
    await store.commit(Change(feed_cursor=page.cursor, catalogue=changes))
    kept = await store.catalogue()
    await store.commit(Change(catalogue=(CatalogueChange(removed=("n3",)),)))
    again = await store.catalogue()
    await store.close()
    shop = Catalogue([Product("old", "옛 상품", Won(1)), Product("own", "상품", Won(2))])
    shop.search("상품")
    shop.apply(kept)

    assert [len(each.products) for each in changes] == [200, 200, 50]
    assert shop.by_code("old") is None
    assert shop.by_code("n449") == Product("n449", "새 상품 449", Won(450))
    assert len(shop) == 1 + 450
    assert shop.search("새 상품 449") == [shop.by_code("n449")]
    assert "n3" in again.removed
    assert len(again.products) == 449


def test_products_that_no_terminal_could_read_are_not_sent(
    process: Process, tmp_path: Path
) -> None:
    admin = Admin(process.database, lambda: datetime.now(UTC))
    file = tmp_path / "products.csv"
    file.write_text(f"code,name,price,tax\n1,{'x' * 300},1,과세", encoding="utf-8")

    before = process.act(orders.newest)

    with pytest.raises(AdminRefused):
        admin.post_catalogue(1, file, ())
    assert process.act(orders.newest) == before
    with pytest.raises(AdminRefused):
        admin.post_catalogue(99, BUILT_IN.parent / "sample_shop" / "products.csv", ())


async def test_a_terminal_from_before_products_came_down_takes_them_in(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    await SqliteStore(path, device=DEVICE, new_incarnation=lambda: 1).close()
    before = apsw.Connection(str(path))
    before.execute("DROP TABLE product_change")
    before.close()

    store = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 1)
    assert await store.catalogue() == CatalogueChange()
    change = CatalogueChange((Product("1", "상품", Won(2)),))
    await store.commit(Change(catalogue=(change,)))

    assert await store.catalogue() == change
    await store.close()
