"""The feed as server-sent events: nothing lost or doubled wherever the line is cut, and bounded."""

from __future__ import annotations

import asyncio
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.client import HttpLedger
from ledger.contract import models as wire
from ledger.events import EVENT_BYTES_MAX, EventFeed, EventReader
from ledger.server import devices, notices
from ledger.server.feed_stream import FeedStreams, event
from ledger.server.gate import Caller
from ledger.server.problems import Refused
from ledger.signed_line import SignedLine
from pos.domain.errors import LedgerSilent, LedgerUnreachable, TerminalRevoked
from tests.ledger.conftest import DEVICE, KEY, Process
from tests.ledger.test_signed_requests_over_http import Wire

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PATH = "/v1/feed/events"


def post(process: Process, *texts: str) -> None:
    """Post notices as the operator does, each a line of the feed."""
    for text in texts:
        process.act(
            lambda tx, text=text: notices.post(tx, text, text, NOON, merchant=1, until=None)
        )


async def take(ledger: HttpLedger, cursor: str, count: int) -> tuple[list[str], str]:
    """Follow as the terminal does, keeping the cursor with what came, until `count` are there."""
    found: list[str] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            try:
                page = await ledger.feed(cursor, wait_ms=10_000)
            except (LedgerSilent, LedgerUnreachable):  # Cut before the stream began.
                await asyncio.sleep(0.02)
                continue
            found += [each.notice.notice.ko for each in page.items if each.notice is not None]
            cursor = page.cursor
    return found, cursor


