"""Looks at everything a terminal needs and names what is wrong, with what to do. Never changes a thing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from composition.demo.home import running_demo
from composition.devices import displays_of, reader_of
from composition.doctor_reader import INTEGRITY, integrity, serial_reader
from composition.finding import Finding
from composition.paper import rates_file
from composition.printers import found_printers, line_of
from composition.report import open_for_reading
from config.printer_settings import PrinterSettings
from config.products import load_catalogue
from config.rates import load_rates
from config.settings import Settings, load_settings
from drivers.ports import find_port
from ledger.client import HttpLedger
from offline_queue.device_key import SECRET_NAME, read_device_key
from pos.domain.business_day import business_day
from pos.domain.errors import (
    ConfigError,
    IeumError,
    LedgerError,
    StoreUnavailable,
    TerminalNotAccepted,
)
from pos.domain.rates import in_force
from pos.services.hotlist import Hotlist
from pos.services.line import Line
from tools import bootstrap, system_packages

FREE_MIN_MB = 200  # A year of a busy shop's journal.
LEDGER_WAIT_MS = 3_000
CLOCK_FIX = "시각 동기화(NTP)를 켜세요. / Turn time synchronisation (NTP) on."
ENROL_FIX = (
    "운영자에게 코드를 받아 ./run_pos.py enrol 서버주소 코드 를 실행하세요. / "
    "Get a code from the operator: ./run_pos.py enrol URL CODE."
)
NETWORK_FIX = (
    "네트워크를 확인하세요. 오프라인 판매는 됩니다. / Check the network; offline sales work."
)
KEYS_FIX = (
    "새 코드로 다시 등록(enrol)하세요. 카드, 정지된 카드, 서버 서명을 확인하지 못합니다. / Enrol anew with "
    "a new code: cards, stopped cards or the ledger's signature can't be checked."
)


async def examine(root: Path, settings_path: Path) -> list[Finding]:
    """Look at everything; a problem in one place does not hide the others."""
    found = [_python(), _pcsc(root), _terminal_window()]
    settings, finding = _settings(settings_path)
    found.append(finding)
    if settings is None:
        return found
    folder = settings_path.parent
    checks: list[tuple[str, Callable[[], Awaitable[Finding]]]] = [
        ("상품 / products", lambda: _products(settings, folder)),
        ("요율 / rates", lambda: _rates(settings, folder)),
        ("기록 / record", lambda: _record(settings, folder)),
        ("디스크 / disk", lambda: _disk(folder)),
        ("카드 키 / card keys", lambda: _keys(settings, folder)),
        ("카드 리더기 / card reader", lambda: _reader(settings, folder)),
        *([(INTEGRITY, lambda: integrity(folder))] if settings.reader.kind == "serial" else []),
        ("프린터 / printer", lambda: _printer(settings.printer, "프린터 / printer", folder)),
        *(
            (each.name, partial(_printer, each, f"프린터 / printer {each.name}", folder))
            for each in settings.printers
        ),
        ("스캐너 / scanner", lambda: _scanner(settings)),
        ("고객 표시기 / display", lambda: _display(settings, folder)),
        ("서버 / ledger", lambda: _ledger(settings, folder)),
    ]
    for subject, check in checks:
        try:
            found.append(await check())
        except IeumError as error:
            found.append(Finding(subject, wrong=error.message("ko")))
    return found


def _settings(path: Path) -> tuple[Settings | None, Finding]:
    subject = "설정 / settings"
    if not path.exists():
        fix = "./run_pos.py demo, 또는 / or: --settings FILE"
        return None, Finding(subject, wrong=f"없음 / none: {path}", fix=fix)
    try:
        return load_settings(path), Finding(subject, good=str(path))
    except ConfigError as error:
        return None, Finding(subject, wrong=error.message("ko"))


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", good=version)


def _pcsc(root: Path) -> Finding:
    subject = "PC/SC"
    noted = bootstrap.read_stamp(root / ".venv")
    missing = system_packages.missing(dev=False)
    if missing:
        return Finding(
            subject,
            wrong=f"없음 / missing: {', '.join(missing)} ({noted.get('apt_problem') or '-'})",
            fix=system_packages.apt_command(missing),
        )
    problem = noted.get("pcsc_problem")
    if problem:
        fix = "./run_pos.py doctor 를 다시 실행하세요. / run this once more"
        return Finding(subject, wrong=str(problem), fix=fix)
    return Finding(subject, good="pyscard, pcscd")


def _terminal_window() -> Finding:
    size = shutil.get_terminal_size()
    subject = "화면 / window"
    if size.columns < 80 or size.lines < 24:
        wrong = f"{size.columns}x{size.lines}"
        return Finding(
            subject, wrong=wrong, fix="80x24 이상으로 키우세요. / Make it 80x24 or more."
        )
    if "utf" not in (sys.stdout.encoding or "").lower():
        return Finding(subject, wrong=sys.stdout.encoding or "-", fix="export LANG=C.UTF-8")
    return Finding(subject, good=f"{size.columns}x{size.lines}, UTF-8")


async def _products(settings: Settings, folder: Path) -> Finding:
    count = len(load_catalogue(folder / settings.files.products))
    return Finding("상품 / products", good=str(count))


async def _rates(settings: Settings, folder: Path) -> Finding:
    path = rates_file(settings, folder)
    today = business_day(datetime.now(UTC))
    try:
        begun = in_force(load_rates(path), today).valid_from
    except LookupError:
        return Finding("요율 / rates", wrong=f"{today}: 없음 / none in force", fix=str(path))
    return Finding("요율 / rates", good=f"{begun} ~")


async def _record(settings: Settings, folder: Path) -> Finding:
    subject = "기록 / record"
    path = folder / settings.files.database
    try:
        store = open_for_reading(path, settings)
    except StoreUnavailable as error:
        if not path.exists():
            return Finding(subject, good="아직 없음(첫 판매 전) / none yet")
        return Finding(subject, wrong=error.message("ko"))
    try:
        count = await store.verify()
        backlog = await store.backlog()
    finally:
        await store.close()
    if backlog.parked:
        wrong = f"보류된 기록 {backlog.parked}건 / parked records"
        return Finding(subject, wrong=wrong, fix="고객센터에 알리세요. / Tell support.")
    return Finding(subject, good=f"{count}건 검증됨, 미전송 {backlog.count}건 / verified, unsent")


async def _disk(folder: Path) -> Finding:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < FREE_MIN_MB:
        return Finding("디스크 / disk", wrong=f"{free_mb} MB", fix="공간을 비우세요. / Free space.")
    return Finding("디스크 / disk", good=f"{free_mb} MB")


async def _keys(settings: Settings, folder: Path) -> Finding:
    from drivers.cards.terminal_keys import load_terminal_keys

    subject = "카드 키 / card keys"
    if settings.reader.kind == "none":
        return Finding(subject, good="쓰지 않음 / not used")
    keys = load_terminal_keys(folder / settings.files.keys)
    wanted = ("ca_keys", "hotlist_key", "ledger_public")
    missing = [name for name in wanted if not getattr(keys, name)]
    if missing:
        wrong = f"{settings.files.keys}: {', '.join(missing)} 없음 / missing"
        return Finding(subject, wrong=wrong, fix=KEYS_FIX)
    return Finding(subject, good=settings.files.keys)


async def _reader(settings: Settings, folder: Path) -> Finding:
    subject = "카드 리더기 / card reader"
    if settings.reader.kind == "none":
        return Finding(subject, good="쓰지 않음 / not used")
    if demo := running_demo(folder):
        return Finding(subject, good=f"체험판 / demo: {demo.get('cards')}")
    if settings.reader.kind == "serial":
        return await serial_reader(settings, folder)
    status = await reader_of(settings, folder, Hotlist()).status()
    if status.ready:
        return Finding(subject, good=status.name)
    fix = "케이블과 pcscd를 확인하세요. / Check the cable and pcscd."
    return Finding(subject, wrong=status.problem, fix=fix)


async def _scanner(settings: Settings) -> Finding:
    given = settings.scanner
    if given.kind == "keyboard":
        return Finding("스캐너 / scanner", good="키보드 / at the keyboard")
    return _port("스캐너 / scanner", given.port)


async def _display(settings: Settings, folder: Path) -> Finding:
    given = settings.display
    if given.kind == "none":
        return Finding("고객 표시기 / display", good="쓰지 않음 / not used")
    displays_of(settings, folder)  # Its profile is read, or named as what can't be used.
    return _port("고객 표시기 / display", given.port)


def _port(subject: str, pattern: str) -> Finding:
    """Look whether a port is there; it is not opened, for the till may hold it."""
    path = find_port(pattern)
    if Path(path).exists():
        return Finding(subject, good=path)
    fix = "케이블을 확인하고 ls /dev/serial/by-id 를 보세요. / Check the cable; see ls /dev/serial/by-id."
    return Finding(subject, wrong=f"없음 / none: {pattern}", fix=fix)


async def _printer(asked: PrinterSettings, subject: str, folder: Path) -> Finding:
    if asked.kind == "none":
        return Finding(subject, good="쓰지 않음 / not used")
    status = await line_of(asked, "printer", folder).status()
    if status.ready:
        drawer = "" if status.drawer_open is None else f", drawer open: {status.drawer_open}"
        return Finding(subject, good=f"{asked.kind} {status.warning}".rstrip() + drawer)
    found = " / ".join(key for key, _title in found_printers())
    fix = "전원, 용지, 주소를 확인하세요. / Check power, paper and address."
    return Finding(subject, wrong=f"{asked.kind}: {status.problem}", fix=f"{fix} {found}".rstrip())


async def _ledger(settings: Settings, folder: Path) -> Finding:
    subject = "서버 / ledger"
    if not (folder / SECRET_NAME).exists():
        return Finding(subject, wrong="등록되지 않음 / not enrolled", fix=ENROL_FIX)
    key = read_device_key(folder)
    ledger = HttpLedger(settings.ledger.url, settings.terminal.device, key)  # Only asks.
    try:
        async with asyncio.timeout(LEDGER_WAIT_MS / 1_000):
            page = await ledger.feed("", wait_ms=0)
    except (LedgerError, TimeoutError) as error:
        problem = error.message("ko") if isinstance(error, LedgerError) else "응답 없음 / no answer"
        fix = ENROL_FIX if isinstance(error, TerminalNotAccepted) else NETWORK_FIX
        return Finding(subject, wrong=f"{settings.ledger.url}: {problem}", fix=fix)
    finally:
        await ledger.aclose()
    line = Line(datetime.now(UTC))
    if page.at is not None:
        line.heard_clock(page.at, datetime.now(UTC))
    seconds = f"{line.skew.total_seconds():+.0f}"
    if line.clock_is_wrong:
        wrong = f"시계가 서버와 {seconds}초 다름 / clock differs by {seconds} s"
        return Finding(subject, wrong=wrong, fix=CLOCK_FIX)
    return Finding(subject, good=f"{settings.ledger.url} ({seconds} s)")
