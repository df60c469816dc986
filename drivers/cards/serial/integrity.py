"""The reader's integrity checks (무결성 점검) and their log. Never lets a failed one pass unseen.

A reader checks its own program and answers with the result and its digest. It is asked whenever it
is connected and on each business day, and each check is kept (여신금융협회 기술기준). Beyond
the reader's own word: the same reader with the same firmware must show the same digest each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pos.domain.business_day import business_day

LOG_NAME = "reader_integrity.log"
LINES_MAX = 5_000  # Years of a shop that restarts its reader daily; the oldest go.
PASSED = "00"


@dataclass(frozen=True, slots=True)
class Check:
    """One check, as it is kept.

    Attributes:
        result: the reader's own word; `00` is well.
        digest: of its program, hex.
        problem: why it did not pass: the reader's word, or `digest_changed`; empty if it did.
    """

    at: datetime
    model: str
    serial: str
    firmware: str
    result: str
    digest: str
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether the reader may take cards."""
        return not self.problem


def judge(
    at: datetime,
    identity: tuple[str, str, str],
    result: str,
    digest: str,
    before: Sequence[Check],
) -> Check:
    """Return the check, measured also against what the same reader showed before.

    Args:
        at: now.
        identity: model, serial number, firmware.
        result: the reader's own word.
        digest: of its program, in hex.
        before: earlier checks, oldest first.
    """
    model, serial, firmware = identity
    problem = "" if result == PASSED else f"result_{result}"
    same = [each for each in before if each.passed]
    same = [e for e in same if (e.model, e.serial, e.firmware) == identity]
    if not problem and same and same[-1].digest != digest:
        problem = "digest_changed"
    return Check(at, model, serial, firmware, result, digest, problem)


def is_due(last: Check | None, now: datetime) -> bool:
    """Tell whether a check of this business day is still to be made."""
    return last is None or not last.passed or business_day(last.at) != business_day(now)


class IntegrityLog:
    """The checks in a file of one JSON line each, kept beside the journal for the technician."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    def add(self, check: Check) -> None:
        """Keep a check; it is on the disk when this returns.

        Raises:
            OSError: it could not be written.
        """
        known = self.read()
        if len(known) >= LINES_MAX:
            self._rewrite(known[-LINES_MAX // 2 :])
        with self._path.open("ab+") as file:
            torn = file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
            file.write((b"\n" if torn else b"") + _line(check).encode())
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> tuple[Check, ...]:
        """Return all that can be read, oldest first; a line cut short by a power cut is passed over.

        Raises:
            OSError: the file is there and can't be read.
        """
        try:
            lines = self._path.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ()
        checks = (_check(line) for line in lines[-LINES_MAX:])
        return tuple(each for each in checks if each is not None)

    def _rewrite(self, checks: Sequence[Check]) -> None:
        draft = self._path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(_line(each) for each in checks)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _line(check: Check) -> str:
    facts = {**asdict(check), "at": check.at.isoformat(timespec="seconds")}
    return json.dumps(facts, ensure_ascii=True, separators=(",", ":")) + "\n"


def _check(line: str) -> Check | None:
    try:
        facts = json.loads(line)
        return Check(**{**facts, "at": datetime.fromisoformat(facts["at"])})
    except (ValueError, TypeError, KeyError):
        return None
