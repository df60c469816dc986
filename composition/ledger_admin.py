"""What the operator's commands do on the ledger's own database; each returns what to say. Never a card's number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from composition.ledger_books import Act, AdminRefused, LedgerBooks, said
from config.products import load_catalogue
from config.rates import load_rates
from ledger.contract.models import CATALOGUE_MAX
from ledger.feed_mapping import item_to_wire
from ledger.server import (
    books,
    devices,
    hotlist,
    merchants,
    notices,
    operator_log,
    orders,
    overview,
    rotation,
)
from ledger.server.database import Tx
from ledger.server.operator_log import DONE
from ledger.server.operator_page import age
from pos.domain.business_day import KOREA
from pos.domain.catalogue import CatalogueChange
from pos.domain.errors import IeumError
from pos.domain.won import Won
from pos.ports import FeedItem

HEX = 16
SHORT = 12  # Hex digits of a public key; enough to know it by.
HEARD_AFTER = timedelta(days=7)  # By then a terminal that sells has been on the line.


class BooksWrong(IeumError):
    """The books do not add up."""

    code = "A02"
    ko = "장부가 맞지 않습니다({count}건). 서버를 멈추고 기록을 보존하세요.\n{what}"
    en = "The books are wrong in {count} places. Stop the ledger and keep its files.\n{what}"


class Admin(LedgerBooks):
    """The commands, over one database; beside a running ledger too."""

    def add_merchant(self, name: str, *, vouchers: bool, cashback: bool) -> str:
        """Make a merchant known; the only command that makes the database, if there is none."""
        act = Act("merchants add", name, lambda number: f"{DONE}: merchant {number}")
        number = self.write(
            act,
            lambda tx: merchants.add(tx, name, eligible=vouchers, earns_cashback=cashback),
            make=True,
        )
        return f"가맹점 / merchant {number}: {name.strip()}\n"

    def list_merchants(self) -> str:
        """Return the merchants, one a line."""
        return _lines(
            f"{each.id:>8}  {'voucher' if each.eligible else '-':8} "
            f"{'cashback' if each.earns_cashback else '-':9} {each.name}"
            for each in self.read(merchants.all_shops)
        )

    def make_code(self, merchant: int, device: str | None, hours: int) -> str:
        """Make a one-use code and say it, this once."""
        number = None if device is None else _device(device)
        about = f"merchant {merchant}" if device is None else f"merchant {merchant}, {device}"
        made = self.write(
            Act("devices code", about, _of_code),
            lambda tx: devices.new_code(
                tx, merchant, self.now(), device=number, good_for=timedelta(hours=hours)
            ),
        )
        until = f"{made.expires_at.astimezone(KOREA):%Y-%m-%d %H:%M}"
        return (
            f"{made.text}\n"
            f"단말기 {made.device:012x}, {until} 까지 한 번만 쓸 수 있고 다시 볼 수 없습니다.\n"
            f"For terminal {made.device:012x}, once, until {until} (Korea); it can't be shown again.\n"
        )

    def list_devices(self) -> str:
        """Return the terminals, with how long they have been silent."""
        now = self.now()
        return _lines(
            f"{each.device:012x}  {'REVOKED' if each.revoked_at else 'ok':8} {each.key or '-':16}  "
            f"record {age(each.last_record_at, now)}  contact {age(each.last_contact_at, now)}  "
            f"{each.shop.id} {each.shop.name}"
            for each in self.read(overview.terminals)
        )

    def revoke_device(self, device: str) -> str:
        """Shut a terminal out, from the next request on."""
        number = _device(device)
        act = Act("devices revoke", device, lambda new: DONE if new else f"{DONE}: was so before")
        changed = self.write(act, lambda tx: devices.revoke(tx, number, self.now()))
        ko, en = ("취소됨", "revoked") if changed else ("이미 취소됨", "was revoked before")
        return f"{device}: {ko} / {en}\n"

    def revoke_key(self, device: str, begins: str) -> str:
        """Revoke a key that may be in wrong hands."""
        number = _device(device)
        act = Act("devices revoke-key", device, lambda key: f"{DONE}: key {key.hex()[:SHORT]}")
        key = self.write(act, lambda tx: devices.revoke_key(tx, number, begins, self.now()))
        return f"{device}: 키 취소됨 / key revoked: {key.hex()[:HEX]}…\n"

    def stop_card(self, card: str, *, stopped: bool) -> str:
        """Stop a card, or let it go again, here and on every terminal."""
        act = Act("cards stop" if stopped else "cards release", card)
        self.write(act, lambda tx: hotlist.set_stopped(tx, card, stopped=stopped))
        return self.show_card(card)

    def show_card(self, card: str) -> str:
        """Return a card by its mask."""
        row = self.read(lambda tx: overview.card(tx, card))
        if row is None:
            raise AdminRefused(why=f"카드 없음: {card} / no such card: {card}")
        return f"{row.id}  {row.masked_pan}  {row.status}  ~{row.expires_on}\n"

    def post_notice(self, ko: str, en: str, merchant: int | None, hours: int | None) -> str:
        """Post a notice to one shop or all."""
        now = self.now()
        until = None if hours is None else now + timedelta(hours=hours)
        whose = "all" if merchant is None else f"merchant {merchant}"
        number = self.write(
            Act("notices post", whose, lambda number: f"{DONE}: notice {number}"),
            lambda tx: notices.post(tx, ko, en, now, merchant=merchant, until=until),
        )
        return f"공지 / notice {number}\n"

    def take_notice_back(self, number: int) -> str:
        """Take a notice back."""
        self.write(
            Act("notices take-back", f"notice {number}"), lambda tx: notices.take_back(tx, number)
        )
        return f"공지 취소 / notice {number} taken back\n"

    def list_notices(self) -> str:
        """Return the notices that stand."""
        return _lines(
            f"{each.notice.id:>6}  {'all' if each.merchant is None else each.merchant!s:8} "
            f"{each.notice.ko} / {each.notice.en}"
            for each in self.read(notices.posted)
        )

    def post_rates(self, file: Path) -> str:
        """Tell every terminal of dated rates."""
        rates = load_rates(file)
        item = FeedItem("rates", rates=rates)
        days = ", ".join(str(each.valid_from) for each in rates)
        act = Act("rates", f"{file.name}: {days}")
        self.write(act, lambda tx: orders.append_to_feed(tx, None, _as_it_travels(item)))
        return f"요율 전송 / rates sent: {days}\n"

    def post_catalogue(self, merchant: int, file: Path, removed: tuple[str, ...]) -> str:
        """Tell a shop's terminals of products: those of a file, and codes that are sold no more."""
        products = tuple(load_catalogue(file))

        def post(tx: Tx) -> None:
            if merchants.shop(tx, merchant) is None:
                raise LookupError(f"merchant {merchant}")
            for start in range(0, max(len(products), len(removed)), CATALOGUE_MAX):
                part = slice(start, start + CATALOGUE_MAX)
                change = CatalogueChange(products[part], removed[part])
                orders.append_to_feed(
                    tx, merchant, _as_it_travels(FeedItem("catalogue", catalogue=change))
                )

        count = f"{len(products)} products, {len(removed)} removed"
        self.write(Act("catalogue", f"merchant {merchant}: {count}"), post)
        return f"상품 전송 / products sent: {len(products)}, 삭제 / removed: {len(removed)}\n"

    def announce_key(self, keys: Path) -> str:
        """Tell every terminal of the ledger's next signing key."""
        self._must_exist()
        with said():
            key = rotation.prepare(keys)
        act = Act(
            "keys announce", key.public[:SHORT], lambda new: DONE if new else f"{DONE}: before"
        )
        new = self.write(act, lambda tx: rotation.announce(tx, key, self.now()))
        ko, en = ("알렸습니다", "announced") if new else ("전에 알렸습니다", "was announced before")
        return f"{key.public}\n다음 키를 {ko} / the next key {en}\n"

    def follow_key(self, keys: Path) -> str:
        """Sign with the next key from the ledger's next start on, if terminals had time to hear of it."""
        with said():
            public = rotation.next_public(keys)
        at = None if public is None else self.read(lambda tx: rotation.announced_at(tx, public))
        if at is None or self.now() - at < HEARD_AFTER:
            days = HEARD_AFTER.days
            why = f"알린 지 {days}일이 안 됨 / it was not announced {days} days ago"
            self.refused(Act("keys follow"), why)
            raise AdminRefused(why=why)
        with said():
            rotation.follow(keys)
        self.write(Act("keys follow", "" if public is None else public[:SHORT]), lambda _: None)
        return f"{public}\n이제 서버를 다시 시작하세요 / now restart the ledger\n"

    def list_log(self, before: int | None, limit: int) -> str:
        """Return what operators did, the newest first."""
        found = self.read(lambda tx: operator_log.newest(tx, before=before, limit=limit))
        lines = _lines(
            f"{each.id:>6}  {each.at:%Y-%m-%d %H:%M:%S}Z  {each.who}  {each.what}"
            f"{f' {each.about}' if each.about else ''}  {each.outcome}"
            for each in found
        )
        return lines or "기록 없음 / nothing yet\n"

    def money(self) -> str:
        """Return the money by fund.

        Raises:
            BooksWrong: it does not sum to zero.
        """
        funds = self.read(overview.money)
        total = Won.total(each.balance for each in funds).amount
        text = _lines(
            f"{each.name:20} {each.accounts:>12,} {each.balance.amount:>20,}" for each in funds
        )
        if total:
            raise BooksWrong(count=1, what=f"{text}{'':20} {'':12} {total:>20,}")
        return f"{text}{'합계 / sum':20} {'':>10} {0:>20}\n"

    def check(self) -> str:
        """Check every posting, balance and floor.

        Raises:
            BooksWrong: something does not hold.
        """
        wrong = self.read(books.check)
        if wrong:
            raise BooksWrong(count=len(wrong), what="\n".join(wrong[:20]))
        return "모두 더하면 0, 모든 분개와 잔액이 맞습니다 / all sums to zero, every posting and balance holds\n"


def _as_it_travels(item: FeedItem) -> FeedItem:
    """Return it, once it is sure that no terminal stumbles over it for ever.

    Raises:
        ValueError: a value is longer or larger than the contract has it.
    """
    item_to_wire(item)
    return item


def _device(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        why = f"단말기 번호가 아님: {text[:20]} / not a terminal's number: {text[:20]}"
        raise AdminRefused(why=why) from None


def _lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


def _of_code(made: devices.NewCode) -> str:
    """Say whom a code is for; never the code."""
    return f"{DONE}: for {made.device:012x} until {made.expires_at:%Y-%m-%d %H:%M}Z"
