"""Looks at a secure reader on a serial line, and at its integrity checks. Never sends it a card.

The reader is asked over its own line; while a till has the line, its log says what the till saw.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from composition.devices import serial_reader_of
from composition.finding import Finding
from config.settings import Settings
from drivers.cards.serial.integrity import LOG_NAME, Check, IntegrityLog, is_due
from pos.domain.business_day import KOREA
from pos.services.hotlist import Hotlist

READER = "카드 리더기 / card reader"
INTEGRITY = "리더기 무결성 / reader integrity"
FIRST_CHECK_S = 8.0  # A reader that checks itself for the first time today takes seconds.
FIXES = {
    "no_port": "케이블과 settings.toml 의 reader.port 를 확인하세요(ls /dev/serial/by-id). / "
    "Check the cable and reader.port.",
    "port_in_use": "판매 화면이나 다른 프로그램이 쓰고 있습니다. 끝내고 다시 보세요. / "
    "The till or another program has it: end that and look again.",
    "no_answer": "전원과 reader.profile, reader.baud 를 확인하세요. / Check its power, "
    "reader.profile and reader.baud.",
    "not_secure": "이 리더기로 카드를 받지 마세요. 제조사에 알리세요. / Take no card on it; tell its maker.",
}


async def serial_reader(settings: Settings, folder: Path) -> Finding:
    """Ask the reader how it is.

    Raises:
        ConfigError: the terminal's keys can't be read.
    """
    reader = serial_reader_of(settings, folder, Hotlist())
    try:
        give_up_s = asyncio.get_running_loop().time() + FIRST_CHECK_S
        status = await reader.status()
        while status.problem == "no_answer" and asyncio.get_running_loop().time() < give_up_s:
            status = await reader.status()
    finally:
        reader.close()
    where = f"{status.name}, {settings.reader.port}"
    if status.ready:
        return Finding(READER, good=where)
    return Finding(
        READER, wrong=f"{where}: {status.problem}", fix=FIXES.get(status.problem, FIXES["no_port"])
    )


async def integrity(folder: Path) -> Finding:
    """Say how the last check went, and how many did not pass."""
    path = folder / LOG_NAME
    try:
        checks = IntegrityLog(path).read()
    except OSError as error:
        return Finding(INTEGRITY, wrong=f"{path}: {error.strerror}")
    if not checks:
        return Finding(INTEGRITY, wrong="점검 기록 없음 / none made yet", fix=FIXES["no_port"])
    failed = sum(not each.passed for each in checks)
    said = (
        f"{_line(checks[-1])}; 기록 {len(checks)}건, 실패 {failed}건 / kept, failed ({path.name})"
    )
    if not checks[-1].passed:
        return Finding(INTEGRITY, wrong=said, fix=FIXES["not_secure"])
    if is_due(checks[-1], datetime.now(UTC)):
        return Finding(
            INTEGRITY, wrong=f"오늘 점검 없음 / none today; {said}", fix=FIXES["no_port"]
        )
    return Finding(INTEGRITY, good=said)


def _line(check: Check) -> str:
    at = check.at.astimezone(KOREA).strftime("%Y-%m-%d %H:%M")
    result = check.problem or "통과 / passed"
    return f"{at} {check.model} {check.serial} {check.firmware} {check.digest[:12]} {result}"
