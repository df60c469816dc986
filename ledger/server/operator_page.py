"""The operator's page: shops, terminals, ages, money. Only reads; escapes everything; shows no card or person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.server import operator_log, overview, rulebook
from ledger.server.database import Tx
from ledger.server.operator import OperatorDoor
from ledger.server.operator_log import Entry
from ledger.server.overview import Fund, TerminalRow
from ledger.server.reloading import WHAT
from ledger.server.rulebook import Version
from ledger.server.service import Service
from pos.domain.business_day import KOREA
from pos.domain.won import Won

PATH = "/operator"
HEADERS = {
    # Nothing but this text and its own style: no script, no frame, nothing from elsewhere.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STYLE = (
    "body{font:15px/1.5 sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse;"
    "width:100%}th,td{padding:.3rem .6rem;border-bottom:1px solid #ccc;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#b00020;font-weight:bold}"
)


NUMBER = ' class="n"'
LOG_ROWS = 30
DIGEST_HEX = 12


class OperatorPage:
    """The one page."""

    def __init__(self, service: Service, door: OperatorDoor) -> None:
        self._service = service
        self._door = door

    def routes(self) -> list[Route]:
        """Return the route to add to the application."""
        return [Route(PATH, self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """Answer with the page as things stand now."""
        self._door.check(request)
        now = self._service.now()
        text = await self._service.look(lambda tx: page(tx, now))
        return Response(text, media_type="text/html; charset=utf-8", headers=HEADERS)


def page(tx: Tx, now: datetime) -> str:
    """Return the page as HTML."""
    funds = overview.money(tx)
    body = (
        f"<h1>이음 원장 / Ieum ledger</h1><p>{escape(_when(now))}</p>"
        f"<h2>단말기 / Terminals</h2>{_terminals(overview.terminals(tx), now)}"
        f"<h2>돈 / Money by fund</h2>{_money(funds)}{_zero(funds)}"
        f"<h2>규칙 / Rules</h2>{_rules(rulebook.newest(tx), rulebook.sources(tx))}"
        f"{_last_reload(operator_log.last_of(tx, WHAT))}"
        f"<h2>운영 기록 / What operators did</h2>{_log(operator_log.newest(tx, limit=LOG_ROWS))}"
    )
    return (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>Ieum ledger</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body>{body}</body></html>\n"
    )


def _terminals(rows: Sequence[TerminalRow], now: datetime) -> str:
    head = (
        *("가맹점 / merchant", "단말기 / terminal", "키 / key"),
        *("마지막 기록 / last record", "마지막 연락 / last contact", ""),
    )
    cells = (
        (
            f"{each.shop.id} {each.shop.name}",
            f"{each.device:012x}",
            each.key or "-",
            age(each.last_record_at, now),
            age(each.last_contact_at, now),
            "취소됨 / revoked" if each.revoked_at else "",
        )
        for each in rows
    )
    return _table(head, cells)


def _money(funds: Sequence[Fund]) -> str:
    head = ("기금 / fund", "계정 / accounts", "원 / won")
    cells = ((each.name, f"{each.accounts:,}", f"{each.balance.amount:,}") for each in funds)
    return _table(head, cells, numbers_from=1)


def _rules(version: Version | None, sources: Mapping[str, str]) -> str:
    if version is None:
        return '<p class="bad">규칙 없음 / no rules</p>'
    since, read = _when(version.in_force_at), ", ".join(sources[kind] for kind in sorted(sources))
    return (
        f"<p>{version.number}: {since}부터 / since {since}, {version.digest[:DIGEST_HEX]}<br>"
        f"{escape(read)}</p>"
    )


def _last_reload(entry: Entry | None) -> str:
    """Say that the files were not taken the last time they were read; the rules above go on."""
    if entry is None or not entry.was_refused:
        return ""
    when, why = _when(entry.at), escape(entry.outcome)
    return (
        f'<p class="bad">{when}: 파일을 받아들이지 않아 위의 규칙이 계속됩니다 / the files were not'
        f" taken, and the rules above go on: {why}</p>"
    )


def _log(entries: Sequence[Entry]) -> str:
    head = ("시각 (UTC) / when", "누가 / who", "무엇을 / what", "대상 / about", "결과 / outcome")
    cells = (
        (f"{each.at:%Y-%m-%d %H:%M:%S}", each.who, each.what, each.about, each.outcome)
        for each in entries
    )
    return _table(head, cells) if entries else "<p>-</p>"


def _zero(funds: Sequence[Fund]) -> str:
    total = Won.total(each.balance for each in funds).amount
    if total == 0:
        return "<p>모두 더하면 0 / all sums to zero</p>"
    return f'<p class="bad">모두 더하면 {total:,}: 0이 아님 / all sums to {total:,}, not zero</p>'


def _table(
    head: Iterable[str], rows: Iterable[Sequence[str]], numbers_from: int | None = None
) -> str:
    def cell(at: int, text: str) -> str:
        is_number = numbers_from is not None and at >= numbers_from
        return f"<td{NUMBER if is_number else ''}>{escape(text)}</td>"

    heading = "".join(f"<th>{escape(each)}</th>" for each in head)
    body = "".join(
        f"<tr>{''.join(cell(at, text) for at, text in enumerate(row))}</tr>" for row in rows
    )
    return f"<table><tr>{heading}</tr>{body}</table>"


def age(at: datetime | None, now: datetime) -> str:
    """Return when something was, and how long ago."""
    if at is None:
        return "-"
    seconds = int((now - at).total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if abs(seconds) >= size:
            return f"{_when(at)} ({seconds // size} {unit})"
    return f"{_when(at)} ({seconds} s)"


def _when(at: datetime) -> str:
    return f"{at.astimezone(KOREA):%Y-%m-%d %H:%M:%S}"