class Cable:
    """Passes bytes on to the ledger; cuts the connection after so many bytes of answers, once each."""

    def __init__(self, port: int) -> None:
        self.cuts: list[int] = []
        self.connections = 0
        self.streams = 0
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _join(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._tasks.add(cast("asyncio.Task[None]", asyncio.current_task()))
        self.connections += 1
        far, out = await asyncio.open_connection("127.0.0.1", self._port)
        left: int | None = None

        async def up() -> None:
            nonlocal left
            while some := await near.read(65_536):
                if PATH.encode() in some:
                    self.streams += 1
                    left = self.cuts.pop(0) if self.cuts else None
                out.write(some)

        asking = asyncio.create_task(up())
        try:
            while some := await far.read(65_536):
                if left is not None and len(some) >= left:
                    back.write(some[:left])
                    await back.drain()
                    return
                left = None if left is None else left - len(some)
                back.write(some)
                await back.drain()
        finally:
            asking.cancel()
            out.close()
            back.close()


@asynccontextmanager
async def cable_to(process: Process) -> AsyncIterator[tuple[Cable, HttpLedger]]:
    cable = Cable(process.port)
    ledger = HttpLedger(await cable.start(), DEVICE, KEY)
    try:
        yield cable, ledger
    finally:
        await ledger.aclose()
        await cable.stop()


async def test_news_come_over_one_connection_that_stays(process: Process) -> None:
    async with cable_to(process) as (cable, ledger):
        cursor = (await ledger.feed("", wait_ms=0)).cursor
        for text in ("하나", "둘", "셋"):
            waiting = asyncio.create_task(ledger.feed(cursor, wait_ms=10_000))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(post, process, text)
            page = await waiting
            assert [each.notice.notice.ko for each in page.items if each.notice] == [text]
            cursor = page.cursor
        assert cable.streams == 1


async def test_a_cut_at_any_byte_of_the_stream_loses_and_doubles_nothing(process: Process) -> None:
    texts = [f"notice {n}" for n in range(5)]
    await asyncio.to_thread(post, process, *texts)
    whole = len(await asyncio.to_thread(raw, process, ""))

    async with cable_to(process) as (cable, ledger):
        for first in range(1, whole + 40, 29):
            cable.cuts = [first, first // 2 + 1]
            found, cursor = await take(ledger, "", len(texts))
            again = await ledger.feed(cursor, wait_ms=0)
            assert (found, again.items) == (texts, ())
            await ledger.aclose()
        assert cable.streams > whole // 29


async def test_a_cut_between_any_two_of_a_stream_that_goes_on(process: Process) -> None:
    async with cable_to(process) as (cable, ledger):
        cursor = (await ledger.feed("", wait_ms=0)).cursor
        for number in range(6):
            cable.cuts = [350 + 97 * number]
            await ledger.aclose()
            following = asyncio.create_task(take(ledger, cursor, 3))
            for text in "abc":
                await asyncio.sleep(0.05)
                await asyncio.to_thread(post, process, f"{number}{text}")
            found, cursor = await following
            assert found == [f"{number}{text}" for text in "abc"]


async def test_a_cursor_that_was_not_kept_is_read_again(process: Process) -> None:
    await asyncio.to_thread(post, process, "하나", "둘")
    ledger = HttpLedger(process.url, DEVICE, KEY)
    first = await ledger.feed("", wait_ms=10_000)
    again = await ledger.feed("", wait_ms=10_000)  # As after a commit that failed.
    assert again.items == first.items
    assert [each.notice.notice.ko for each in first.items if each.notice] == ["하나", "둘"]
    await ledger.aclose()


async def test_a_restart_of_the_ledger_is_survived(process: Process) -> None:
    ledger = HttpLedger(process.url, DEVICE, KEY)
    cursor = (await ledger.feed("", wait_ms=0)).cursor
    following = asyncio.create_task(take(ledger, cursor, 1))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(process.stop)
    await asyncio.to_thread(process.start)
    await asyncio.to_thread(post, process, "다시")
    assert (await following)[0] == ["다시"]
    await ledger.aclose()


async def test_a_revoked_terminal_is_told_no_more(process: Process) -> None:
    ledger = HttpLedger(process.url, DEVICE, KEY)
    cursor = (await ledger.feed("", wait_ms=0)).cursor
    following = asyncio.create_task(take(ledger, cursor, 1))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(process.act, lambda tx: devices.revoke(tx, DEVICE, NOON))
    await asyncio.to_thread(post, process, "들으면 안 됨")
    with pytest.raises(TerminalRevoked):
        await following
    await ledger.aclose()


def raw(process: Process, last: str) -> bytes:
    """Read a stream by hand until an event has come."""
    wire_ = Wire(process)
    fields = wire_.fields("GET", PATH, nonce=secrets.token_hex(16))
    if last:
        fields |= {"Last-Event-ID": last}
    request = urllib.request.Request(process.url + PATH, headers=fields)
    got = b""
    with urllib.request.urlopen(request, timeout=5) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        while got.count(b"data:") < 1 or not got.endswith(b"\n\n"):
            got += response.read(1)
    return got


async def test_an_event_has_its_cursor_as_id_and_a_page_as_data(process: Process) -> None:
    await asyncio.to_thread(post, process, "하나")
    got = await asyncio.to_thread(raw, process, "")

    retry, event_, _ = got.split(b"\n\n")
    assert retry.startswith(b"retry: ")
    id_, data = event_.split(b"\n")
    page = wire.FeedAnswer.model_validate_json(data.removeprefix(b"data: "))
    assert id_ == f"id: {page.cursor}".encode()
    assert json.loads(data.removeprefix(b"data: "))["items"][-1]["ko"] == "하나"


def test_a_last_event_that_is_not_signed_is_refused(process: Process) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        raw(process, "1")
    assert refused.value.code == 401


def test_the_answer_to_a_stream_that_is_not_offered_is_the_feed() -> None:
    """An older ledger has no such path: 404 there, and the feed goes on page by page."""

    async def follow() -> tuple[list[str], int]:
        asked: list[str] = []

        async def answer(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
            head = (await near.readuntil(b"\r\n\r\n")).decode()
            path = head.split()[1]
            asked.append(path)
            if path.startswith(PATH):
                body, status = b'{"title":"x","status":404,"code":"not_found"}', "404 Not Found"
            else:
                said = wire.FeedAnswer(cursor=str(len(asked)), items=(), at=NOON)
                body, status = said.model_dump_json().encode(), "200 OK"
            back.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await back.drain()
            back.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ledger = HttpLedger(
            f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", DEVICE, KEY, now=lambda: NOON
        )
        cursor = ""
        for _ in range(3):
            cursor = (await ledger.feed(cursor, wait_ms=10_000)).cursor
        await ledger.aclose()
        server.close()
        return asked, int(cursor)

    asked, _ = asyncio.run(follow())
    assert [path.partition("?")[0] for path in asked] == [PATH, *["/v1/feed"] * 3]


async def test_a_line_that_died_in_silence_is_not_taken_for_one_that_lives() -> None:
    """The stream was opened, and nothing comes: neither news nor a beat."""

    asked = 0

    async def mute(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        nonlocal asked
        await near.readuntil(b"\r\n\r\n")
        asked += 1
        back.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\n\n")
        await near.read()
        back.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    line = SignedLine(url, KEY, DEVICE)
    await line.open()
    events = EventFeed(line, beat_ms=100)
    with pytest.raises(LedgerSilent):
        await asyncio.wait_for(events.next("1", 200, 600), 5)
    assert asked == 1
    await events.close()
    await line.close()
    server.close()


class News:
    """A service that has nothing to say."""

    closing = False
    admitted = True
    waits = 0

    def admits(self, caller: Caller) -> bool:
        return self.admitted

    async def news(self, merchant: int, cursor: int, wait_ms: int) -> wire.FeedAnswer:
        self.waits += 1
        await asyncio.sleep(wait_ms / 1_000)
        return wire.FeedAnswer(cursor=str(cursor), items=(), at=NOON)


def caller(device: int) -> Caller:
    return cast("Caller", SimpleNamespace(terminal=SimpleNamespace(id=1, device=device)))


async def listen(streams: FeedStreams, device: int) -> list[bytes]:
    sent: list[bytes] = []
    response = streams.open(caller(device), 7)

    async def send(message: Any) -> None:
        if message.get("body"):
            sent.append(message["body"])

    await response.stream_response(send)
    return sent


async def test_a_quiet_stream_beats_and_ends_in_time() -> None:
    streams = FeedStreams(News(), beat_ms=20, life_s=0.1)
    retry, *beats = await listen(streams, 1)
    assert retry.startswith(b"retry")
    assert 3 <= len(beats) <= 6
    assert all(b"id: 7\n" in each and b'"items":[]' in each for each in beats)


async def test_a_terminals_second_stream_ends_its_first_and_too_many_are_refused() -> None:
    streams = FeedStreams(News(), beat_ms=20, life_s=5, most=2)
    first = asyncio.create_task(listen(streams, 1))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(listen(streams, 1))
    await asyncio.wait_for(first, 1)
    other = asyncio.create_task(listen(streams, 2))
    await asyncio.sleep(0.05)
    with pytest.raises(Refused) as refused:
        streams.open(caller(3), 0)
    assert refused.value.code == "busy"
    for each in (second, other):
        assert not each.done()
        each.cancel()
    await asyncio.gather(second, other, return_exceptions=True)
    response = streams.open(caller(3), 0)  # Their places are free again.
    assert response.status_code == 200


async def test_streams_end_when_the_ledger_closes_or_shuts_a_terminal_out() -> None:
    news = News()
    streams = FeedStreams(news, beat_ms=20, life_s=5)
    running = asyncio.create_task(listen(streams, 1))
    await asyncio.sleep(0.05)
    news.admitted = False
    assert await asyncio.wait_for(running, 1)
    news.admitted, news.closing = True, True
    assert len(await asyncio.wait_for(listen(streams, 1), 1)) == 1  # Not one event more.


@given(
    st.lists(st.text(max_size=20), max_size=6),
    st.lists(st.integers(1, 40), min_size=1, max_size=20),
    st.integers(0, 400),
)
def test_events_are_the_same_however_the_bytes_come(
    texts: list[str], steps: list[int], cut: int
) -> None:
    pages = [
        wire.FeedAnswer(
            cursor=str(place),
            items=(
                wire.NoticePosted(
                    kind="notice", id=1, ko=text, en="x", at=NOON, until=None, withdrawn=False
                ),
            ),
            at=NOON,
        )
        for place, text in enumerate(texts, start=1)
    ]
    whole = b"retry: 1\n\n" + b"".join(map(event, pages))
    sent, reader, got = whole[: len(whole) - min(cut, len(whole))], EventReader(), list[bytes]()
    place = turn = 0
    while place < len(sent):
        step = steps[turn % len(steps)]
        got += reader.feed(sent[place : place + step])
        place, turn = place + step, turn + 1
    said = [wire.FeedAnswer.model_validate_json(each) for each in got]
    assert said == pages[: len(said)]
    assert len(said) == sent.count(b"\n\n") - (1 if sent.count(b"\n\n") else 0)


def test_an_event_without_an_end_is_given_up() -> None:
    reader = EventReader()
    assert reader.feed(b"data: " + b"x" * (EVENT_BYTES_MAX - 6)) == []
    with pytest.raises(ValueError, match="without an end"):
        reader.feed(b"x")
