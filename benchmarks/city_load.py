"""Requests of a city at a fixed rate, whoever waits: sent when they are due, timed from then. Loopback only.

Shops are chosen as by Zipf's law, cards evenly, amounts at random. What was said to be approved is kept,
to be looked for in the books afterwards.
"""

from __future__ import annotations

import asyncio
import json
import time
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.city_fill import FIRST_DEVICE, City, key, pan
from benchmarks.figures import percentile
from ledger import mapping
from ledger.contract import models
from ledger.contract.http_signature import Message, signed_fields
from pos.domain.card import CardEntry, Cryptogram
from pos.domain.events import Event, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import CardRead, OfflineApproved, RefundAsked
from pos.domain.record import FIRST_PREVIOUS, Record, chain
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won

# Of a hundred requests; a batch has ten advices. The contract has no inquiry of a balance: each answer
# says it; what comes nearest is the question what became of a payment.
PAY, ASK, REFUND, ADVISE = 80, 12, 4, 4
BATCH = 10
LINES = 128  # Kept open; more than a server of the ledger works on at once.
AMOUNTS = (4_500, 6_000, 8_900, 12_000, 15_000, 23_000, 31_000)
OFFLINE_AMOUNT = 1_000
INCARNATION = 7
SILENT_S = 20.0  # A request that has no answer by then has failed.


@dataclass(slots=True)
class Request:
    """What is sent, and what it says when it is approved."""

    raw: bytes
    kind: str
    payments: tuple[str, ...] = ()


@dataclass
class Said:
    """What came of the requests of one rate."""

    rate: float
    taken_ms: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    approved: set[str] = field(default_factory=set[str])
    failed: int = 0
    seconds: float = 0.0

    @property
    def all_ms(self) -> list[float]:
        return [each for one in self.taken_ms.values() for each in one]

    def p(self, share: float) -> float:
        return percentile(self.all_ms, share)


