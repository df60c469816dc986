"""Cards in clear for tests: a fake opener, and the ledger run with it. Never used by the product."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.policy.calendar import calendar
from ledger.policy.policy import Policy
from ledger.policy.reading import PACKAGED, load_policy, policy_of, read_files
from ledger.policy.rows import Holidays
from ledger.server.cards import CardFacts, NewCard, SealBroken, hash_pan, hot_ref
from ledger.server.channels.vault import Vault
from ledger.server.database import named
from ledger.server.handout import Handout
from ledger.server.offline_amount import Holds
from ledger.server.rule_files import Told
from ledger.server.serve import Setup, serve
from pos.domain.card import Cryptogram
from pos.domain.identifiers import TransactionId
from pos.domain.tender import Purse
from pos.domain.won import Won

SIGNING = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VAULT = Vault(b"v" * 32)
HANDOUT = Handout(
    sealing_public=b"s" * 32,
    ledger_public=SIGNING.public_key().public_bytes_raw(),
    hotlist_key=b"h" * 32,
    ca_keys=((1, "c" * 352, 65_537),),
)
PANS = {
    name: f"629099000000{number:04d}" for number, name in enumerate(("rich", "poor", "gone", "old"))
}


class PlainOpener:
    """Reads what `seal` wrote."""

    def open(self, sealed: str, payment_id_hex: str) -> CardFacts:
        try:
            said = json.loads(sealed)
        except ValueError:
            raise SealBroken("no JSON") from None
        holds = said.get("holds")
        if said["for"] != payment_id_hex:
            raise SealBroken("for another payment")
        return CardFacts(
            pan_key=self.pan_key(said["pan"]),
            atc=said["atc"],
            cryptogram=Cryptogram(said["cid"]),
            amount=Won(said["amount"]),
            cryptogram_right=said["right"],
            holds=None if holds is None else Holds(*map(Won, holds)),
            for_card=None if holds is None else lambda limit: spoken(said["atc"], limit),
        )

    def pan_key(self, pan: str) -> bytes:
        return hash_pan(b"test", pan)

    def hot_ref(self, pan: str) -> str:
        return hot_ref(b"test", pan)


def spoken(atc: int, limit: Won | None) -> str:
    """Return what `PlainOpener` has a card told: its counter, and the new limit or nothing."""
    return json.dumps([atc, None if limit is None else limit.amount]).encode().hex()


def seal(
    payment_id: TransactionId,
    amount: Won,
    atc: int,
    *,
    card: str = "rich",
    cid: str = "arqc",
    right: bool = True,
    holds: tuple[int, int] | None = None,
) -> str:
    pan = PANS.get(card, "6290990000009999")
    return seal_of(payment_id, amount, atc, pan, cid=cid, right=right, holds=holds)


def seal_of(
    payment_id: TransactionId,
    amount: Won,
    atc: int,
    pan: str,
    *,
    cid: str = "arqc",
    right: bool = True,
    holds: tuple[int, int] | None = None,
) -> str:
    said = {"for": payment_id.hex, "pan": pan, "atc": atc, "cid": cid, "right": right}
    said |= {"amount": amount.amount}
    return json.dumps(said if holds is None else said | {"holds": holds})


def new_card(
    name: str = "rich",
    *,
    policy: int = 0,
    charged: int = 500_000,
    cashback: int = 0,
    offline_limit: int = 0,
    status: str = "active",
    expires_on: date = date(2031, 12, 31),
    member: str = "M-1",
) -> NewCard:
    return NewCard(
        id=name,
        label=name,
        pan=PANS[name],
        expires_on=expires_on,
        status=status,
        member=member,
        offline_limit=Won(offline_limit),
        purses={
            Purse.POLICY: Won(policy),
            Purse.CHARGED: Won(charged),
            Purse.CASHBACK: Won(cashback),
        },
    )


CARDS = (
    new_card("rich", policy=10_000, charged=900_000, cashback=5_000, offline_limit=50_000),
    new_card("poor", charged=3_000, member="M-2"),
    new_card("gone", charged=80_000, status="blocked", member="M-3"),
    new_card("old", charged=80_000, expires_on=date(2024, 12, 31), member="M-4"),
)


def policy() -> Policy:
    """The packaged rules, with years to come that have no holidays: no test ends with the calendar."""
    packaged = load_policy()
    known = packaged.calendar.years
    more = (Holidays(year, frozenset()) for year in range(known[-1].year + 1, 2_090))
    return replace(packaged, calendar=calendar((*known, *more)))


def told(folder: Path = PACKAGED) -> Told:
    """The same rules, as files say them, or another folder's."""
    texts = read_files(folder)
    for year in range(load_policy().calendar.years[-1].year + 1, 2_090):
        texts["calendar.toml"] += f"\n[[holidays]]\nyear = {year}\ndays = []\n"
    return Told(texts, policy() if folder == PACKAGED else policy_of(texts, folder.name))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--operator-token", default="")
    parser.add_argument("--policy", type=Path, default=PACKAGED)
    given = parser.parse_args(arguments)
    rules = told(given.policy)
    setup = Setup(
        named(given.db), given.port, rules, CARDS, operator_token=given.operator_token, demo=True
    )
    serve(setup, PlainOpener(), SIGNING.sign, HANDOUT, VAULT)


if __name__ == "__main__":
    main()