class Terminals:
    """All terminals of the city: makes their requests."""

    def __init__(self, city: City, seed: int = 1) -> None:
        self._city = city
        self._random = Random(seed)
        self._reach = list(accumulate(1 / (rank + 10) for rank in range(city.shops)))
        self._keys: dict[int, Ed25519PrivateKey] = {}
        self._counters: dict[int, int] = {}
        self._journals: dict[int, tuple[int, str]] = {}
        self._paid: list[tuple[int, TransactionId]] = []
        self._number = 0

    def make(self, count: int) -> list[Request]:
        """Make requests; they are good for a minute from now."""
        return [self._any() for _ in range(count)]

    def _any(self) -> Request:
        which = self._random.randrange(PAY + ASK + REFUND + ADVISE)
        if which < PAY or not self._paid:
            return self._pay()
        if which < PAY + ASK:
            return self._ask()
        return self._refund() if which < PAY + ASK + REFUND else self._advise()

    def _pay(self) -> Request:
        shop, card = self._shop(), self._random.randrange(self._city.cards)
        payment, amount = self._id(shop), self._random.choice(AMOUNTS)
        self._paid = [*self._paid[-2_000:], (shop, payment)]
        body = {"amount": amount, "sealed": self._seal(payment, card, amount, "arqc")}
        raw = json.dumps(body | {"at": datetime.now(UTC).isoformat()}).encode()
        return Request(
            self._sign(shop, "POST", f"/v1/payments/{payment.hex}", raw), "pay", (payment.hex,)
        )

    def _ask(self) -> Request:
        shop, payment = self._random.choice(self._paid)
        return Request(self._sign(shop, "GET", f"/v1/payments/{payment.hex}", b""), "ask")

    def _refund(self) -> Request:
        shop, payment = self._random.choice(self._paid)
        names = (self._id(shop), payment, self._id(shop))
        event = RefundAsked(*names, Won(500), False, datetime.now(UTC))
        return self._forward(shop, [event], "refund")

    def _advise(self) -> Request:
        shop = self._shop()
        events = [self._offline(shop) for _ in range(BATCH)]
        ids = tuple(each.payment_id.hex for each in events)
        return self._forward(shop, events, "batch", ids)

    def _offline(self, shop: int) -> OfflineApproved:
        payment, card = self._id(shop), self._random.randrange(self._city.cards)
        read = CardRead(
            masked_pan="629099******0000",
            card_ref="0" * 32,
            sealed=self._seal(payment, card, OFFLINE_AMOUNT, "tc"),
            entry=CardEntry.CONTACTLESS_CHIP,
            cryptogram=Cryptogram("tc"),
            genuine=True,
            expired=False,
            offline_available=None,
        )
        return OfflineApproved(
            payment_id=payment,
            sale_id=self._id(shop),
            amount=Won(OFFLINE_AMOUNT),
            card=read,
            mode=ApprovalMode.OFFLINE_GUARANTEED,
            approval_code=f"F{self._number % 10_000_000:07d}",
            cashback_estimate=Won(0),
            at=datetime.now(UTC) - timedelta(minutes=1),
        )

    def _forward(
        self, shop: int, events: Sequence[Event], kind: str, payments: tuple[str, ...] = ()
    ) -> Request:
        chained = list[Record]()
        for each in events:
            number, last = self._journals.get(shop, (0, FIRST_PREVIOUS))
            record = chain(FIRST_DEVICE + shop, INCARNATION, number + 1, last, to_record(each))
            self._journals[shop] = (record.sequence, record.hash)
            chained.append(record)
        raw = models.ForwardRequest(records=tuple(map(mapping.record_to_wire, chained)))
        body = raw.model_dump_json().encode()
        return Request(self._sign(shop, "POST", "/v1/records", body), kind, payments)

    def _seal(self, payment: TransactionId, card: int, amount: int, cid: str) -> str:
        self._counters[card] = atc = self._counters.get(card, 0) + 1
        said = {"for": payment.hex, "pan": pan(card), "atc": atc, "cid": cid, "right": True}
        return json.dumps(said | {"amount": amount})

    def _sign(self, shop: int, method: str, path: str, body: bytes) -> bytes:
        self._number += 1
        signer = self._keys.setdefault(shop, key(shop))
        fields = {"ieum-device": f"{FIRST_DEVICE + shop:012x}"}
        fields |= signed_fields(
            Message(method, path, "", fields),
            body,
            keyid=signer.public_key().public_bytes_raw().hex(),
            created=int(time.time()),
            nonce=f"{self._number:032x}",
            sign=signer.sign,
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        length = (
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n" if body else ""
        )
        return f"{method} {path} HTTP/1.1\r\nhost: ledger\r\n{head}{length}\r\n".encode() + body

    def _shop(self) -> int:
        return 1 + bisect(self._reach, self._random.random() * self._reach[-1])

    def _id(self, shop: int) -> TransactionId:
        self._number += 1
        return TransactionId(FIRST_DEVICE + shop, INCARNATION, self._number)


async def at_rate(ports: Sequence[int], rate: float, requests: Sequence[Request]) -> Said:
    """Send requests at a rate, evenly to the servers, and return what came of them."""
    said = Said(rate)
    waiting: asyncio.Queue[tuple[float, Request]] = asyncio.Queue()
    clock = asyncio.get_running_loop().time
    lines = [
        asyncio.create_task(_line(ports[each % len(ports)], waiting, said)) for each in range(LINES)
    ]
    begun = clock()
    for number, request in enumerate(requests):
        due = begun + number / rate
        if (early := due - clock()) > 0:
            await asyncio.sleep(early)
        waiting.put_nowait((due, request))
    await waiting.join()
    said.seconds = clock() - begun
    for each in lines:
        each.cancel()
    await asyncio.gather(*lines, return_exceptions=True)
    return said


async def _line(port: int, waiting: asyncio.Queue[tuple[float, Request]], said: Said) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    clock = asyncio.get_running_loop().time
    try:
        while True:
            due, request = await waiting.get()
            try:
                answer = await asyncio.wait_for(_one(reader, writer, request.raw), SILENT_S)
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                said.failed += 1
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            else:
                said.taken_ms.setdefault(request.kind, []).append((clock() - due) * 1_000)
                _note(request, answer, said)
            waiting.task_done()
    finally:
        writer.close()


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes) -> bytes:
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return head[9:12] + await reader.readexactly(length)


def _note(request: Request, answer: bytes, said: Said) -> None:
    if not answer.startswith(b"200"):
        said.failed += 1
    elif request.kind == "pay" and b'"approved"' in answer:
        said.approved.update(request.payments)
    elif request.kind == "batch":
        told = json.loads(answer[3:])["outcomes"]
        pairs = zip(request.payments, told, strict=True)
        said.approved.update(name for name, each in pairs if each["status"] == "accepted")
